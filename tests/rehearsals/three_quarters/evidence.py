"""Bundles of evidence, taken with `tenggat evidence` and checked where there is nothing but Python."""

import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.rehearsals.three_quarters.office import Firm, Office
from tests.rehearsals.three_quarters.outcome import labelled
from tests.rehearsals.three_quarters.story import Story

# Which case of which story is taken: one of every kind, the richest there is.
EXHIBITS = {
    "report/2": "returned by the directorate, not fixed in time, sent late",
    "rollback/1": "a correction granted, sent again, approved",
    "data-request/1": "asked by telephone, and once more",
    "warning/1": "three letters, a fine, and the desk does no more",
    "extension-request/1": "more time asked for and granted in part",
    "non-production/1": "nothing produced, accepted after a letter",
    "reprimand/1": "a reprimand by mail that goes by post too",
    "assistance/1": "a session booked, moved, confirmed and held",
    "licence-review/1": "a licence replaced before it expires",
}


def verify(office: Office, cast: Mapping[Story, Sequence[Firm]], place: Path) -> None:
    """Take every exhibit and let it prove itself."""
    first = {story.name: firms[0] for story, firms in cast.items()}
    for label, story in EXHIBITS.items():
        cases = office.read("/cases", account=first[story].id, limit=200)["items"]
        _take(office, labelled(cases)[label]["key"], place / f"{label.replace('/', '-')}.zip")


def _take(office: Office, case: str, file: Path) -> None:
    office.tenggat("evidence", case, "--purpose", "Gladi sembilan bulan", "--out", str(file))
    alone = file.with_suffix("")
    alone.mkdir()
    with zipfile.ZipFile(file) as bundle:
        (alone / "VERIFY.py").write_bytes(bundle.read("VERIFY.py"))
    command = [sys.executable, "-I", "-S", str(alone / "VERIFY.py"), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=alone, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
