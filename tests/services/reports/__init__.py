"""Reports on a real Postgres: written, signed, sent, read."""
