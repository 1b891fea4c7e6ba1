"""The supervisor: parts start in order, come back after a crash, end in reverse; nothing is left behind."""

import errno
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from stack import launch
from stack.home import Home, Refused, StackError
from stack.progress import Progress
from stack.supervisor import Child, Supervisor, living, read_state, state_file, sweep_up

SLEEPER = "import time, signal\nprint('here', flush=True)\ntime.sleep(600)"
STUBBORN = (
    "import time, signal\nsignal.signal(15, signal.SIG_IGN)\nprint('here', flush=True)\ntime.sleep(600)"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    place = Home(tmp_path / "home")
    place.create()
    return place


@pytest.fixture
def supervisor(home: Home) -> Iterator[Supervisor]:
    made = Supervisor(home, Progress(io.StringIO()))
    yield made
    made.impatient = True
    made.stop()


def part(home: Home, name: str, code: str = SLEEPER, grace_seconds: float = 5) -> Child:
    log = home.logs / f"{name}.log"
    command = [sys.executable, "-c", code]
    return Child(
        name,
        lambda: launch.start(command, env=os.environ, log=log),
        log,
        ready=lambda: log.exists() and "here" in log.read_text(),
        grace_seconds=grace_seconds,
    )


def eventually(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def watch_for(supervisor: Supervisor, until: Callable[[], bool]) -> None:
    """Run the watch loop until something is so, then interrupt it as Ctrl-C would."""

    def interrupt() -> None:
        deadline = time.monotonic() + 20
        while not until() and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    # A run that was started in the background ignores Ctrl-C from its first moment.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        supervisor.watch()
    signal.signal(signal.SIGINT, before)
    thread.join()
    assert until()


def test_a_killed_part_comes_back(home: Home, supervisor: Supervisor) -> None:
    child = part(home, "worker")
    supervisor.launch(child)
    supervisor.wait(child)
    assert child.process
    first = child.process.pid
    child.process.kill()
    watch_for(supervisor, lambda: bool(read_state(home)["children"][0]["restarts"]))
    assert child.process.pid != first
    assert read_state(home)["children"][0]["pid"] == child.process.pid


def test_a_machine_without_room_for_a_process_is_asked_again(home: Home, supervisor: Supervisor) -> None:
    child = part(home, "worker")
    supervisor.launch(child)
    supervisor.wait(child)
    begin, refusals = child.start, [OSError(errno.EAGAIN, "no process left"), OSError(errno.ENOSPC, "full")]

    def refused_twice() -> "subprocess.Popen[bytes]":
        if refusals:
            raise refusals.pop()
        return begin()

    child.start = refused_twice
    assert child.process
    child.process.kill()
    watch_for(supervisor, lambda: child.restarts == 1)
    assert child.running()
    assert not refusals


def test_what_a_full_disk_does_not_let_be_noted_ends_nobody(home: Home) -> None:
    said = io.StringIO()
    supervisor = Supervisor(home, Progress(said))
    child = part(home, "worker")
    supervisor.launch(child)
    supervisor.wait(child)
    assert child.process
    state_file(home).unlink()
    state_file(home).mkdir()  # nothing can be put in its place
    child.process.kill()
    watch_for(supervisor, lambda: child.restarts == 1 and "could not be written" in said.getvalue())
    assert child.running()
    state_file(home).rmdir()
    watch_for(supervisor, lambda: state_file(home).is_file())
    assert read_state(home)["children"][0]["restarts"] == 1
    supervisor.stop()


def test_who_cannot_tell_goes_on(home: Home) -> None:
    """A closed terminal, or a full disk under the log."""

    class Closed(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(errno.EIO, "closed")

    progress = Progress(Closed())
    progress.say("worker ended")
    with progress.step("Stopping worker") as detail:
        detail("finishing what it does")


def test_a_part_that_keeps_crashing_is_started_less_and_less_often(
    home: Home, supervisor: Supervisor
) -> None:
    child = part(home, "worker", "raise SystemExit(1)")
    supervisor.launch(child)
    began = time.monotonic()
    watch_for(supervisor, lambda: child.restarts == 3)
    assert time.monotonic() - began >= 0.5 + 1 + 2


def test_parts_end_in_reverse_order_and_the_stubborn_are_forced(home: Home, supervisor: Supervisor) -> None:
    for name, code in (("database", SLEEPER), ("worker", STUBBORN), ("web", SLEEPER)):
        child = part(home, name, code, grace_seconds=0.3)
        supervisor.launch(child)
        supervisor.wait(child)
    processes = {child.name: child.process for child in supervisor.children}
    said = io.StringIO()
    supervisor.progress = Progress(said)
    supervisor.stop()
    assert [line.split()[1] for line in said.getvalue().splitlines()] == ["web", "worker", "database"]
    codes = {name: process.returncode for name, process in processes.items() if process}
    assert codes == {"web": -signal.SIGTERM, "worker": -signal.SIGKILL, "database": -signal.SIGTERM}
    assert read_state(home) == {}


def test_a_part_that_does_not_start_is_reported_with_its_last_words(
    home: Home, supervisor: Supervisor
) -> None:
    child = part(home, "web", "raise SystemExit('no such setting')")
    supervisor.launch(child)
    with pytest.raises(StackError, match="no such setting"):
        supervisor.wait(child)


@pytest.fixture
def bystander() -> "Iterator[subprocess.Popen[bytes]]":
    """A process that is none of ours."""
    with subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.DEVNULL) as process:
        yield process
        process.kill()


def test_what_a_killed_supervisor_left_is_ended_and_others_are_left_alone(
    home: Home, supervisor: Supervisor, bystander: "subprocess.Popen[bytes]"
) -> None:
    child = part(home, "worker")
    supervisor.launch(child)
    supervisor.wait(child)
    state = read_state(home)
    assert child.process
    reaper = threading.Thread(target=child.process.wait)
    reaper.start()
    sweep_up(home, Progress(io.StringIO()))
    reaper.join()
    assert read_state(home) == {}
    long_ago = state["children"][0]["created"] - 60
    reused = state["children"][0] | {"pid": bystander.pid, "created": long_ago}
    assert living(reused) is None, "a process id that was reused is not our process"
    assert psutil.pid_exists(bystander.pid)


def test_one_home_runs_once(home: Home) -> None:
    assert home.owner() is None
    with home.lock():
        assert home.owner() == os.getpid()
        with pytest.raises(Refused, match=str(os.getpid())), Home(home.path).lock():
            pass
    assert home.owner() is None
