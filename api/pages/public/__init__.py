"""Pages for everyone: the front door, registration, signing in, checking a document."""
