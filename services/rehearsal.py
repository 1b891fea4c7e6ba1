"""The rehearsal clock: legal time moves to the next moment anything waits for, and on when the world is at rest."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.errors import InvalidInput, NotFound
from services.i18n import N_
from services.instance import identity

# One advance at a time: `clock advance` and POST /clock/advance hold this lock while they move.
ADVISORY_LOCK = 7_465_667_741

_NEXT = text(
    """
    SELECT min(at) FROM (
        (SELECT min(wake_at) AS at FROM case_file WHERE wake_at > :now AND stuck IS NULL)
        UNION ALL
        (SELECT min(date_trunc('minute', not_before) + CASE WHEN not_before > date_trunc('minute', not_before)
                 THEN interval '1 minute' ELSE interval '0' END)
         FROM message WHERE state = 'queued' AND not_before > :now)
    ) waits
    """
)

_BUSY = text(
    """
    SELECT (SELECT count(*) FROM case_file WHERE wake_at <= :now AND stuck IS NULL) AS cases,
           (SELECT count(*) FROM lane_state l WHERE l.held_at IS NULL AND (
                EXISTS (SELECT FROM message WHERE lane = l.lane AND state = 'queued' AND not_before <= :now)
                OR EXISTS (SELECT FROM message WHERE lane = l.lane AND state = 'claimed'))) AS lanes,
           (SELECT count(*) FROM delivery WHERE state = 'sending') AS sending
    """
)


@dataclass(frozen=True)
class Clock:
    """Where the rehearsal stands. `target` is set until an advance has reached it, `failure` if one never will."""

    now: datetime
    target: datetime | None
    moments: int
    failure: str | None = None


@dataclass(frozen=True)
class Unrest:
    """What still has to happen at this instant."""

    cases: int
    lanes: int
    sending: int

    @property
    def at_rest(self) -> bool:
        return not (self.cases or self.lanes or self.sending)


async def read(session: AsyncSession) -> Clock:
    """The rehearsal's clock. NotFound where the database is not a rehearsal."""
    if not (await identity(session)).rehearsal:
        raise NotFound
    row = (await session.execute(text("SELECT instant, target, moments, failure FROM rehearsal_clock"))).one()
    return Clock(row.instant, row.target, row.moments, row.failure)


async def aim(session: AsyncSession, target: datetime) -> Clock:
    """Announce where an advance is going. Never back, and never while another one is under way."""
    clock = await read(session)
    if target < clock.now:
        raise InvalidInput(N_("Jam simulasi tidak dapat dimundurkan."), field="to")
    aimed = text("UPDATE rehearsal_clock SET target = :target, failure = NULL")
    await session.execute(aimed, {"target": target})
    return Clock(clock.now, target, clock.moments)


async def give_up(session: AsyncSession, why: str) -> None:
    """The advance that was under way ended before its target; everybody who looks at the clock sees it."""
    await session.execute(text("UPDATE rehearsal_clock SET failure = :why"), {"why": why})


async def step(session: AsyncSession, target: datetime) -> bool:
    """Move to the next moment, at most to the target. False when the target is reached and nothing waits there."""
    clock = await read(session)
    if clock.now >= target:
        await session.execute(text("UPDATE rehearsal_clock SET target = NULL"))
        return False
    waits: datetime | None = (await session.execute(_NEXT, {"now": clock.now})).scalar_one()
    following = min(waits, target) if waits else target
    await session.execute(
        text("UPDATE rehearsal_clock SET instant = :now, moments = moments + 1"), {"now": following}
    )
    return True


async def unrest(session: AsyncSession, *, now: datetime) -> Unrest:
    """What is still to be done before time may move on. A held lane waits for a person, not for time."""
    row = (await session.execute(_BUSY, {"now": now})).one()
    return Unrest(row.cases, row.lanes, row.sending)
