"""Parts that yield to people yield for the whole machine, not only among themselves."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import launch

SLEEPER = "import time; time.sleep(60)"
POLITE = 7


@pytest.fixture
def polite(tmp_path: Path) -> Iterator[int]:
    command = [sys.executable, "-c", SLEEPER]
    process = launch.start(command, env=os.environ, log=tmp_path / "log", niceness=POLITE)
    yield process.pid
    process.kill()
    process.wait()


def test_a_polite_part_runs_behind_others(polite: int) -> None:
    deadline = time.monotonic() + 10
    while os.getpriority(os.PRIO_PROCESS, polite) != POLITE:
        assert time.monotonic() < deadline, "it never became polite"
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="this kernel does not group by session")
def test_its_session_runs_behind_other_sessions(polite: int) -> None:
    assert Path(f"/proc/{polite}/autogroup").read_text().split()[-1] == str(POLITE)
