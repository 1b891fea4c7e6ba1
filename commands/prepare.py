"""`tenggat prepare`: a database and a Temporal server of your own, made ready for the application."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import psycopg
import typer

from commands import console
from services import instance
from settings import libpq_url
from stack import namespace
from stack.home import Refused, StackError
from stack.migrate import migrate
from stack.progress import Progress

START_HELP = "Where a new rehearsal's clock stands: 2026-12-20 or 2026-12-20T08:00 (WIB)."


@dataclass(frozen=True)
class Prepared:
    """The identity of a database, and whether it got it just now."""

    identity: instance.Identity
    new: bool


def prepare(
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="Mark a new database as a rehearsal.")
    ] = False,
    start: Annotated[str | None, typer.Option(help=START_HELP)] = None,
    home: console.HomeDirectory = None,
    as_json: console.Json = False,
) -> None:
    """Bring the schema up to date, give a new database its identity, register its Temporal namespace."""
    settings = console.settings(home)
    if settings.migrator_database_url is None:
        console.fail("MIGRATOR_DATABASE_URL is missing: the role that owns the tables")
    beginning = console.instant(start) if start else None
    try:
        done = prepare_database(settings.migrator_database_url, rehearsal, beginning, Progress())
        asyncio.run(namespace.ensure(settings.temporal_address, done.identity.namespace))
    except StackError as error:
        console.fail(str(error), console.REFUSED if isinstance(error, Refused) else console.FAILED)
    answer = {"instance": done.identity.id, "namespace": done.identity.namespace, "new": done.new}
    if as_json:
        console.print_json(answer)
    else:
        console.print_line(f"Instance {done.identity.id}, namespace {done.identity.namespace}")


def prepare_database(url: str, rehearsal: bool, start: datetime | None, progress: Progress) -> Prepared:
    """Migrate and identify the database. A rehearsal without `start` begins now.

    Raises Refused when the database is of the other kind already, or when `start` comes too late.
    """
    with progress.step("Bringing the database's schema up to date"):
        migrate(url)
    known = _known(url)
    if known is None:
        made = instance.create(url, rehearsal=rehearsal, start=start or datetime.now(UTC))
        return Prepared(made, new=True)
    if rehearsal and not known.rehearsal:
        raise Refused(
            "this database is not a rehearsal and cannot become one: "
            "start a rehearsal in a home of its own (`tenggat up --rehearsal --home DIR`)"
        )
    if start:
        raise Refused("--start is for a new rehearsal; move the clock with `tenggat clock advance`")
    return Prepared(known, new=False)


def _known(url: str) -> instance.Identity | None:
    with psycopg.connect(libpq_url(url)) as connection:
        row = connection.execute("SELECT id, rehearsal FROM instance").fetchone()
    return instance.Identity(*row) if row else None
