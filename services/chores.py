"""What is done every day in real time, whatever legal time it is: once per chore and day, and seen when it is not."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import audit
from services.database import Sessions
from services.documents import records
from services.documents.antivirus import Antivirus
from services.documents.store import DocumentStore
from services.identity import ratelimit
from services.models import ScanState

UPLOADS_END_AFTER: Final = timedelta(days=1)
"""By then no upload is under way any more, and no form holds on to a file (`api.pages.keeping`)."""
LATE_AFTER: Final = timedelta(hours=26)


class Chore(StrEnum):
    """In the order of the day: what must not be lost comes first."""

    AUDIT_ANCHOR = "audit_anchor"
    QUARANTINE = "quarantine"
    ORPHANS = "orphans"
    RATE_LIMITS = "rate_limits"
    IDEMPOTENCY_KEYS = "idempotency_keys"
    SESSIONS = "sessions"


@dataclass(frozen=True)
class Tools:
    """What chores work with. `beat` is called while one goes on, so that nobody takes it for dead."""

    sessions: Sessions
    store: DocumentStore
    antivirus: Antivirus | None
    anchors: Path
    beat: Callable[[], Any] = field(default=lambda: None)


@dataclass(frozen=True)
class State:
    """How a chore stands: when it was last done and what it did then, how its last try failed, whether it is late."""

    chore: Chore
    done_at: datetime | None
    handled: int
    failure: str | None
    late: bool


# A chore that has been done today is left alone, unless it may be done again: then its counts add up.
_BEGIN: Final = text(
    """
    INSERT INTO chore_run AS r (chore, day, tried_at, handled)
    VALUES (:chore, (now() AT TIME ZONE 'Asia/Jakarta')::date, now(), 0)
    ON CONFLICT (chore, day) DO UPDATE SET tried_at = now() WHERE r.done_at IS NULL OR :again
    RETURNING day
    """
)
_DONE: Final = text(
    "UPDATE chore_run SET done_at = now(), failure = NULL, handled = handled + :handled"
    " WHERE chore = :chore AND day = :day"
)
_FAILED: Final = text("UPDATE chore_run SET failure = :failure WHERE chore = :chore AND day = :day")
_STATES: Final = text(
    """
    SELECT DISTINCT ON (chore) chore, day, failure,
           first_value(done_at) OVER done AS done_at, first_value(handled) OVER done AS handled
    FROM chore_run WINDOW done AS (PARTITION BY chore ORDER BY done_at DESC NULLS LAST)
    ORDER BY chore, day DESC
    """
)
_BEGUN: Final = text("SELECT created_at, now() AS now FROM instance")
_OLD_KEYS: Final = text("DELETE FROM idempotency_key WHERE created_at < now() - interval '30 days'")
_OLD_SESSIONS: Final = text("DELETE FROM web_session WHERE expires_at < now() - interval '30 days'")
_OLD_LINKS: Final = text("DELETE FROM one_time_token WHERE expires_at < now() - interval '30 days'")


async def carry_out(tools: Tools, chore: Chore, *, again: bool = False) -> int | None:
    """Do a chore and note how it went; how much there was to do, None when it was done today already.

    What goes wrong is noted and raised: the caller tries again.
    """
    async with tools.sessions.begin() as session:
        day = (await session.execute(_BEGIN, {"chore": chore, "again": again})).scalar_one_or_none()
    if day is None:
        return None
    try:
        handled = await _DOING[chore](tools)
    except Exception as error:
        async with tools.sessions.begin() as session:
            await session.execute(_FAILED, {"chore": chore, "day": day, "failure": type(error).__name__})
        raise
    async with tools.sessions.begin() as session:
        await session.execute(_DONE, {"chore": chore, "day": day, "handled": handled})
    return handled


async def states(session: AsyncSession) -> list[State]:
    """Every chore as it stands, in the order of the day. One that was never done is late a day after the beginning."""
    rows = {row.chore: row for row in await session.execute(_STATES)}
    begun = (await session.execute(_BEGUN)).one()
    found = []
    for chore in Chore:
        row = rows.get(chore)
        done_at = row.done_at if row else None
        late = begun.now - (done_at or begun.created_at) > LATE_AFTER
        found.append(State(chore, done_at, row.handled if row else 0, row.failure if row else None, late))
    return found


async def _anchor(tools: Tools) -> int:
    return (await audit.keep_anchor(tools.sessions, tools.anchors)).events


async def _rescan(tools: Tools) -> int:
    """Files whose scan is pending go to the scanner again; without one they go on waiting."""
    if tools.antivirus is None:
        return 0
    settled, after = 0, None
    while True:
        async with tools.sessions() as session:
            waiting = await records.quarantined(session, after=after)
        for document in waiting:
            tools.beat()
            state = await records.rescan(tools.store, tools.antivirus, document)
            if state is not ScanState.QUARANTINED:
                async with tools.sessions.begin() as session:
                    await records.settle(session, document.id, state)
                settled += 1
        if not waiting:
            return settled
        after = waiting[-1].id


async def _sweep_out(tools: Tools) -> int:
    """Files of forms that were never finished, and of transactions that failed."""
    deleted = 0
    async with tools.sessions() as session:
        now: datetime = (await session.execute(text("SELECT now()"))).scalar_one()
        async for key in records.orphans(session, tools.store, older_than=now - UPLOADS_END_AFTER):
            tools.beat()
            await tools.store.delete(key)
            deleted += 1
    return deleted


async def _forget_limits(tools: Tools) -> int:
    async with tools.sessions.begin() as session:
        return await ratelimit.forget_old(session)


async def _forget_keys(tools: Tools) -> int:
    async with tools.sessions.begin() as session:
        return await _deleted(session, _OLD_KEYS)


async def _forget_sessions(tools: Tools) -> int:
    async with tools.sessions.begin() as session:
        return await _deleted(session, _OLD_SESSIONS) + await _deleted(session, _OLD_LINKS)


async def _deleted(session: AsyncSession, statement: Any) -> int:
    result: Any = await session.execute(statement)
    return int(result.rowcount)


_DOING: Final[Mapping[Chore, Callable[[Tools], Awaitable[int]]]] = {
    Chore.AUDIT_ANCHOR: _anchor,
    Chore.QUARANTINE: _rescan,
    Chore.ORPHANS: _sweep_out,
    Chore.RATE_LIMITS: _forget_limits,
    Chore.IDEMPOTENCY_KEYS: _forget_keys,
    Chore.SESSIONS: _forget_sessions,
}
