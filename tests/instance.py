"""A whole instance as an operator starts it, with a durable database, to be killed part by part."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ONE_WEB = {"TENGGAT_WEB_PROCESSES": "1"}
"""For who does not measure or restart the web: each process of it takes seconds of a processor to start."""
PATIENCE = 4  # seconds; leases of mail follow from it, so that a killed sender's mail is taken over soon


@dataclass
class Instance:
    """One instance of its own home, driven through its command line."""

    home: Path
    url: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, timeout: float = 300, **exported: str) -> str:
        """One `tenggat` command; its standard output. AssertionError when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=ROOT, env=self._environment() | exported, capture_output=True, text=True, timeout=timeout,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise AssertionError(f"tenggat {' '.join(arguments)}: {done.stdout}\n{done.stderr}")
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """What a command prints with --json."""
        return json.loads(self.run(*arguments, "--json"))

    def kill(self, part: str) -> None:
        """kill -9 one part: no chance to say goodbye. The supervisor starts it again."""
        self.wait_for(part)
        os.kill(self._pid(part), signal.SIGKILL)

    def restart(self, part: str, *, seconds: float = 90) -> None:
        """Ask a part to end, as an update does, until the supervisor has started it again."""
        before, deadline = self._pid(part), time.monotonic() + seconds
        os.kill(before, signal.SIGTERM)
        while self._pid(part) == before:
            assert time.monotonic() < deadline, f"{part} did not end within {seconds} s"
            time.sleep(0.3)

    def pause(self, part: str) -> None:
        """Stop a part without ending it, as a frozen machine does."""
        os.kill(self._pid(part), signal.SIGSTOP)

    def resume(self, part: str) -> None:
        os.kill(self._pid(part), signal.SIGCONT)

    def wait_for(self, part: str, *, seconds: float = 60) -> None:
        """Until the part runs again."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if any(found["name"] == part and found["running"] for found in self._parts()):
                return
            time.sleep(0.3)
        raise AssertionError(f"{part} did not come back within {seconds} s")

    def _pid(self, part: str) -> int:
        self.wait_for(part)
        pid = next(found["pid"] for found in self._parts() if found["name"] == part)
        return int(pid)

    def _parts(self) -> list[dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "status", "--json"],
            cwd=ROOT, env=self._environment(), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        parts: list[dict[str, Any]] = json.loads(done.stdout)["parts"]
        return parts

    def _environment(self) -> dict[str, str]:
        own = {"TENGGAT_HOME": str(self.home), "TENGGAT_MAIL_PATIENCE": str(PATIENCE)}
        return os.environ | own | self.settings


@contextmanager
def running(home: Path, start: str, **settings: str) -> Iterator[Instance]:
    """A rehearsal that starts on a day, on free ports, with settings as an operator exports them."""
    instance = Instance(home, settings=settings)
    instance.run("up", "--rehearsal", "--start", start, "--port", "0", "--detach", timeout=600)
    try:
        instance.url = instance.json("status")["addresses"]["pages"]
        yield instance
    finally:
        instance.run("down")
