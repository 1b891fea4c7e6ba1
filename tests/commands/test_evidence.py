"""tenggat evidence: a bundle in a file, and its seal."""

import json
from pathlib import Path

from services.evidence import verify
from tests.commands.test_audit import Tenggat, tenggat

__all__ = ["tenggat"]


def test_a_bundle_is_written_once_and_holds(tenggat: Tenggat, tmp_path: Path) -> None:
    target = tmp_path / "bukti.zip"
    command = ("evidence", "registration/2", "--purpose", "keberatan", "--out", str(target), "--json")
    made = tenggat(*command)
    assert made.exit_code == 0, made.output
    seal = json.loads(made.stdout)["seal"]
    with target.open("rb") as file:
        assert verify.verify(file, seal=seal)[0] == []
    again = tenggat(*command)
    assert (again.exit_code, "exists already" in again.stderr) == (1, True)
    assert tenggat("evidence", "registration/9", "--purpose", "x").exit_code == 1
    assert tenggat("evidence", "registration/2", "--purpose", " ").exit_code == 1
