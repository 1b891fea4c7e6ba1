"""The table of demands in docs/security.md: every test that it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_demand_names_tests_that_there_are() -> None:
    table = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [line for line in table.splitlines() if line.startswith("| ") and "ASVS" not in line]
    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)
        assert named, row
        for path, name in named:
            assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{name}"
