"""Tests of mail: texts, safety, claiming, sending, catching."""
