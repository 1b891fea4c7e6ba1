"""`tenggat mail`: what the mail catcher accepted."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from commands import console

if TYPE_CHECKING:
    from services.messages.caught import Caught

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_mail(
    to: Annotated[str | None, typer.Option(help="Only mail to this address.")] = None,
    home: console.HomeDirectory = None,
    as_json: console.Json = False,
) -> None:
    """Every message that the catcher accepted, in order of arrival. `--json` carries the text as well."""

    async def read(session: Any) -> "list[Caught]":
        from services.messages.caught import list_caught

        return await list_caught(session, to=to)

    mails = console.in_session(read, home=home)
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
    console.print_line()
    console.print_line(mail.text)


def _row(mail: "Caught") -> dict[str, object]:
    row = asdict(mail)
    del row["html"]
    return row | {"accepted_at": mail.accepted_at.isoformat()}
