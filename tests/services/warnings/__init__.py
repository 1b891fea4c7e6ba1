"""Warnings on their rows: competence, approval, letters, service, ends."""
