"""Letters of non-production on their rows."""
