"""What a figure stands on: this machine, the CPU seconds and the peak memory of each part."""

import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

EVERY = 2.0


@dataclass
class Usage:
    """Seconds of the wall, and per role seconds of CPU and peak resident megabytes."""

    seconds: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    peak: dict[str, float] = field(default_factory=dict)


@dataclass
class Meter:
    """Watches processes by role; a role is a process and all its children."""

    roles: dict[str, int]

    @contextmanager
    def measure(self) -> Iterator[Usage]:
        """Fill a Usage while the block runs."""
        usage, stop = Usage(), threading.Event()
        before = {role: _cpu(pid) for role, pid in self.roles.items()}
        watcher = threading.Thread(target=self._watch, args=(usage, stop), daemon=True)
        watcher.start()
        started = time.perf_counter()
        try:
            yield usage
        finally:
            usage.seconds = time.perf_counter() - started
            stop.set()
            watcher.join()
            usage.cpu = {role: _cpu(pid) - before[role] for role, pid in self.roles.items()}

    def _watch(self, usage: Usage, stop: threading.Event) -> None:
        while not stop.wait(EVERY):
            for role, pid in self.roles.items():
                usage.peak[role] = max(usage.peak.get(role, 0.0), _memory(pid))


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *([] if pid == os.getpid() else parent.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def _cpu(pid: int) -> float:
    total = 0.0
    for process in _family(pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += (
            times.user
            + times.system
            + getattr(times, "children_user", 0)
            + getattr(times, "children_system", 0)
        )
    return total


def _memory(pid: int) -> float:
    """Megabytes of a role's own memory. Taken from the kernel's running count: walking the pages of each process
    (unique set size) stops them for milliseconds, which the answers being timed would show."""
    return sum(_own(process.pid) for process in _family(pid)) / 1e3


def _own(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:")), 0)


def described() -> str:
    """One line about the machine."""
    model = next((line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")), "?")
    system = f"{platform.system()} {platform.release()}"
    return f"{model}, {os.cpu_count()} cores, {system}, Python {platform.python_version()}"


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []
