"""Keeping the parts of one instance running: started in order, revived after a crash, stopped in reverse."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import psutil

from stack.home import Home, StackError, write_private
from stack.progress import Progress

LOOK_EVERY_SECONDS = 0.25
STABLE_AFTER_SECONDS = 60
TIDY_EVERY_SECONDS = 60
LONGEST_BACKOFF_SECONDS = 30
LOG_LIMIT_BYTES = 50_000_000
State = Literal["starting", "ready", "stopping"]


def alive() -> bool:
    """Readiness of a part that has nothing to ask: it was started."""
    return True


@dataclass
class Child:
    """One part: how it starts, when it is ready, how it is asked to end."""

    name: str
    start: Callable[[], "subprocess.Popen[bytes]"]
    log: Path
    ready: Callable[[], bool] = alive
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 20
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0
    restarts: int = 0
    failures: int = 0
    retry_at: float = 0

    def launch(self) -> None:
        self.process = self.start()
        self.started = time.monotonic()

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.running():
            self.process.send_signal(self.stop_signal)

    def last_words(self, lines: int = 15) -> str:
        """The end of its log, for the operator who has to know why it does not run."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@dataclass
class Supervisor:
    """The parts of one instance, and the file in its home that tells other commands about them."""

    home: Home
    progress: Progress
    children: list[Child] = field(default_factory=list)
    impatient: bool = False
    tidy_at: float = 0

    def launch(self, child: Child) -> None:
        """Start a part without waiting for it."""
        rotate(child.log)
        child.launch()
        self.children.append(child)
        self.note("starting")

    def wait(self, child: Child, seconds: float = 60) -> None:
        """Wait until a part is ready. Raises StackError with its last words when it ends or stays silent."""
        deadline = time.monotonic() + seconds
        with self.progress.step(f"Starting {child.name}") as detail:
            while not child.ready():
                if not child.running():
                    code = child.process.returncode if child.process else None
                    raise StackError(
                        f"{child.name} ended with code {code}; {child.log} says:\n{child.last_words()}"
                    )
                if time.monotonic() > deadline:
                    raise StackError(f"{child.name} was not ready after {seconds:.0f} s; see {child.log}")
                detail("waiting for its answer")
                time.sleep(0.05)

    def watch(self) -> None:
        """Start again whatever ends, until interrupted. Each further crash of a part waits longer.

        What a full disk or a machine without room refuses is tried again; the parts that run go on meanwhile.
        """
        self.tidy_at = 0
        while True:
            for child in self.children:
                self._revive(child)
            if time.monotonic() >= self.tidy_at:
                self.tidy_at = time.monotonic() + TIDY_EVERY_SECONDS
                self._tidy()
            time.sleep(LOOK_EVERY_SECONDS)

    def stop(self) -> None:
        """End all parts in reverse order, each asked first and forced only when its grace is over."""
        self.note("stopping")
        for child in reversed(self.children):
            if not child.running():
                continue
            with self.progress.step(f"Stopping {child.name}") as detail:
                child.ask_to_stop()
                deadline = time.monotonic() + child.grace_seconds
                while child.running() and time.monotonic() < deadline and not self.impatient:
                    detail("finishing what it does")
                    time.sleep(0.05)
                _force(child)
        state_file(self.home).unlink(missing_ok=True)

    def note(self, state: State) -> None:
        """Write down what runs, for `status`, `down`, and whoever cleans up should we be killed."""
        parts = [_describe(child) for child in self.children]
        note = {"state": state, "supervisor": os.getpid(), "children": parts}
        write_private(state_file(self.home), json.dumps(note))

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.running():
            if child.failures and now - child.started > STABLE_AFTER_SECONDS:
                child.failures = 0
            return
        if child.retry_at <= child.started:
            self._put_off(child, f"ended with code {child.process.returncode if child.process else None}")
        elif now >= child.retry_at:
            try:
                child.launch()
            except OSError as error:
                self._put_off(child, f"could not be started ({error})")
                return
            child.restarts += 1
            self.tidy_at = 0

    def _put_off(self, child: Child, why: str) -> None:
        pause = min(0.5 * 2**child.failures, LONGEST_BACKOFF_SECONDS)
        child.retry_at, child.failures = time.monotonic() + pause, child.failures + 1
        self.progress.say(f"{child.name} {why}; starting it again in {pause:.1f} s ({child.log})")

    def _tidy(self) -> None:
        try:
            self.note("ready")
            for child in self.children:
                rotate(child.log)
        except OSError as error:
            self.progress.say(f"what runs could not be written down, nor long logs cut: {error}")


def state_file(home: Home) -> Path:
    return home.path / "state.json"


def read_state(home: Home) -> dict[str, Any]:
    """What was last noted: `state`, `supervisor` (its pid) and `children`; empty when none runs."""
    try:
        state: dict[str, Any] = json.loads(state_file(home).read_text())
    except FileNotFoundError:
        return {}
    return state


def living(child: dict[str, Any]) -> psutil.Process | None:
    """The process of a noted child if it still is that very process."""
    try:
        process = psutil.Process(child["pid"])
        same = abs(process.create_time() - child["created"]) < 1
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def sweep_up(home: Home, progress: Progress) -> None:
    """End what a killed supervisor left running, and its traces. The caller holds the home's lock."""
    left = [child for child in read_state(home).get("children", []) if living(child)]
    if left:
        with progress.step("Ending what an interrupted run left behind"):
            for child in reversed(left):
                _end(child)
    sockets = home.read_runtime().get("TENGGAT_SOCKETS")
    if sockets:
        shutil.rmtree(sockets, ignore_errors=True)
    state_file(home).unlink(missing_ok=True)
    home.runtime.unlink(missing_ok=True)


def _end(child: dict[str, Any], grace_seconds: float = 20) -> None:
    deadline = time.monotonic() + grace_seconds
    signals = iter([child["stop_signal"], signal.SIGKILL])
    while process := living(child):
        if (sent := next(signals, None)) is None:
            raise StackError(f"{child['name']} (process {child['pid']}) cannot be ended")
        process.send_signal(sent)
        while living(child) and time.monotonic() < deadline:
            time.sleep(0.05)
        deadline = time.monotonic() + grace_seconds


def rotate(log: Path) -> None:
    """Keep one former piece of a log that has grown too long. The writer goes on in the same file."""
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        with log.open("r+b") as file:
            file.truncate(0)


def _describe(child: Child) -> dict[str, Any]:
    pid = child.process.pid if child.process else 0
    try:
        created = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        created = 0.0
    return {
        "name": child.name,
        "pid": pid,
        "created": created,
        "restarts": child.restarts,
        "stop_signal": int(child.stop_signal),
        "log": str(child.log),
    }


def _force(child: Child) -> None:
    if child.process is None or not child.running():
        return
    # A killed PostgreSQL leaves its children behind; its immediate shutdown does not.
    child.process.send_signal(signal.SIGQUIT if child.stop_signal is signal.SIGINT else signal.SIGKILL)
    try:
        child.process.wait(10)
    except subprocess.TimeoutExpired:
        child.process.kill()
        child.process.wait()
