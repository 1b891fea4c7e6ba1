"""What every subcommand shares: options, printing, failing, a session with the database."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import typer

from settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

FAILED = 1
NOT_RUNNING = 3
DEGRADED = 4
REFUSED = 5
WIB = ZoneInfo("Asia/Jakarta")
EXIT_CODES = {
    0: "done",
    FAILED: "failed; the message says why",
    2: "the command was not understood",
    NOT_RUNNING: "the instance is not running",
    DEGRADED: "the instance is running but not all of it works",
    REFUSED: "refused: the instance is in a state in which this is not allowed",
    130: "interrupted",
}

Json = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else on stdout.")]
HomeDirectory = Annotated[
    Path | None,
    typer.Option("--home", envvar="TENGGAT_HOME", help="The instance's directory.", show_default=".tenggat"),
]

T = TypeVar("T")


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Say on stderr what is wrong and leave with a documented exit code."""
    sys.stderr.write(f"tenggat: {message}\n")
    raise typer.Exit(code)


def settings(home: Path | None = None) -> Settings:
    """Settings of the running instance; leaves with a readable list when they are not complete."""
    try:
        return load(home)
    except SettingsError as error:
        fail("settings are not complete\n" + "\n".join(f"  - {problem}" for problem in error.problems))


def instant(text: str) -> datetime:
    """A date or time as people write it, in WIB unless it says otherwise; leaves with code 2 otherwise."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--start {text!r} is no date: write 2026-12-20 or 2026-12-20T08:00", 2)
    return moment if moment.tzinfo else moment.replace(tzinfo=WIB)


def print_json(value: Any) -> None:
    """One JSON value on stdout; dates, ids and paths become their text."""
    sys.stdout.write(json.dumps(value, default=str, ensure_ascii=False) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain table for people; nothing is cut off when stdout is not a terminal."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else 240).print(table)


def print_rows(rows: Sequence[Mapping[str, object]], columns: Sequence[str], *, as_json: bool) -> None:
    """The rows as a JSON list, or those columns of them as a table."""
    if as_json:
        print_json([dict(row) for row in rows])
    else:
        print_table(columns, [[row.get(column) for column in columns] for row in rows])


def print_line(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")


def in_session(work: Callable[[Any], Awaitable[T]], *, home: Path | None = None) -> T:
    """Run `work(session)` in one transaction of the application's role, committed when it returns.

    What it woke is nudged after the commit; with the engine away the sweep does it later.
    """
    from services.database import make_engine, make_sessions

    async def run(given: Settings) -> T:
        engine = make_engine(given.database_url, pool_size=1, application="tenggat-cli")
        try:
            async with make_sessions(engine)() as session:
                async with session.begin():
                    result = await work(session)
                if "woken" in session.info:
                    await _nudge(session, given)
                return result
        finally:
            await engine.dispose()

    return asyncio.run(run(settings(home)))


async def _nudge(session: "AsyncSession", given: Settings) -> None:
    from services.instance import identity
    from services.waking import woken
    from workflows.gateway import Gateway, connect

    what, who = woken(session), await identity(session)
    gateway = Gateway(await connect(given.temporal_address, who.namespace, lazy=True))
    await gateway.nudge_all(what.cases.values(), what.lanes)
