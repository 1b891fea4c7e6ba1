"""Tests of licences: uploaded, decided, replaced, in force."""
