"""The forms engine: language, judgement, completeness, fingerprints."""
