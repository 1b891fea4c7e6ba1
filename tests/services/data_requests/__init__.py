"""Data Lain."""
