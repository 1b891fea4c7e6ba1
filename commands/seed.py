"""tenggat seed: fictitious companies and people to try things with."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from commands.console import HomeDirectory, Json, fail, in_session, print_rows

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

app = typer.Typer(no_args_is_help=True)
Type = Literal["A", "B"]
Scale = Literal["small", "medium", "large", "unknown"]
COMPANY_COLUMNS = ("id", "number", "username", "name", "email", "region_code")
PEOPLE_COLUMNS = ("username", "password", "role", "region")


@app.command()
def companies(
    count: Annotated[int, typer.Argument(min=1, max=1_000_000, help="How many accounts to make.")],
    region: Annotated[str, typer.Option(help='A province or regency, as "64" or "64.72".')] = "64",
    type_: Annotated[Type, typer.Option("--type", help="A: industry; B: industrial estates.")] = "A",
    scale: Annotated[
        Scale, typer.Option(help="Of the licence; it says whose office is competent.")
    ] = "small",
    home: HomeDirectory = None,
    as_json: Json = False,
) -> None:
    """Make fictitious active accounts with valid licences; they owe what is open."""
    from services.errors import DomainError

    try:
        made = in_session(lambda session: _companies(session, count, region, type_, scale), home=home)
    except DomainError as error:
        fail(str(error))
    print_rows(made, COMPANY_COLUMNS, as_json=as_json)


@app.command()
def demo(home: HomeDirectory = None, as_json: Json = False) -> None:
    """Fill an empty instance: companies of East Kalimantan and people for every role, passwords shown once."""
    made = in_session(_demo, home=home)
    print_rows(made, PEOPLE_COLUMNS, as_json=as_json)


async def _companies(
    session: "AsyncSession", count: int, region: str, kind: Type, scale: Scale
) -> list[dict[str, Any]]:
    from services import seeding
    from services.clock import app_now
    from services.models import LicenceScale

    known = None if scale == "unknown" else LicenceScale(scale)
    now = await app_now(session)
    made = await seeding.companies(session, count, region=region, now=now, kind=kind, scale=known)
    return [vars(company) for company in made]


async def _demo(session: "AsyncSession") -> list[dict[str, Any]]:
    from services import demonstration
    from services.clock import app_now

    return await demonstration.fill(session, now=await app_now(session))
