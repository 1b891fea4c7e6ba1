"""Decrees about days: entered, tried out, approved by a second person, every open date recomputed, undone."""
