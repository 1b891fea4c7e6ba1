"""What people type to name a person, an account or a role, turned into ids."""

from typing import TYPE_CHECKING
from uuid import UUID

from commands.console import fail

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from services.models import Role


def known_role(name: str) -> "Role":
    """The role of that name."""
    from services.models import Role

    if name not in list(Role):
        fail(f"{name!r} is no role; there are {', '.join(Role)}")
    return Role(name)


async def account_id(session: "AsyncSession", named: str) -> UUID:
    """The account with that id, number or username."""
    from sqlalchemy import String, cast, or_, select
    from sqlmodel import col

    from services.models import Account

    found = await session.scalars(
        select(col(Account.id)).where(
            or_(
                cast(col(Account.id), String) == named.lower(),
                cast(col(Account.number), String) == named,
                col(Account.username) == named.lower(),
            )
        )
    )
    account = found.one_or_none()
    if account is None:
        fail(f"no account has the id, number or username {named!r}")
    return account


async def person_id(session: "AsyncSession", username: str) -> UUID:
    """The person with that username."""
    from services.identity import people

    person = await people.by_username(session, username)
    if person is None:
        fail(f"nobody has the username {username!r}")
    return person.id


async def case_id(session: "AsyncSession", named: str) -> UUID:
    """The case with that id or key."""
    from sqlalchemy import String, cast, or_, select
    from sqlmodel import col

    from services.models import CaseFile

    same = or_(cast(col(CaseFile.id), String) == named.lower(), col(CaseFile.key) == named)
    found = (await session.execute(select(col(CaseFile.id)).where(same))).scalar_one_or_none()
    if found is None:
        fail(f"no case has the id or key {named!r}")
    return found
