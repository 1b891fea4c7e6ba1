"""`tenggat up`, `down` and `status`: the instance as a whole."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import Annotated, Any

import typer

from commands import console
from settings import find_home
from stack import launch
from stack.home import Home, Refused, StackError
from stack.progress import Progress
from stack.supervisor import living, read_state, sweep_up

SHOWN_ADDRESSES = {"pages": "TENGGAT_PUBLIC_URL", "temporal": "TEMPORAL_ADDRESS", "smtp": "SMTP_URL"}
STOP_WITHIN_SECONDS = 150


def up(
    home: console.HomeDirectory = None,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="Make a new instance whose clock only `tenggat clock` moves.")
    ] = False,
    start: Annotated[
        str | None,
        typer.Option(help="Where a new rehearsal's clock stands: 2026-12-20 or 2026-12-20T08:00 (WIB)."),
    ] = None,
    port: Annotated[
        str | None, typer.Option(envvar="TENGGAT_PORT", help="Port of the pages; 0 takes a free one.")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return as soon as it is ready.")] = False,
    seed: Annotated[
        bool | None, typer.Option("--seed/--no-seed", help="Fill a new instance with a demonstration.")
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Start the instance and stay in the foreground until Ctrl-C."""
    place = Home(find_home(home))
    beginning = console.instant(start) if start else None
    if beginning and not rehearsal:
        console.fail("--start sets the clock of a rehearsal: add --rehearsal", 2)
    try:
        if detach:
            _detached(place, sys.argv[1:], seed_wanted=seed is not False)
            _announce(place, as_json=as_json)
        else:
            _foreground(place, rehearsal=rehearsal, start=beginning, port=port, seed=seed)
    except StackError as error:
        console.fail(str(error), console.REFUSED if isinstance(error, Refused) else console.FAILED)


def down(home: console.HomeDirectory = None, as_json: console.Json = False) -> None:
    """Stop the running instance and wait until it has stopped."""
    place, progress = Home(find_home(home)), Progress()
    owner = place.owner()
    if owner is None:
        _clean_up(place, progress, as_json=as_json)
        return
    with progress.step(f"Stopping {place.path}"), contextlib.suppress(ProcessLookupError):
        os.kill(owner, signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN_SECONDS
        while place.owner() == owner:
            if time.monotonic() > deadline:
                console.fail(f"process {owner} still runs after {STOP_WITHIN_SECONDS} s; see {place.logs}")
            time.sleep(0.1)
    if as_json:
        console.print_json({"stopped": True})


def status(home: console.HomeDirectory = None, as_json: console.Json = False) -> None:
    """Show what runs, where it answers and how it is. Exit code 0 only when everything works."""
    place = Home(find_home(home))
    report = _report(place)
    if as_json:
        console.print_json(report)
    else:
        _print_report(report)
    if not report["running"]:
        raise typer.Exit(console.NOT_RUNNING)
    if not report["ready"]:
        raise typer.Exit(console.DEGRADED)


def _foreground(place: Home, **options: Any) -> None:
    from commands.boot import Boot, Options
    from settings import SettingsError

    try:
        Boot(place, Options(**options), Progress(), after=lambda: _seed(place)).run()
    except SettingsError as error:
        console.fail("settings are not complete\n" + "\n".join(f"  - {each}" for each in error.problems))


def _detached(place: Home, arguments: list[str], *, seed_wanted: bool) -> None:
    """Start the same command in the background and show its progress until it is ready."""
    if place.owner():
        raise Refused(f"{place.path} is already running (process {place.owner()})")
    place.create()
    log = place.logs / "supervisor.log"
    start = log.stat().st_size if log.exists() else 0
    kept = [word for word in arguments if word not in ("--detach", "--json")]
    env = os.environ | {"TENGGAT_HOME": str(place.path), "TENGGAT_DETACHED": "yes"}
    process = launch.start([*launch.python("cli"), *kept], env=env, log=log, own_session=True)
    with log.open() as lines:
        lines.seek(start)
        while not _ready(place, process.pid):
            sys.stderr.write(lines.read())
            if process.poll() is not None:
                sys.stderr.write(lines.read())
                raise typer.Exit(process.returncode)
            time.sleep(0.1)
        sys.stderr.write(lines.read())
    if seed_wanted:
        _seed(place)


def _ready(place: Home, supervisor: int) -> bool:
    state = read_state(place)
    return state.get("supervisor") == supervisor and state["state"] == "ready"


def _seed(place: Home) -> None:
    """Fill a new instance with its demonstration; its passwords go to this terminal and nowhere else."""
    if not place.seed_pending.exists():
        return
    done = subprocess.run(
        [*launch.python("cli"), "seed", "demo"],
        env=os.environ | {"TENGGAT_HOME": str(place.path)},
        check=False,
    )
    if done.returncode:
        raise StackError("the demonstration could not be filled in; the next start tries again")
    place.seed_pending.unlink()


def _announce(place: Home, *, as_json: bool) -> None:
    report = _report(place)
    if as_json:
        console.print_json(report)
    else:
        _print_report(report)


def _clean_up(place: Home, progress: Progress, *, as_json: bool) -> None:
    left = read_state(place)
    if left:
        with place.lock():
            sweep_up(place, progress)
    if as_json:
        console.print_json({"stopped": bool(left)})
    if not left:
        console.fail(f"{place.path} is not running", console.NOT_RUNNING)


def _report(place: Home) -> dict[str, Any]:
    owner, state, runtime = place.owner(), read_state(place), place.read_runtime()
    parts = [_part(child) for child in state.get("children", [])] if owner else []
    port = runtime.get("TENGGAT_PORT")
    answers = bool(owner and port and launch.healthy(int(port)))
    return {
        "home": str(place.path),
        "running": owner is not None,
        "ready": answers and state.get("state") == "ready" and all(part["running"] for part in parts),
        "state": state.get("state", "stopped") if owner else "stopped",
        "environment": runtime.get("TENGGAT_ENV", "development") if owner else None,
        "pid": owner,
        "parts": parts,
        "addresses": {
            name: runtime[key] for name, key in SHOWN_ADDRESSES.items() if owner and key in runtime
        },
    }


def _part(child: dict[str, Any]) -> dict[str, Any]:
    process = living(child)
    family = [process, *process.children(recursive=True)] if process else []
    return {
        "name": child["name"],
        "running": process is not None,
        "pid": child["pid"] if process else None,
        "up_seconds": round(time.time() - child["created"]) if process else None,
        "memory_mb": round(sum(_memory(each) for each in family) / 1e6) if process else None,
        "restarts": child["restarts"],
        "log": child["log"],
    }


def _memory(process: Any) -> int:
    import psutil

    try:
        return int(process.memory_full_info().pss if sys.platform == "linux" else process.memory_info().rss)
    except psutil.Error:
        return 0


def _print_report(report: dict[str, Any]) -> None:
    console.print_line(f"{report['home']}: {report['state']}")
    if report["parts"]:
        columns = ("name", "running", "pid", "up_seconds", "memory_mb", "restarts", "log")
        console.print_rows(report["parts"], columns, as_json=False)
    for name, address in report["addresses"].items():
        console.print_line(f"{name:10}{_without_password(address)}")


def _without_password(address: str) -> str:
    scheme, separator, rest = address.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
