"""tenggat calendar: the days of a year beside the library's, decrees from files, and what they would move."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.console import HomeDirectory, Json, fail, in_session, print_json, print_line, print_rows
from commands.named import case_id

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from services.errors import DomainError

app = typer.Typer(no_args_is_help=True)
BY = "cli"
DECREES = ("number", "case_id", "status", "layer", "scope", "instrument", "moving")
DAYS = ("day", "finding", "decreed", "decreed_name", "library", "library_name")
LINES = ("case", "company", "deadline", "old", "new", "told")

Decree = Annotated[str, typer.Argument(help="Id or key of the decree, as `list` shows it.")]


@app.command("list")
def listed(home: HomeDirectory = None, as_json: Json = False) -> None:
    """Every decree, the newest first."""

    async def work(session: "AsyncSession") -> list[dict[str, Any]]:
        from sqlalchemy import select
        from sqlmodel import col

        from services.models import HolidayDecree

        query = select(HolidayDecree).order_by(col(HolidayDecree.number).desc())
        rows = (await session.execute(query)).scalars()
        return [
            {name: getattr(row, name) for name in DECREES if name != "moving"}
            | {"moving": row.counts.get("applied", row.counts.get("moving", ""))}
            for row in rows
        ]

    print_rows(in_session(work, home=home), DECREES, as_json=as_json)


@app.command()
def diff(
    year: Annotated[int, typer.Argument(min=2000, max=2100)],
    region: Annotated[str | None, typer.Option(help="Code of a region: its own days too.")] = None,
    home: HomeDirectory = None,
    as_json: Json = False,
) -> None:
    """The decreed days of a year beside the library's calendar."""

    async def work(session: "AsyncSession") -> list[dict[str, Any]]:
        from services.clock import app_now
        from services.decrees import reading

        now = await app_now(session)
        found = await reading.in_force(session, year, region=region, organisation=None, now=now)
        return [asdict(day) for day in found]

    print_rows(in_session(work, home=home), DAYS, as_json=as_json)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or .ics.")],
    instrument: Annotated[str, typer.Option(help="Number and year of the decree.")],
    reason: Annotated[str, typer.Option(help="What companies read.")],
    layer: Annotated[str, typer.Option(help="decree, region or organisation.")] = "decree",
    scope: Annotated[str, typer.Option(help="Code of the region, or NIB.")] = "",
    complete: Annotated[
        bool,
        typer.Option("--complete", help="It names all holidays of its years; others become working days."),
    ] = False,
    home: HomeDirectory = None,
    as_json: Json = False,
) -> None:
    """Enter a decree and try it out. Nothing moves before somebody else approves it on its page."""

    async def work(session: "AsyncSession") -> dict[str, Any]:
        from services.clock import app_now
        from services.decrees import drafting, importing
        from services.models import DecreeLayer

        if layer not in list(DecreeLayer):
            fail(f"{layer!r} is no layer; there are {', '.join(DecreeLayer)}")
        now = await app_now(session)
        days = importing.read(file.read_bytes(), file.name)
        wanted = drafting.DecreeDraft(
            instrument, reason, days, layer=DecreeLayer(layer), scope=scope, complete=complete
        )
        decree = await drafting.draft(session, wanted, actor=BY, now=now)
        foreseen = await drafting.dry_run(session, decree.case_id, actor=BY, now=now)
        return {"case_id": str(decree.case_id), "number": decree.number, **asdict(foreseen)}

    from services.errors import DomainError

    try:
        answer = in_session(work, home=home)
    except DomainError as refused:
        fail("\n".join(_said(refused)))
    if as_json:
        print_json(answer)
        return
    print_line(
        f"Decree {answer['number']} ({answer['case_id']}): {answer['moving']} dates would move, "
        f"{answer['later']} later and {answer['earlier']} earlier; {answer['told']} companies would be told. "
        "A second person approves it under Hari libur."
    )


def _said(refused: "DomainError") -> list[str]:
    """What was refused, in English: every field that is wrong, or the one sentence."""
    from services.i18n import translator

    words = translator("en")
    fields = [f"{error.field}: {words.gettext(error.message, **error.params)}" for error in refused.fields]
    return fields or [words.gettext(refused.message, **refused.params)]


@app.command()
def lines(
    decree: Decree,
    home: HomeDirectory = None,
    as_json: Json = False,
) -> None:
    """Every open date that a decree moves, before and after."""

    async def work(session: "AsyncSession") -> list[dict[str, Any]]:
        from services.decrees import reading

        found = await case_id(session, decree)
        return [
            {
                "case": row.key,
                "company": row.title,
                "deadline": row.deadline_name,
                "old": row.old_before.isoformat(),
                "new": row.new_before.isoformat(),
                "told": row.told,
            }
            async for row in reading.all_lines(session, found)
        ]

    print_rows(in_session(work, home=home), LINES, as_json=as_json)
