"""tenggat token: keys for programs that use the API. A key is shown once, when it is made."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from commands.console import HomeDirectory, Json, fail, in_session, print_json, print_line, print_rows
from commands.named import account_id, known_role, person_id

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

app = typer.Typer(no_args_is_help=True)
COLUMNS = ("id", "role", "region", "account", "person", "label", "created_at", "expires_at", "last_used_at")


@app.command()
def create(
    role: Annotated[str, typer.Option(help="company_user, upp_officer, verifier, validator, …")],
    region: Annotated[str, typer.Option(help='Region code that limits the key, as "64" or "64.72".')] = "",
    kbli: Annotated[
        list[str] | None, typer.Option(help="KBLI division that limits the key; repeatable.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Id, number or username of a company's account.")
    ] = None,
    person: Annotated[
        str | None, typer.Option(help="Username of the official who answers for the program.")
    ] = None,
    label: Annotated[str, typer.Option(help="What the key is for.")] = "",
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days until the key ends.")] = 365,
    home: HomeDirectory = None,
    as_json: Json = False,
) -> None:
    """Make a key and show it; it cannot be shown again."""
    from services.errors import DomainError

    try:
        made = in_session(
            lambda session: _create(session, role, region, tuple(kbli or ()), account, person, label, days),
            home=home,
        )
    except DomainError as error:
        fail(str(error))
    if as_json:
        print_json(made)
    else:
        print_line(made["token"])


@app.command("list")
def list_(home: HomeDirectory = None, as_json: Json = False) -> None:
    """Keys that open something."""
    print_rows(in_session(_list, home=home), COLUMNS, as_json=as_json)


@app.command()
def revoke(key: Annotated[UUID, typer.Argument(help="The key's id.")], home: HomeDirectory = None) -> None:
    """End a key now."""
    from services.errors import NotFound
    from services.identity import api_keys

    try:
        in_session(lambda session: api_keys.revoke(session, key, by="cli"), home=home)
    except NotFound:
        fail("no live key has this id")


async def _create(
    session: "AsyncSession",
    role: str,
    region: str,
    divisions: tuple[str, ...],
    account: str | None,
    person: str | None,
    label: str,
    days: int,
) -> dict[str, str]:
    from datetime import UTC, datetime, timedelta

    from services.identity import api_keys

    key = await api_keys.create(
        session,
        known_role(role),
        created_by="cli",
        region_prefix=region,
        kbli_divisions=divisions,
        account_id=await account_id(session, account) if account else None,
        person_id=await person_id(session, person) if person else None,
        label=label,
        expires_at=datetime.now(UTC) + timedelta(days=days),
    )
    return {"id": str(key.id), "token": key.token}


async def _list(session: "AsyncSession") -> list[dict[str, object]]:
    from services.identity import api_keys

    return [
        {
            "id": key.id,
            "role": key.role,
            "region": key.region_prefix,
            "account": key.account_id,
            "person": key.person_id,
            "label": key.label,
            "created_at": key.created_at,
            "expires_at": key.expires_at,
            "last_used_at": key.last_used_at,
        }
        for key in await api_keys.live(session)
    ]
