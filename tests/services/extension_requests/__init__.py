"""Requests for more time on their rows."""
