"""The people who act for an account, as their colleagues may see them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.models import Membership, Person


@dataclass(frozen=True)
class Member:
    """One of them. `status` as of `Person`; `since` in real time."""

    id: UUID
    username: str
    name: str
    email: str
    status: str
    since: datetime


async def of_account(session: AsyncSession, account_id: UUID) -> list[Member]:
    """Those who may act for it now, in the order in which they joined."""
    query = (
        select(Person, col(Membership.added_at))
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(
            col(Membership.account_id) == account_id,
            col(Membership.removed_at).is_(None),
            col(Person.status) != "disabled",
        )
        .order_by(col(Membership.added_at), col(Person.username))
    )
    return [
        Member(person.id, person.username, person.name, person.email, person.status, since)
        for person, since in (await session.execute(query)).all()
    ]
