"""Licences: uploaded by the company, validated by the UPP, in force until replaced or expired."""
