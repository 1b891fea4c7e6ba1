"""Measurements: counts are verified before a rate is printed, and each rate stands beside its floor."""
