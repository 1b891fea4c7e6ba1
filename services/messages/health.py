"""How the post office is: what waits on each lane, since when, and what an officer must decide."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.models import ContactHealth, Lane, LaneState


@dataclass(frozen=True)
class LaneHealth:
    """One lane. `due` should have left already, `later` waits for its hour, `undecided` for an officer."""

    lane: Lane
    due: int
    later: int
    oldest: datetime | None
    undecided: int
    held_at: datetime | None
    reason: str | None


_COUNTS: Final = text(
    """
    SELECT lane, count(*) FILTER (WHERE not_before <= :now) AS due, count(*) FILTER (WHERE not_before > :now) AS later,
           min(not_before) FILTER (WHERE not_before <= :now) AS oldest
    FROM message WHERE state = 'queued' GROUP BY lane
    """
)
_UNDECIDED: Final = text("SELECT lane, count(*) AS held FROM message WHERE state = 'held' GROUP BY lane")


async def lanes(session: AsyncSession, *, now: datetime) -> list[LaneHealth]:
    """Every lane, in the order in which they matter."""
    counts = {row.lane: row for row in await session.execute(_COUNTS, {"now": now})}
    undecided = {row.lane: row.held for row in await session.execute(_UNDECIDED)}
    states = {state.lane: state for state in (await session.execute(select(LaneState))).scalars()}
    return [
        LaneHealth(
            lane,
            due=counts[lane].due if lane in counts else 0,
            later=counts[lane].later if lane in counts else 0,
            oldest=counts[lane].oldest if lane in counts else None,
            undecided=undecided.get(lane, 0),
            held_at=states[lane].held_at if lane in states else None,
            reason=states[lane].reason if lane in states else None,
        )
        for lane in Lane
    ]


async def refused_addresses(session: AsyncSession) -> int:
    """How many addresses no longer take our mail."""
    query = select(func.count()).select_from(ContactHealth).where(col(ContactHealth.bounced_at).is_not(None))
    return (await session.execute(query)).scalar_one()
