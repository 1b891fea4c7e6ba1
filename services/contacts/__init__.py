"""Reaching a company when mail does not: addresses that refuse ours, and the officers' tasks that follow."""
