"""Recorded histories of released workflows; every later version must replay them."""
