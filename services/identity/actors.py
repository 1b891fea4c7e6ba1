"""Who stands behind an actor: a program's key is no second person beside whoever answers for it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.models import ApiKey, Person


async def selves(session: AsyncSession, actor: str) -> frozenset[str]:
    """Every actor that is the same person: the person, and the keys they answer for.

    A key that nobody answers for, and an actor that is neither, is itself alone.
    """
    person = await _person(session, actor)
    if person is None:
        return frozenset({actor})
    keys = (await session.execute(select(col(ApiKey.id)).where(col(ApiKey.person_id) == person))).scalars()
    return frozenset({actor, f"person:{person}", *(f"key:{key}" for key in keys)})


async def person_behind(session: AsyncSession, actor: str) -> Person | None:
    """The person, or who answers for the key; None for anything else."""
    person = await _person(session, actor)
    return await session.get(Person, person) if person is not None else None


async def _person(session: AsyncSession, actor: str) -> UUID | None:
    sort, _, written = actor.partition(":")
    try:
        found = UUID(written)
    except ValueError:
        return None
    if sort == "key":
        query = select(col(ApiKey.person_id)).where(col(ApiKey.id) == found)
        return (await session.execute(query)).scalar_one_or_none()
    return found if sort == "person" else None
