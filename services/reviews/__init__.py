"""The review of a sent report: checked by the service, verified by Pusdatin, validated by the directorates."""
