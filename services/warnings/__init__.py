"""Written warnings about unmet duties: proposed by the service, decided by officers, never after compliance."""
