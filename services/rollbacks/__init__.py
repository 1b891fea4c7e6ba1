"""Perbaikan data (rollback): a company asks that its sent report be opened again (Permenperin 13/2025)."""
