"""Reading about people: who they are, what they hold, whether anything is open to them."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity import people
from services.models import Account, AccountStatus, Membership, Person, RoleGrant


async def may_sign_in(session: AsyncSession, person_id: UUID) -> tuple[bool, bool]:
    """Whether anything would be open to the person, and whether that is as an official."""
    official = bool(await people.grants(session, person_id))
    active = (
        select(col(Account.id))
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .where(
            col(Membership.person_id) == person_id,
            col(Membership.removed_at).is_(None),
            col(Account.status) == AccountStatus.ACTIVE,
        )
    )
    return official or (await session.execute(active)).first() is not None, official


async def everyone(session: AsyncSession) -> list[dict[str, Any]]:
    """All people with their roles and accounts, for lists."""
    held: dict[UUID, list[RoleGrant]] = {}
    for role_grant in await session.scalars(select(RoleGrant).where(col(RoleGrant.revoked_at).is_(None))):
        held.setdefault(role_grant.person_id, []).append(role_grant)
    members = select(col(Membership.person_id), col(Account.number)).join(
        Account, col(Account.id) == col(Membership.account_id)
    )
    accounts: dict[UUID, list[int | None]] = {}
    for person_id, number in await session.execute(members.where(col(Membership.removed_at).is_(None))):
        accounts.setdefault(person_id, []).append(number)
    rows = await session.scalars(select(Person).order_by(col(Person.username)))
    return [
        {
            "id": str(person.id),
            "username": person.username,
            "name": person.name,
            "email": person.email,
            "status": person.status,
            "roles": [_written(role_grant) for role_grant in held.get(person.id, [])],
            "accounts": accounts.get(person.id, []),
        }
        for person in rows
    ]


def _written(role_grant: RoleGrant) -> str:
    scope = [role_grant.region_prefix, *role_grant.kbli_divisions]
    return ":".join([role_grant.role, *(part for part in scope if part)])
