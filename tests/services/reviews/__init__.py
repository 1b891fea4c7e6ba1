"""Verification and validation of reports."""
