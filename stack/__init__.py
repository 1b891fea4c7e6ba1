"""The one-machine engine: embedded PostgreSQL, Temporal server, mail catcher and their supervisor."""
