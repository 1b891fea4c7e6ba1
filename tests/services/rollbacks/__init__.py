"""Corrections of what was sent."""
