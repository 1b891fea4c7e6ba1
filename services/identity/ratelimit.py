"""How often something may be tried: named limits, counted in Postgres for all processes together. Real time.

A moving window, estimated from two fixed ones: the hits of this window, and those of the one before in
proportion to how much of it the moving window still covers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.database import Sessions
from services.errors import TooManyRequests
from services.identity.secret import digest


@dataclass(frozen=True)
class Limit:
    """At most `hits` in any stretch of `window`."""

    name: str
    hits: int
    window: timedelta


_QUARTER: Final = timedelta(minutes=15)
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)

SIGN_IN_PAIR: Final = Limit("sign_in.account_and_address", 10, _QUARTER)
SIGN_IN_ACCOUNT: Final = Limit("sign_in.account", 20, _QUARTER)
SIGN_IN_ADDRESS: Final = Limit("sign_in.address", 50, _QUARTER)
SIGN_IN_EVERYONE: Final = Limit("sign_in.everyone", 600, _MINUTE)
SIGN_IN_DEVICE: Final = Limit("sign_in.known_device", 10, _QUARTER)
SECOND_FACTOR: Final = Limit("second_factor.person", 5, _QUARTER)
REAUTHENTICATION: Final = Limit("reauthentication.person", 10, _QUARTER)
RESET_ACCOUNT: Final = Limit("reset.account", 3, _HOUR)
RESET_ADDRESS: Final = Limit("reset.address", 20, _HOUR)
RESET_EVERYONE: Final = Limit("reset.everyone", 300, _MINUTE)
LINK_ADDRESS: Final = Limit("link.address", 60, _QUARTER)
REGISTRATION_ADDRESS: Final = Limit("registration.address", 300, _HOUR)
REGISTRATION_PROGRAM: Final = Limit("registration.program", 20, _HOUR)
"""Of programs without a key, by address: nobody has shown that a person sits there."""
REGISTRATION_MEBIBYTES: Final = Limit("registration.mebibytes", 1024, _HOUR)
"""Of everybody without a key, by address: what registrations may fill of the store."""
EXPORT_ACTOR: Final = Limit("export.actor", 30, _HOUR)
CHECK_PAGE_ADDRESS: Final = Limit("check_page.address", 60, _MINUTE)


class Try(NamedTuple):
    """A limit and whom it counts for. Stored as a digest: what is typed as a username may be a password.

    `units`: how much of the limit one try uses up.
    """

    limit: Limit
    key: str
    units: int = 1

    @property
    def bucket(self) -> str:
        return f"{self.limit.name}:{digest(self.key)[:32]}"


@dataclass(frozen=True)
class Verdict:
    """Whether everything tried is within its limit; if not, when to come back (seconds) and what was full."""

    allowed: bool
    retry_after: int = 0
    full: tuple[str, ...] = ()


# Counting stops one above the limit, so that hammering a full bucket does not keep it full for longer.
# Buckets in order: two callers that share several lock them in the same order.
_COUNT: Final = text(
    """
    WITH tried AS (
        SELECT bucket, hits, seconds, units,
               to_timestamp(floor(extract(epoch FROM now()) / seconds) * seconds) AS window_start
        FROM unnest(CAST(:buckets AS text[]), CAST(:hits AS int[]), CAST(:seconds AS int[]),
                    CAST(:units AS int[])) AS t (bucket, hits, seconds, units)
    ), counted AS (
        INSERT INTO rate_limit AS r (bucket, window_start, hits)
        SELECT bucket, window_start, least(units, 1 + hits) FROM tried ORDER BY bucket
        ON CONFLICT (bucket, window_start) DO UPDATE
        SET hits = least(r.hits + excluded.hits, 1 + (SELECT t.hits FROM tried t WHERE t.bucket = r.bucket))
        RETURNING bucket, window_start, hits
    )
    SELECT counted.bucket, counted.window_start, counted.hits, coalesce(before.hits, 0) AS before,
           extract(epoch FROM now() - counted.window_start)::float AS elapsed
    FROM counted
    JOIN tried USING (bucket)
    LEFT JOIN rate_limit before
        ON before.bucket = counted.bucket
       AND before.window_start = counted.window_start - make_interval(secs => tried.seconds)
    """
)
_GIVE_BACK: Final = text(
    """
    UPDATE rate_limit SET hits = hits - 1
    WHERE hits > 0 AND (bucket, window_start) IN (
        SELECT * FROM unnest(CAST(:buckets AS text[]), CAST(:starts AS timestamptz[]))
    )
    """
)
_CLEAN: Final = text("DELETE FROM rate_limit WHERE window_start < now() - interval '1 day'")


@dataclass(frozen=True)
class Counted:
    """What was counted, so that it can be given back when the try turns out to be legitimate."""

    verdict: Verdict
    starts: dict[str, datetime]

    async def give_back(self, session: AsyncSession) -> None:
        """Uncount: only failures are meant to use up a limit."""
        values = {"buckets": list(self.starts), "starts": list(self.starts.values())}
        await session.execute(_GIVE_BACK, values)


async def count(session: AsyncSession, tries: Iterable[Try]) -> Counted:
    """Count one try against each limit, in one statement. Commit at once: the rows stay locked until then."""
    tried = {one.bucket: one for one in tries}
    by_bucket = {bucket: one.limit for bucket, one in tried.items()}
    values = {
        "buckets": list(by_bucket),
        "hits": [limit.hits for limit in by_bucket.values()],
        "seconds": [int(limit.window.total_seconds()) for limit in by_bucket.values()],
        "units": [one.units for one in tried.values()],
    }
    rows = (await session.execute(_COUNT, values)).all()
    waits = {row.bucket: _wait(row, by_bucket[row.bucket]) for row in rows}
    full = tuple(sorted(by_bucket[bucket].name for bucket, wait in waits.items() if wait > 0))
    verdict = Verdict(not full, ceil(max(waits.values(), default=0)), full)
    return Counted(verdict, {row.bucket: row.window_start for row in rows})


async def hit(sessions: Sessions, *tries: Try) -> None:
    """Count in a transaction of its own, which outlives the refusal: TooManyRequests when a limit is full."""
    async with sessions.begin() as session:
        counted = await count(session, tries)
    if not counted.verdict.allowed:
        raise TooManyRequests(retry_after=counted.verdict.retry_after)


async def forget_old(session: AsyncSession) -> int:
    """Delete windows that no limit looks at any more, a daily chore; how many there were."""
    result: Any = await session.execute(_CLEAN)
    return int(result.rowcount)


def _wait(row: Any, limit: Limit) -> float:
    """Seconds until one more try would fit; 0 when this one did."""
    seconds = limit.window.total_seconds()
    hits, before, passed = int(row.hits), int(row.before), float(row.elapsed) / seconds
    if hits + before * (1 - passed) <= limit.hits:
        return 0
    if hits <= limit.hits:  # the window before still weighs too much
        return max(1.0, (1 - (limit.hits - hits) / before - passed) * seconds)
    return max(1.0, (1 - passed + 1 - (limit.hits - 1) / hits) * seconds)
