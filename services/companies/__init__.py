"""Data Perusahaan: what a company says about itself, before any report."""
