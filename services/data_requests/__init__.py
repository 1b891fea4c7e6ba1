"""Data Lain: asked of companies, received with proof, answered through the portal within three days."""
