"""Links that work once: activation, reset, correction, second factor. Only digests are stored. Real time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import DateTime, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.errors import LinkExpired
from services.identity.secret import digest, new_secret
from services.models import OneTimeToken, new_id


class Purpose(StrEnum):
    ACTIVATION = "activation"
    RESET = "reset"
    CORRECTION = "correction"
    FOLLOW = "follow"
    SECOND_FACTOR = "second_factor"


LIFE: Final = {
    Purpose.ACTIVATION: timedelta(hours=72),
    Purpose.RESET: timedelta(hours=1),
    Purpose.CORRECTION: timedelta(days=30),
    Purpose.FOLLOW: timedelta(days=90),
    Purpose.SECOND_FACTOR: timedelta(minutes=10),
}
SETS_PASSWORD: Final = frozenset({Purpose.ACTIVATION, Purpose.RESET})


@dataclass(frozen=True)
class Issued:
    """A token just made: the only moment it is known. Put it into one link and nowhere else.

    `expires_at` is for people to read, on the clock they live by: in a rehearsal that is the rehearsal's.
    """

    id: UUID
    secret: str
    expires_at: datetime


async def issue(
    session: AsyncSession,
    purpose: str,
    *,
    person_id: UUID | None = None,
    case_id: UUID | None = None,
    life: timedelta | None = None,
) -> Issued:
    """A new token. Earlier unused ones for the same purpose, person and case stop working."""
    purpose = Purpose(purpose)
    await withdraw(session, purpose, person_id=person_id, case_id=case_id)
    secret = new_secret()
    clocks = select(func.now(), func.app_now(type_=DateTime(timezone=True)))
    now, legal_now = (await session.execute(clocks)).one()
    row = OneTimeToken(
        id=new_id(),
        token_hash=digest(secret),
        purpose=purpose,
        person_id=person_id,
        case_id=case_id,
        created_at=now,
        expires_at=now + (life or LIFE[purpose]),
    )
    session.add(row)
    await session.flush()
    return Issued(row.id, secret, legal_now + (life or LIFE[purpose]))


async def peek(session: AsyncSession, token: str, *purposes: Purpose) -> OneTimeToken:
    """The token's row without using it up: for showing the page behind a link. LinkExpired otherwise."""
    found = select(OneTimeToken).where(*_usable(token, purposes))
    row = (await session.execute(found)).scalar_one_or_none()
    if row is None:
        raise LinkExpired
    return row


async def use(session: AsyncSession, token: str, *purposes: Purpose) -> OneTimeToken:
    """Use the token up; of two that try at once, one gets LinkExpired."""
    using = (
        update(OneTimeToken)
        .where(*_usable(token, purposes))
        .values(used_at=func.now())
        .returning(OneTimeToken)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(using)).scalar_one_or_none()
    if row is None:
        raise LinkExpired
    return row


async def withdraw(
    session: AsyncSession,
    *purposes: Purpose,
    person_id: UUID | None = None,
    case_id: UUID | None = None,
) -> None:
    """Make unused tokens of that person and case worthless."""
    statement = update(OneTimeToken).where(
        col(OneTimeToken.purpose).in_(purposes),
        col(OneTimeToken.used_at).is_(None),
        col(OneTimeToken.person_id) == person_id if person_id else col(OneTimeToken.person_id).is_(None),
        col(OneTimeToken.case_id) == case_id if case_id else col(OneTimeToken.case_id).is_(None),
    )
    await session.execute(statement.values(used_at=func.now()))


def _usable(token: str, purposes: tuple[Purpose, ...]) -> tuple[Any, ...]:
    return (
        col(OneTimeToken.token_hash) == digest(token),
        col(OneTimeToken.purpose).in_(purposes),
        col(OneTimeToken.used_at).is_(None),
        col(OneTimeToken.expires_at) > func.now(),
    )
