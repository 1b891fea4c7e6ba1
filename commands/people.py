"""tenggat people: who may sign in, and as what. People choose their own passwords, through a mailed link."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.console import HomeDirectory, Json, fail, in_session, print_json, print_line, print_rows
from commands.named import account_id, known_role, person_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncSession

app = typer.Typer(no_args_is_help=True)
COLUMNS = ("username", "name", "email", "status", "roles", "accounts")
BY = "cli"

Username = Annotated[str, typer.Argument(help="What they sign in with.")]
Account = Annotated[str, typer.Argument(help="Id, number or username of the account they act for.")]
RegionOption = Annotated[str, typer.Option(help='Region code that limits the role, as "64" or "64.72".')]
KbliOption = Annotated[list[str] | None, typer.Option(help="KBLI division that limits the role; repeatable.")]


@app.command()
def add(
    username: Username,
    email: Annotated[str, typer.Option(help="Where the invitation goes.")],
    name: Annotated[str, typer.Option(help="How colleagues see them.")] = "",
    role: Annotated[str | None, typer.Option(help="An official's role.")] = None,
    region: RegionOption = "",
    kbli: KbliOption = None,
    account: Annotated[
        str | None, typer.Option(help="Id, number or username of the account they act for.")
    ] = None,
    home: HomeDirectory = None,
    as_json: Json = False,
) -> None:
    """Add a person with a role or an account, and mail them a link to set a password."""
    if (role is None) == (account is None):
        fail("a person needs either --role or --account", 2)

    async def work(session: "AsyncSession") -> dict[str, str]:
        from services.clock import app_now
        from services.identity import people, recovery

        acts_for = await account_id(session, account) if account else None
        person = await people.invite(
            session, username=username, name=name, email=email, account_id=acts_for, created_by=BY
        )
        if role is not None:
            await people.grant(
                session, person.id, known_role(role), granted_by=BY, region_prefix=region,
                kbli_divisions=kbli or (),
            )  # fmt: skip
        await recovery.mail_link_to_person(session, person.id, now=await app_now(session))
        return {"id": str(person.id), "username": person.username, "invited": person.email}

    done = _carry_out(work, home)
    if as_json:
        print_json(done)
    else:
        print_line(f"{done['username']} added; an invitation goes to {done['invited']}")


@app.command("list")
def list_(home: HomeDirectory = None, as_json: Json = False) -> None:
    """Everybody who can or could sign in."""

    async def work(session: "AsyncSession") -> list[dict[str, Any]]:
        from services.identity import directory

        return await directory.everyone(session)

    rows = _carry_out(work, home)
    if not as_json:
        rows = [
            {**row, **{name: " ".join(map(str, row[name])) for name in ("roles", "accounts")}} for row in rows
        ]
    print_rows(rows, COLUMNS, as_json=as_json)


@app.command()
def grant(
    username: Username,
    role: Annotated[str, typer.Argument(help="An official's role.")],
    region: RegionOption = "",
    kbli: KbliOption = None,
    home: HomeDirectory = None,
) -> None:
    """Give an official a role; their sessions end."""

    async def work(session: "AsyncSession") -> None:
        from services.identity import people

        await people.grant(
            session, await person_id(session, username), known_role(role), granted_by=BY,
            region_prefix=region, kbli_divisions=kbli or (),
        )  # fmt: skip

    _carry_out(work, home)


@app.command()
def revoke(
    username: Username,
    role: Annotated[str, typer.Argument(help="The role to take back, in every scope.")],
    home: HomeDirectory = None,
) -> None:
    """Take a role back; the person's sessions end."""

    async def work(session: "AsyncSession") -> None:
        from services.identity import people

        held = await people.grants(session, await person_id(session, username))
        taken = [one for one in held if one.role == known_role(role)]
        if not taken:
            fail(f"{username} does not hold {role}")
        for one in taken:
            await people.revoke_grant(session, one.id, by=BY)

    _carry_out(work, home)


@app.command()
def join(username: Username, account: Account, home: HomeDirectory = None) -> None:
    """Let somebody who is known act for another company too."""

    async def work(session: "AsyncSession") -> None:
        from services.identity import people

        person = await person_id(session, username)
        await people.add_member(session, person, await account_id(session, account), by=BY)

    _carry_out(work, home)


@app.command()
def leave(username: Username, account: Account, home: HomeDirectory = None) -> None:
    """End somebody's acting for one company, as a former employee's; their sessions end."""

    async def work(session: "AsyncSession") -> None:
        from services.identity import people

        person = await person_id(session, username)
        await people.remove_member(session, person, await account_id(session, account), by=BY)

    _carry_out(work, home)


@app.command()
def disable(username: Username, home: HomeDirectory = None) -> None:
    """End a person's access now: sessions, links, sign-in."""

    async def work(session: "AsyncSession") -> None:
        from services.identity import people

        await people.disable(session, await person_id(session, username), by=BY)

    _carry_out(work, home)


@app.command()
def enable(username: Username, home: HomeDirectory = None) -> None:
    """Give a disabled person access back."""

    async def work(session: "AsyncSession") -> None:
        from services.identity import people

        await people.enable(session, await person_id(session, username), by=BY)

    _carry_out(work, home)


@app.command()
def invite(username: Username, home: HomeDirectory = None) -> None:
    """Mail an official a fresh link to set a password."""

    async def work(session: "AsyncSession") -> None:
        from services.clock import app_now
        from services.identity import recovery

        id_ = await person_id(session, username)
        await recovery.mail_link_to_person(session, id_, now=await app_now(session))

    _carry_out(work, home)


@app.command("reset-second-factor")
def reset_second_factor(username: Username, home: HomeDirectory = None) -> None:
    """For somebody who lost device and recovery codes: they enrol anew at the next sign-in."""

    async def work(session: "AsyncSession") -> None:
        from services.identity import people

        await people.remove_second_factor(session, await person_id(session, username), by=BY)

    _carry_out(work, home)


def _carry_out(work: "Callable[[AsyncSession], Awaitable[Any]]", home: "Path | None") -> Any:
    """In one transaction; a refusal becomes its sentence."""
    from services.errors import DomainError

    try:
        return in_session(work, home=home)
    except DomainError as error:
        fail(str(error))
