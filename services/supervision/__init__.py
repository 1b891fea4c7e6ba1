"""Compliance monitoring by regions: who has not reported, and what was done to reach them."""
