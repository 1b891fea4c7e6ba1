"""The domain, on a real database."""
