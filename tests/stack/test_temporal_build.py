"""Getting the Temporal server: what counts as usable, and that two builders do not build twice."""

import io
import stat
import threading
import time
from pathlib import Path

import pytest

from stack import temporal_build
from stack.progress import Progress
from stack.temporal_build import Binaries


def program(directory: Path, name: str, says: str) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No cache, and a PATH on which the test puts what it wants found; returns that directory."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path / "bin"


@pytest.mark.parametrize(
    ("version", "usable"), [("go1.26.8", False), ("go1.26.10", True), ("go1.27", True), ("devel", False)]
)
def test_a_go_that_is_too_old_is_not_used(bare_machine: Path, version: str, usable: bool) -> None:
    program(bare_machine, "go", version)
    assert bool(temporal_build.usable_go()) is usable


@pytest.mark.parametrize(("version", "found"), [("1.32.0", True), ("1.31.2", False)])
def test_a_server_on_path_is_used_when_its_version_fits(
    bare_machine: Path, version: str, found: bool
) -> None:
    program(bare_machine, "temporal-server", f"temporal version {version}")
    program(bare_machine, "temporal-sql-tool", "")
    assert bool(temporal_build.find()) is found


def test_two_builders_build_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Path] = []

    def build(target: Path, _: Progress) -> None:
        time.sleep(0.3)
        built.append(target)
        program(target, "temporal-server", "")
        program(target, "temporal-sql-tool", "")

    monkeypatch.setattr(temporal_build, "_build", build)
    results: list[Binaries] = []
    progress = Progress(io.StringIO())
    both = [
        threading.Thread(target=lambda: results.append(temporal_build.obtain(progress))) for _ in range(2)
    ]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert len(built) == 1
    assert [each.complete() for each in results] == [True, True]
