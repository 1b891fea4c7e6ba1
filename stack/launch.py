"""Starting our own programs as parts of an instance: their environment, priority and log."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path

from stack.ports import LOOPBACK

LOW, LOWEST = 15, 19


class Rank(Enum):
    """Who gets the processor when there is not enough for all."""

    PEOPLE = "somebody waits for its answer"
    ENGINE = "others wait for it, but no person"
    BACKGROUND = "runs in the time that is left over"


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules with this very interpreter."""
    return [sys.executable, "-m", module, *arguments]


def start(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path,
    rank: Rank = Rank.PEOPLE,
    own_session: bool = False,
    pass_fds: Sequence[int] = (),
) -> "subprocess.Popen[bytes]":
    """Start a program in a process group of its own, so that Ctrl-C reaches only the supervisor.

    It stays in the supervisor's session unless it is to outlive it: Linux first shares the processors among
    sessions (autogroups), and ranks processes only within one.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=pass_fds,
            start_new_session=own_session,
            process_group=None if own_session else 0,
        )
    if rank is Rank.ENGINE:
        os.setpriority(os.PRIO_PROCESS, process.pid, LOW)
    elif rank is Rank.BACKGROUND:
        _yield_always(process.pid)
    return process


def _yield_always(pid: int) -> None:
    """A low niceness is still left its turn to the end, a millisecond at each of the dozens of times that an answer
    changes hands between web and database; what is idle by policy gives way at once."""
    if hasattr(os, "sched_setscheduler"):
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
    else:
        os.setpriority(os.PRIO_PROCESS, pid, LOWEST)


def healthy(port: int, path: str = "/health/ready") -> bool:
    """Whether our web process answers 200 there."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}{path}", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":  # a container's health check: python -m stack.launch PORT
    sys.exit(0 if healthy(int(sys.argv[1])) else 1)
