"""Which database this is: its id, and whether it is a rehearsal. Written once, by the migrator."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.models import new_id


@dataclass(frozen=True)
class Identity:
    """The row of `instance`. The namespace follows from the id, so no two databases share processes."""

    id: UUID
    rehearsal: bool

    @property
    def namespace(self) -> str:
        return namespace_of(self.id)


def namespace_of(instance_id: UUID) -> str:
    """`tenggat-` and the last twelve hex digits (the random ones of a UUIDv7)."""
    return f"tenggat-{instance_id.hex[-12:]}"


def create(migrator_url: str, *, rehearsal: bool = False, start: datetime | None = None) -> Identity:
    """Give a freshly migrated database its identity, or return the one it has.

    A rehearsal starts at `start` (aware). Raises ValueError when the database already is of the other kind.
    """
    if rehearsal and start is None:
        raise ValueError("a rehearsal needs the instant it starts at")
    with psycopg.connect(migrator_url.replace("+psycopg", ""), autocommit=False) as connection:
        connection.execute("LOCK TABLE instance IN EXCLUSIVE MODE")
        existing = connection.execute("SELECT id, rehearsal FROM instance").fetchone()
        if existing:
            return _unchanged(Identity(*existing), rehearsal)
        identity = Identity(new_id(), rehearsal)
        connection.execute(
            "INSERT INTO instance (id, singleton, rehearsal, created_at) VALUES (%s, true, %s, now())",
            [identity.id, rehearsal],
        )
        if rehearsal:
            connection.execute(
                "INSERT INTO rehearsal_clock (singleton, instant, moments) VALUES (true, %s, 0)", [start]
            )
    return identity


def _unchanged(identity: Identity, rehearsal: bool) -> Identity:
    if identity.rehearsal != rehearsal:
        kinds = {True: "a rehearsal", False: "not a rehearsal"}
        raise ValueError(f"this database is {kinds[identity.rehearsal]}, and that cannot be changed")
    return identity


async def identity(session: AsyncSession) -> Identity:
    """The identity of the connected database. RuntimeError when it was never given one."""
    row = (await session.execute(text("SELECT id, rehearsal FROM instance"))).one_or_none()
    if row is None:
        raise RuntimeError("this database has no instance id: run `tenggat up` or `tenggat instance create`")
    return Identity(row.id, row.rehearsal)
