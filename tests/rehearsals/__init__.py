"""Rehearsals by the front door: whole quarters through the command line and the API of a running instance."""
