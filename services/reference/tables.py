"""Reads the shipped code lists, once per process."""

import csv
from pathlib import Path

DIRECTORY = Path(__file__).resolve().parents[2] / "policies" / "reference"


def rows(name: str) -> list[dict[str, str]]:
    """The lines of `policies/reference/<name>.csv` as dictionaries; missing is a broken installation."""
    with (DIRECTORY / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
