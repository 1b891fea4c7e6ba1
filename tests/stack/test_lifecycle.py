"""The instance as its operator meets it: the command line, on real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from settings import libpq_url, read_env
from stack.home import Home
from stack.launch import healthy
from stack.supervisor import living, read_state
from tests.faults.table import Line, enter


class Operator:
    """Types `tenggat …` in a shell of their own, with the home named by TENGGAT_HOME."""

    def __init__(self, home: Path) -> None:
        self.home = Home(home)

    def types(self, *words: str, code: int = 0) -> str:
        """Run a command, expect its exit code, return what it said on stdout (and on stderr when refused)."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("TENGGAT_")}
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words],
            env=env | {"TENGGAT_HOME": str(self.home.path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stderr if code else done.stdout

    def status(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.types("status", "--json"))
        return report

    def instance(self) -> tuple[Any, ...]:
        url = libpq_url(read_env(self.home.runtime)["DATABASE_URL"])
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT id, rehearsal, app_now()::date::text FROM instance").fetchone()
        assert row
        return row


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    someone = Operator(tmp_path / "home")
    yield someone
    if someone.home.owner() or read_state(someone.home):
        someone.types("down")


def up(operator: Operator, *words: str, code: int = 0) -> str:
    return operator.types("up", "--detach", "--port", "0", "--no-seed", *words, code=code)


def survived(operator: Operator) -> float:
    """Kill -9 the supervisor and start again. Nothing of before lives on; the seconds until ready are told, the bench
    measures them."""
    state = read_state(operator.home)
    os.kill(operator.status()["pid"], signal.SIGKILL)
    began = time.monotonic()
    up(operator)
    seconds = time.monotonic() - began
    assert not any(living(child) for child in state["children"])
    return seconds


def killed_webs_come_back(operator: Operator, report: dict[str, Any]) -> None:
    """Kill -9 of all web processes at once. Whoever calls meanwhile waits and is answered, not turned away."""
    webs = {part["name"]: part["pid"] for part in report["parts"] if part["name"].startswith("web")}
    for pid in webs.values():
        os.kill(pid, signal.SIGKILL)
    assert httpx.get(f"{report['addresses']['pages']}/health/live", timeout=60).status_code == 200
    until = time.monotonic() + 60
    while not (now := back(operator, webs)) and time.monotonic() < until:
        time.sleep(0.5)
    assert now, (operator.home.logs / "supervisor.log").read_text()


def back(operator: Operator, webs: dict[str, int]) -> bool:
    """Whether each of these processes was started again, once, and is there."""
    parts = {part["name"]: part for part in operator.status()["parts"]}
    found = [parts[name]["running"] and parts[name]["pid"] != pid for name, pid in webs.items()]
    return all(found) and all(parts[name]["restarts"] == 1 for name in webs)


@pytest.mark.temporal
@pytest.mark.timeout(600)
def test_a_rehearsal_comes_up_survives_a_killed_supervisor_and_is_restored_elsewhere(
    operator: Operator, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    up(operator, "--rehearsal", "--start", "2026-12-20")
    report = operator.status()
    assert report["ready"]
    assert report["environment"] == "rehearsal"
    assert {part["name"] for part in report["parts"]} == {
        "postgres",
        "temporal",
        "catcher",
        "web",
        "web-2",
        "worker",
    }
    assert healthy(int(report["addresses"]["pages"].rpartition(":")[2]))
    born = operator.instance()
    assert born[1:] == (True, "2026-12-19")  # midnight in WIB is still the 19th in UTC
    assert "already running" in up(operator, code=5)
    killed_webs_come_back(operator, report)

    seconds = survived(operator)
    enter(request.node, Line("supervisor killed, started again", 1, 1, remarks=f"up after {seconds:.1f} s"))
    assert operator.instance() == born
    assert operator.status()["addresses"]["pages"] == report["addresses"]["pages"], "mailed links lead here"
    assert "for a new rehearsal" in operator.types("prepare", "--start", "2027-01-01", code=5)

    operator.types("backup", str(tmp_path / "all.tenggat"))
    assert "running" in operator.types("restore", str(tmp_path / "all.tenggat"), code=5)
    operator.types("down")
    assert operator.types("status", code=3) == ""

    elsewhere = Operator(tmp_path / "elsewhere")
    elsewhere.types("restore", str(tmp_path / "all.tenggat"))
    assert "not empty" in elsewhere.types("restore", str(tmp_path / "all.tenggat"), code=5)
    up(elsewhere)
    try:
        assert elsewhere.instance() == born
    finally:
        elsewhere.types("down")


def test_what_is_wrong_with_the_command_is_said_before_anything_starts(operator: Operator) -> None:
    assert "add --rehearsal" in up(operator, "--start", "2026-12-20", code=2)
    assert "no date" in up(operator, "--rehearsal", "--start", "soon", code=2)
    assert "must be a port number" in operator.types("up", "--port", "99999", code=1)
    assert "not running" in operator.types("down", code=3)
    assert not operator.home.postgres.exists()


def test_the_help_comes_at_once_and_lists_the_exit_codes(operator: Operator) -> None:
    began = time.monotonic()
    text = operator.types("--help")
    assert time.monotonic() - began < 5
    assert "3 the instance is not running" in " ".join(text.split())
