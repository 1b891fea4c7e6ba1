"""What time is waiting for: the next moments at which a process wakes or mail leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

SHOWN: Final = 20


@dataclass(frozen=True)
class Awaited:
    """One moment. `kind` is a kind of case or "mail"; `titles` are of the first few of `count`."""

    at: datetime
    kind: str
    count: int
    titles: Sequence[str]


_NEXT: Final = text(
    """
    WITH waking AS (
        SELECT wake_at AS at, kind, title FROM case_file
        WHERE wake_at > :now AND stuck IS NULL ORDER BY wake_at LIMIT :most
    ), leaving AS (
        SELECT not_before AS at, 'mail' AS kind, template AS title FROM message
        WHERE state = 'queued' AND not_before > :now ORDER BY not_before LIMIT :most
    )
    SELECT at, kind, count(*) AS many, (array_agg(title ORDER BY title))[1:3] AS titles
    FROM (SELECT * FROM waking UNION ALL SELECT * FROM leaving) waits
    GROUP BY at, kind ORDER BY at, kind LIMIT :most
    """
)


async def upcoming(session: AsyncSession, *, now: datetime, most: int = SHOWN) -> list[Awaited]:
    """The next moments, soonest first."""
    rows = await session.execute(_NEXT, {"now": now, "most": most})
    return [Awaited(row.at, row.kind, row.many, row.titles) for row in rows]
