"""Code lists and identifiers."""
