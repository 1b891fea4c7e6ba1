"""One clock decides, that of Postgres: a host ten minutes wrong refuses nobody and lets nobody through."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROGRAMS = ("services", "activities", "workflows", "api")
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime", "get_current_timestamp"}
OWNERS = {"datetime", "date", "time", "dt", "workflow"}
# Each reads a host's clock for something that is no deadline.
NO_DEADLINE = {
    "services/messages/journal.py": "when a line was written, for people who read the journal",
    "services/audit.py": "when an anchor was written, for people who read it",
    "api/pages/public/human.py": "how many seconds somebody took to fill in a form",
    "api/pages/frame.py": "the moment shown beside a page that knows no other, as on error pages",
}


def readings(path: Path) -> Iterator[str]:
    """Every call in a file that asks the host what time it is."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            if name in OWNERS:
                yield f"{name}.{node.func.attr}"


def test_no_program_asks_its_host_what_time_it_is() -> None:
    """Sessions, limits and leases use real time, which is Postgres' `now()` too."""
    found = {
        str(path.relative_to(ROOT)): [*readings(path)]
        for program in PROGRAMS
        for path in sorted((ROOT / program).rglob("*.py"))
        if [*readings(path)]
    }
    assert found.keys() == NO_DEADLINE.keys(), found


def test_the_search_finds_what_it_searches_for(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "import datetime, time\nx = datetime.datetime.now()\ny = time.time()\nz = workflow.now()\n"
    )
    assert sorted(readings(wrong)) == ["datetime.now", "time.time", "workflow.now"]
