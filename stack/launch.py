"""Starting our own programs as parts of an instance: their environment, priority and log."""

import logging
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from stack.ports import LOOPBACK

ATTEMPTS = 10
logger = logging.getLogger(__name__)


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules with this very interpreter."""
    return [sys.executable, "-m", module, *arguments]


def start(
    command: Sequence[str], *, env: Mapping[str, str], log: Path, niceness: int = 0
) -> "subprocess.Popen[bytes]":
    """Start a program in a session of its own, so that Ctrl-C reaches only the supervisor."""
    prefix = ["nice", "-n", str(niceness)] if niceness else []
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*prefix, *command],
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    if niceness:
        _yield_as_a_session(process.pid, niceness)
    return process


def _yield_as_a_session(pid: int, niceness: int) -> None:
    """Where the kernel shares the processors among sessions (Linux's autogroups), a process's own niceness counts
    only within its session; the session has one of its own."""
    group = Path(f"/proc/{pid}/autogroup")
    if not group.exists():
        return
    for _ in range(ATTEMPTS):
        try:
            group.write_text(str(niceness))
        except BlockingIOError:  # the kernel takes one such change in a tenth of a second
            time.sleep(0.1)
        except OSError as error:
            logger.info("session of process %s keeps its priority: %s", pid, error)
            return
        else:
            return


def healthy(port: int, path: str = "/health/ready") -> bool:
    """Whether our web process answers 200 there."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}{path}", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":  # a container's health check: python -m stack.launch PORT
    sys.exit(0 if healthy(int(sys.argv[1])) else 1)
