"""Starting again: from `tenggat up` to ready, with all data, after a stop and after every part was killed.

`python -m benchmarks.start [N]` runs it alone, with N companies.
"""

import os
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

import settings
from benchmarks.machine import Usage, described
from benchmarks.table import Row, print_rows
from settings import libpq_url
from stack.home import Home
from stack.supervisor import read_state
from tests.instance import Instance, running

START = "2027-01-10T09:00"
COMPANIES = 1000
SECONDS = 15.0


def measure(companies: int = COMPANIES) -> list[Row]:
    """Two rows. AssertionError when an account is missing afterwards."""
    with TemporaryDirectory() as directory, running(Path(directory), START) as instance:
        instance.run("seed", "companies", str(companies), "--region", "64")
        before = _accounts(instance)
        instance.run("down")
        stopped = _up(instance, before)
        _kill_all(instance)
        killed = _up(instance, before)
    return [
        Row("started again", before, Usage(seconds=stopped), limit=SECONDS, note="accounts; after `down`"),
        Row(
            "started again",
            before,
            Usage(seconds=killed),
            limit=SECONDS,
            note="accounts; after kill -9 of all",
        ),
    ]


def _up(instance: Instance, accounts: int) -> float:
    started = time.perf_counter()
    instance.run("up", "--detach", "--port", "0")
    seconds = time.perf_counter() - started
    assert _accounts(instance) == accounts, "all data is there again"
    return seconds


def _kill_all(instance: Instance) -> None:
    """As a machine that loses its power: the supervisor first, so that it starts nothing again."""
    state = read_state(Home(instance.home))
    for pid in (state["supervisor"], *(child["pid"] for child in state["children"])):
        os.kill(pid, signal.SIGKILL)


def _accounts(instance: Instance) -> int:
    with psycopg.connect(libpq_url(settings.load(instance.home).database_url)) as connection:
        row = connection.execute("SELECT count(*) FROM account").fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    rows = measure(int(sys.argv[1]) if len(sys.argv) > 1 else COMPANIES)
    print_rows(described(), rows)
    sys.exit(0 if all(row.met for row in rows) else 1)
