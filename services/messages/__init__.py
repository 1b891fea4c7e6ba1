"""Telling people: an intent in the deciding transaction, then claiming, writing and sending, each checked."""
