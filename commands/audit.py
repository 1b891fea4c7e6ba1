"""tenggat audit: check that no timeline was altered, and anchor them outside the database."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from commands.console import (
    FAILED,
    HomeDirectory,
    Json,
    print_json,
    print_line,
    print_table,
    settings,
)
from commands.engine import Engine, with_engine

if TYPE_CHECKING:
    from services.audit import Anchor, Break

app = typer.Typer(no_args_is_help=True)
SHOWN = 50

AnchorFile = Annotated[
    Path | None,
    typer.Option("--file", help="Where the anchors are; audit-anchors.jsonl in the home if not given."),
]


@app.command()
def verify(file: AnchorFile = None, home: HomeDirectory = None, as_json: Json = False) -> None:
    """Recompute the hash chain of every case, and every anchor. Exit code 1 when anything was altered."""
    anchors = _path(file, home)

    async def work(engine: Engine) -> dict[str, Any]:
        from services import audit

        cases = events = 0
        breaks: list[Break] = []
        after: UUID | None = audit.FIRST
        while after is not None:
            async with engine.sessions() as session:
                found = await audit.verify_batch(session, after)
            cases, events, after = cases + found.cases, events + found.events, found.last
            breaks += found.breaks
            if not as_json and found.cases == audit.CASES_AT_ONCE:
                print_line(f"{cases} cases …")
        kept = audit.read_anchors(anchors)
        async with engine.sessions() as session:
            breaks += await audit.check_anchors(session, kept)
        return {
            "ok": not breaks, "cases": cases, "events": events, "anchors": len(kept),
            "breaks": [asdict(line) for line in breaks],
        }  # fmt: skip

    found = with_engine(work, home=home)
    if as_json:
        print_json(found)
    else:
        _say(found)
    if not found["ok"]:
        raise typer.Exit(FAILED)


@app.command()
def anchor(file: AnchorFile = None, home: HomeDirectory = None, as_json: Json = False) -> None:
    """Write down today's fingerprint of all events in a file. Keep copies where no database keeper can write."""
    path = _path(file, home)

    async def work(engine: Engine) -> "Anchor":
        from services import audit

        return await audit.keep_anchor(engine.sessions, path)

    made = with_engine(work, home=home)
    if as_json:
        print_json(asdict(made) | {"file": path})
    else:
        print_line(f"{made.events} events up to {made.last_event}: {made.digest}\nwritten to {path}")


def _path(file: Path | None, home: Path | None) -> Path:
    return file or settings(home).audit_anchors


def _say(found: dict[str, Any]) -> None:
    print_line(f"{found['cases']} cases, {found['events']} events, {found['anchors']} anchors")
    if found["ok"]:
        print_line("every chain holds")
        return
    rows = [(line["case_id"], line["seq"], line["what"]) for line in found["breaks"][:SHOWN]]
    print_table(("case", "line", "what"), rows)
    print_line(f"{len(found['breaks'])} places do not hold")
