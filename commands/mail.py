"""`tenggat mail`: what the mail catcher accepted, and what came back."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from commands import console

if TYPE_CHECKING:
    from services.messages.caught import Caught

app = typer.Typer(no_args_is_help=True)
BY = "cli"
PAGE = 200  # mails read in one transaction: with the letters they carry, taking them apart takes its time


@app.command("list")
def list_mail(
    to: Annotated[str | None, typer.Option(help="Only mail to this address.")] = None,
    home: console.HomeDirectory = None,
    as_json: console.Json = False,
) -> None:
    """Every message that the catcher accepted, in order of arrival. `--json` carries the text as well."""

    async def read(after: UUID | None, session: Any) -> "list[Caught]":
        from services.messages.caught import list_caught

        return await list_caught(session, to=to, after=after, limit=PAGE)

    mails: list[Caught] = []
    while page := console.in_session(partial(read, mails[-1].id if mails else None), home=home):
        mails += page
    columns = ("accepted_at", "to", "subject", "id")
    console.print_rows([_row(mail) for mail in mails], columns, as_json=as_json)


@app.command()
def show(mail_id: UUID, home: console.HomeDirectory = None, as_json: console.Json = False) -> None:
    """One message, with its text."""
    from services.errors import NotFound
    from services.messages.caught import show_caught

    async def read(session: Any) -> "Caught":
        return await show_caught(session, mail_id)

    try:
        mail = console.in_session(read, home=home)
    except NotFound:
        console.fail(f"the catcher has no mail {mail_id}")
    if as_json:
        console.print_json(_row(mail) | {"html": mail.html})
        return
    for name, value in (("To", mail.to), ("Subject", mail.subject), ("Message-ID", mail.message_id)):
        console.print_line(f"{name}: {value}")
    console.print_line(f"Accepted: {mail.accepted_at.isoformat()}")
    for paper in mail.attachments:
        console.print_line(
            f"Attached: {paper.filename} ({paper.media_type}, {paper.size} bytes, {paper.sha256})"
        )
    console.print_line()
    console.print_line(mail.text)


@app.command()
def bounces(path: Path, home: console.HomeDirectory = None, as_json: console.Json = False) -> None:
    """Take in a bounce mailbox: a Maildir, an mbox file or a single mail (RFC 3464). Safe to repeat."""
    from services.service_proof.bounces import Imported, mails, take_in

    try:
        found = list(mails(path))
    except OSError as error:
        console.fail(f"{path} cannot be read: {error.strerror}")

    async def act(raw: bytes, session: Any) -> "Imported":
        from services.clock import app_now

        return await take_in(session, raw, now=await app_now(session))

    total = Imported()
    for raw in found:  # each in a transaction of its own: none holds the cases of another
        total.add(console.in_session(partial(act, raw), home=home))
    done = asdict(total)
    if as_json:
        console.print_json(done)
        return
    for name, count in done.items():
        console.print_line(f"{name.replace('_', ' ')}: {count}")


@app.command("release-legal")
def release_legal(
    reason: Annotated[str, typer.Option(help="Why it may send again; the audit pages show it.")],
    home: console.HomeDirectory = None,
    as_json: console.Json = False,
) -> None:
    """Let the lane of legal letters send again, which a restore holds."""
    if not reason.strip():
        console.fail("say why the lane may send again: --reason", 2)
    from services.messages import lanes
    from services.models import Lane

    async def act(session: Any) -> None:
        await lanes.release_lane(session, Lane.LEGAL, reason=reason, by=BY)

    console.in_session(act, home=home)
    if as_json:
        console.print_json({"lane": Lane.LEGAL.value, "held": False})
        return
    console.print_line("The lane of legal letters sends again.")


def _row(mail: "Caught") -> dict[str, object]:
    row = asdict(mail)
    del row["html"]
    return row | {"accepted_at": mail.accepted_at.isoformat()}
