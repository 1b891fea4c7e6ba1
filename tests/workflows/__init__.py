"""Processes on the real engine, by the rehearsal clock."""
