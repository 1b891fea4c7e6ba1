"""The sweep: which processes and lanes must be nudged, from the rows alone. Its count is the health metric."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.waking import Nudge

BATCH = 500

# An execution accepts 10,000 signals and then no more: a case that does not come to rest is nudged ever more rarely.
_DUE = text(
    """
    UPDATE case_file SET nudged_at = now(), nudges = nudges + 1
    WHERE id IN (
        SELECT id FROM case_file
        WHERE wake_at <= :now AND stuck IS NULL
          AND (nudged_at IS NULL
               OR nudged_at < now() - least(interval '1 hour', :pause * power(2, least(nudges, 12))))
        ORDER BY wake_at, id LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    RETURNING kind, key, id
    """
)

_LANES = text(
    """
    SELECT lane FROM lane_state l WHERE held_at IS NULL AND (
        EXISTS (SELECT FROM message WHERE lane = l.lane AND state = 'queued' AND not_before <= :now)
        OR EXISTS (SELECT FROM message WHERE lane = l.lane AND state = 'claimed' AND claimed_until < now()))
    """
)


@dataclass(frozen=True)
class Backlog:
    """How many cases should have been looked at, and since when the oldest waits."""

    waiting: int
    oldest: datetime | None
    stuck: int


async def due(
    session: AsyncSession, *, now: datetime, pause: timedelta = timedelta(seconds=30), batch: int = BATCH
) -> list[Nudge]:
    """Claim the next cases to nudge: `wake_at` has passed, not stuck, not nudged a moment ago (real time)."""
    rows = await session.execute(_DUE, {"now": now, "pause": pause, "batch": batch})
    return [Nudge(kind, key, case_id) for kind, key, case_id in rows]


async def lanes_with_mail(session: AsyncSession, *, now: datetime) -> list[str]:
    """Lanes whose post office has something to send."""
    return list((await session.execute(_LANES, {"now": now})).scalars())


async def backlog(session: AsyncSession, *, now: datetime) -> Backlog:
    """The health metric: cases whose `wake_at` passed more than two minutes ago are late."""
    row = (
        await session.execute(
            text(
                "SELECT count(*) FILTER (WHERE stuck IS NULL) AS waiting,"
                " min(wake_at) FILTER (WHERE stuck IS NULL) AS oldest,"
                " (SELECT count(*) FROM case_file WHERE stuck IS NOT NULL) AS stuck"
                " FROM case_file WHERE wake_at <= :now"
            ),
            {"now": now},
        )
    ).one()
    return Backlog(row.waiting, row.oldest, row.stuck)
