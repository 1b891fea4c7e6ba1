"""Killing parts of a running instance and counting what was lost: nothing."""
