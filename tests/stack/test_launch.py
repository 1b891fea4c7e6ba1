"""Parts that yield to people run only in the time the others leave, and share their session for it to count."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import launch
from stack.launch import Rank

SLEEPER = "import time; time.sleep(60)"


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """A part for people and one in the background."""
    command = [sys.executable, "-c", SLEEPER]
    started = [
        launch.start(command, env=os.environ, log=tmp_path / "log", rank=rank)
        for rank in (Rank.PEOPLE, Rank.BACKGROUND)
    ]
    yield started[0].pid, started[1].pid
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="this system has no idle policy")
def test_a_part_in_the_background_gives_way_at_once(parts: tuple[int, int]) -> None:
    assert [os.sched_getscheduler(part) for part in parts] == [os.SCHED_OTHER, os.SCHED_IDLE]


def test_parts_share_our_session_but_no_interrupt_from_the_terminal(parts: tuple[int, int]) -> None:
    assert {os.getsid(part) for part in parts} == {os.getsid(0)}
    assert len({os.getpgid(part) for part in (os.getpid(), *parts)}) == 3


def test_a_detached_instance_outlives_the_terminal(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SLEEPER]
    process: subprocess.Popen[bytes] = launch.start(
        command, env=os.environ, log=tmp_path / "log", own_session=True
    )
    try:
        assert os.getsid(process.pid) == process.pid
    finally:
        process.kill()
        process.wait()
