"""tenggat processes: which are stuck, letting them go on, and starting all of them from their rows."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.console import (
    HomeDirectory,
    Json,
    fail,
    in_session,
    print_json,
    print_line,
    print_rows,
    settings,
)
from commands.engine import Engine, with_engine
from commands.named import case_id

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncSession

app = typer.Typer(no_args_is_help=True)
COLUMNS = ("case_id", "key", "step", "code", "message", "since")
BY = "cli"
LOST = {
    "forgotten": "processes of cases that no row knows; what was entered after the backup must be entered again",
    "behind": "cases whose rows are older than their process; what happened to them after the backup is lost",
    "letters": "legal letters that may have left and that no row calls sent; none of them goes out again by itself",
}

Case = Annotated[str, typer.Argument(help="Id or key of the case, as list-stuck shows them.")]


@app.command("list-stuck")
def list_stuck(home: HomeDirectory = None, as_json: Json = False) -> None:
    """Processes that met a refusal they cannot pass and wait for an operator."""

    async def work(session: "AsyncSession") -> list[dict[str, Any]]:
        from services import rebuilding

        return [asdict(line) for line in await rebuilding.stuck(session)]

    print_rows(in_session(work, home=home), COLUMNS, as_json=as_json)


@app.command()
def retry(case: Case, home: HomeDirectory = None, as_json: Json = False) -> None:
    """Let a stuck step run again."""
    _resolve(case, skip=False, home=home, as_json=as_json)


@app.command()
def skip(case: Case, home: HomeDirectory = None, as_json: Json = False) -> None:
    """Go on without a stuck step, this time."""
    _resolve(case, skip=True, home=home, as_json=as_json)


@app.command()
def rebuild(
    home: HomeDirectory = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """After the engine's database was lost or a backup restored: start every process from its row.

    Names what the engine and the journal of legal mail know and the rows do not: what came after the backup.
    """
    if not yes and not as_json:
        typer.confirm("End every running process of this instance and start all from their rows?", abort=True)

    journal = settings(home).mail_journal

    async def work(engine: Engine) -> dict[str, Any]:
        from services.messages.journal import Journal
        from workflows.rebuilding import Rebuild

        letters = Journal(journal).gone()
        rebuilding = Rebuild(
            engine.sessions, engine.client, engine.gateway, engine.instance.rehearsal, letters
        )
        if not as_json:
            rebuilding = replace(rebuilding, progress=lambda count: print_line(f"{count} cases …"))
        return asdict(await rebuilding.run())

    done = with_engine(work, home=home)
    if as_json:
        print_json(done)
    else:
        print_line(
            f"{done['cases']} processes started from their rows ({done['nudged']} reached at once), "
            f"{done['lanes']} post offices, {done['terminated']} ended before"
        )
        _name(done["lost"])
    if done["nudged"] < done["cases"]:
        fail("the engine did not take every start; the sweep repeats the others every minute")


@app.command()
def sweep(home: HomeDirectory = None, as_json: Json = False) -> None:
    """One round of the sweep now: nudge every process whose time has come."""

    async def work(engine: Engine) -> dict[str, int]:
        from services import sweeping
        from services.clock import app_now

        found = reached = 0
        while True:
            async with engine.sessions.begin() as session:
                now = await app_now(session)
                due = await sweeping.due(session, now=now)
                lanes = await sweeping.lanes_with_mail(session, now=now) if not found else []
            reached += await engine.gateway.nudge_all(due, lanes)
            found += len(due) + len(lanes)
            if len(due) < sweeping.BATCH:
                return {"found": found, "nudged": reached}

    done = with_engine(work, home=home)
    if as_json:
        print_json(done)
    else:
        print_line(f"{done['nudged']} of {done['found']} nudged")


def _name(lost: dict[str, list[str]]) -> None:
    for what, sentence in LOST.items():
        if lost[what]:
            print_line(f"\n{len(lost[what])} {sentence}:")
            print_line("\n".join(f"  {name}" for name in lost[what]))


def _resolve(case: str, *, skip: bool, home: "Path | None", as_json: bool) -> None:
    async def work(engine: Engine) -> dict[str, Any]:
        from services import processes
        from services.clock import app_now
        from services.waking import hand_over

        async with engine.sessions() as session:
            async with session.begin():
                found = await processes.resolve_stuck(
                    session, await case_id(session, case), skip=skip, by=None, actor=BY,
                    now=await app_now(session),
                )  # fmt: skip
            hand_over(session, engine.gateway)
        return {"case_id": found.id, "key": found.key, "resolution": "skipped" if skip else "retried"}

    done = with_engine(work, home=home)
    if as_json:
        print_json(done)
    else:
        print_line(f"{done['key']}: {done['resolution']}")
