"""tenggat evidence: one ZIP with all that proves a case."""

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.console import HomeDirectory, Json, fail, print_json, print_line, settings
from commands.engine import Engine, with_engine
from commands.named import case_id

BY = "cli"


def evidence(
    case: Annotated[str, typer.Argument(help="Id or key of the case.")],
    purpose: Annotated[str, typer.Option("--purpose", help="Why it is taken; kept in the log of reads.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Where to; a name of its own if not given.")
    ] = None,
    home: HomeDirectory = None,
    as_json: Json = False,
) -> None:
    """Write the bundle of evidence of a case. Check it anywhere with the VERIFY.py inside: python3 VERIFY.py FILE."""
    given = settings(home)

    async def work(engine: Engine) -> dict[str, Any]:
        from services.documents.store import DocumentStore
        from services.evidence import handing
        from services.models import CaseFile

        handing.purpose_of(purpose)
        store = DocumentStore.from_url(given.documents_url)
        async with engine.sessions() as session:
            found = await session.get_one(CaseFile, await case_id(session, case))
        path = out or Path(handing.filename(found))
        if path.exists():
            fail(f"{path} exists already")
        file, seal = await handing.make(engine.sessions, store, found.id, given.audit_anchors)
        with file, path.open("wb") as target:
            async with engine.sessions.begin() as session:
                await handing.note(session, BY, found, seal, purpose)
            shutil.copyfileobj(file, target)
        return {"case_id": found.id, "key": found.key, "file": path, "seal": seal}

    made = with_engine(work, home=home)
    if as_json:
        print_json(made)
    else:
        print_line(f"{made['key']}: {made['file']}\nseal {made['seal']}")
