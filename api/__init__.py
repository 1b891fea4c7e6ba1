"""The web side: JSON API and pages. It calls services; it decides nothing itself."""
