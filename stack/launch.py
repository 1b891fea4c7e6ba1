"""Starting our own programs as parts of an instance: their environment, priority and log."""

import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from stack.ports import LOOPBACK


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules with this very interpreter."""
    return [sys.executable, "-m", module, *arguments]


def start(
    command: Sequence[str], *, env: Mapping[str, str], log: Path, niceness: int = 0
) -> "subprocess.Popen[bytes]":
    """Start a program in a session of its own, so that Ctrl-C reaches only the supervisor."""
    prefix = ["nice", "-n", str(niceness)] if niceness else []
    with log.open("ab") as output:
        return subprocess.Popen(
            [*prefix, *command],
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def healthy(port: int, path: str = "/health/ready") -> bool:
    """Whether our web process answers 200 there."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}{path}", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":  # a container's health check: python -m stack.launch PORT
    sys.exit(0 if healthy(int(sys.argv[1])) else 1)
