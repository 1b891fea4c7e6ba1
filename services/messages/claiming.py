"""Taking messages off a lane: claimed for some seconds of real time, and only if still wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.database import uuids
from services.messages import dedupe, recording, wanted
from services.messages.catalogue import TEMPLATES
from services.messages.outcomes import RELEASED, Kind, Letter, Outcome
from services.models import Lane

UNWANTED: Final = wanted.unwanted((template.name, template.rule) for template in TEMPLATES.values())

_LETTER: Final = """
    m.id, m.attempts, m.template, m.lane, m.recipient, m.context, m.dedupe_key, m.case_id, m.account_id,
    m.planned_for, m.not_before, m.state_reason, m.attachment_id, (SELECT app_now()) AS now,
    CASE WHEN m.attempts > 1
         THEN (SELECT count(*) FROM delivery d WHERE d.message_id = m.id AND d.state = 'unknown')
         ELSE 0 END AS unknowns"""

_CLAIM: Final = text(
    f"""
    WITH due AS (
        SELECT id FROM message
        WHERE lane = :lane AND state = 'queued' AND not_before <= (SELECT app_now())
          AND NOT EXISTS (SELECT FROM lane_state WHERE lane = :lane AND held_at IS NOT NULL)
        ORDER BY not_before, id LIMIT :size FOR UPDATE SKIP LOCKED
    )
    UPDATE message m SET state = 'claimed', attempts = m.attempts + 1, claimed_until = now() + :lease
    FROM due WHERE m.id = due.id
    RETURNING {_LETTER}
    """  # noqa: S608 -- our own constant
)
_CHECK: Final = text(
    f"SELECT m.id, {UNWANTED} AS unwanted FROM message m WHERE m.id = ANY(CAST(:ids AS uuid[]))"  # noqa: S608 -- our own constant
)

# Two statements: whoever locks and reads in one reads what stood before the lock was granted.
_LOCK_ABANDONED: Final = text(
    """
    SELECT id FROM message WHERE lane = :lane AND state = 'claimed' AND claimed_until < now()
    ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
    """
)
_ABANDONED: Final = text(
    f"""
    SELECT {_LETTER}, d.started_at IS NOT NULL AS on_the_wire
    FROM message m
    LEFT JOIN delivery d ON d.message_id = m.id AND d.attempt = m.attempts AND d.state = 'sending'
    WHERE m.id = ANY(CAST(:ids AS uuid[]))
      AND (d.started_at IS NULL OR d.started_at < now() - CAST(:sending_lease AS interval))
    """  # noqa: S608 -- our own constant
)
_NEXT: Final = text(
    """
    SELECT (SELECT min(not_before) FROM message WHERE lane = :lane AND state = 'queued'
            AND NOT EXISTS (SELECT FROM lane_state WHERE lane = :lane AND held_at IS NOT NULL)) AS not_before,
           (SELECT extract(epoch FROM min(greatest(
                       m.claimed_until, d.started_at + CAST(:sending_lease AS interval))) - now())
            FROM message m
            LEFT JOIN delivery d ON d.message_id = m.id AND d.attempt = m.attempts AND d.state = 'sending'
            WHERE m.lane = :lane AND m.state = 'claimed') AS lease_seconds
    """
)


@dataclass(frozen=True)
class Next:
    """When to look again: a legal moment, and (real) seconds until a lost lease can be taken."""

    not_before: datetime | None
    lease_seconds: float | None


async def claim(
    session: AsyncSession, lane: Lane, *, size: int, lease: timedelta, domain: str
) -> tuple[list[Letter], int]:
    """Take up to `size` due messages of a lane that is not held, oldest first; the caller commits.

    Returns the letters that are wanted, and how many were not and have been cancelled.
    """
    rows = (await session.execute(_CLAIM, {"lane": lane, "size": size, "lease": lease})).all()
    if not rows:
        return [], 0
    checked = await session.execute(_CHECK, {"ids": uuids(row.id for row in rows)})
    unwanted: dict[Any, str] = {row.id: row.unwanted for row in checked if row.unwanted is not None}
    letters = [_letter(row, domain) for row in sorted(rows, key=lambda row: (row.not_before, row.id))]
    ends = [
        (letter, Outcome(Kind.CANCELLED, reason=unwanted[letter.id]))
        for letter in letters
        if letter.id in unwanted
    ]
    await recording.end(session, ends)
    return [letter for letter in letters if letter.id not in unwanted], len(ends)


async def recover(session: AsyncSession, lane: Lane, *, sending_lease: timedelta, domain: str) -> int:
    """Settle what a dead sender left behind: on the wire becomes unknown, the rest is queued again."""
    locked = (await session.execute(_LOCK_ABANDONED, {"lane": lane})).scalars().all()
    if not locked:
        return 0
    given = {"ids": uuids(locked), "sending_lease": sending_lease}
    rows: Sequence[Row[Any]] = (await session.execute(_ABANDONED, given)).all()
    await recording.end(session, [(_letter(row, domain), _fate(row)) for row in rows])
    return len(rows)


async def next_moment(session: AsyncSession, lane: Lane, *, sending_lease: timedelta) -> Next:
    """When to look at the lane again."""
    row = (await session.execute(_NEXT, {"lane": lane, "sending_lease": sending_lease})).one()
    seconds = None if row.lease_seconds is None else max(0.0, float(row.lease_seconds))
    return Next(row.not_before, seconds)


def _fate(row: Row[Any]) -> Outcome:
    if row.on_the_wire:
        return Outcome(Kind.UNKNOWN, answer="the sender died before the server's answer was recorded")
    return Outcome(Kind.NOT_TRIED)


def _letter(row: Row[Any], domain: str) -> Letter:
    return Letter(
        id=row.id,
        attempt=row.attempts,
        template=row.template,
        lane=Lane(row.lane),
        recipient=row.recipient,
        context=row.context,
        dedupe_key=row.dedupe_key,
        message_id=dedupe.message_id(row.dedupe_key, domain),
        case_id=row.case_id,
        account_id=row.account_id,
        planned_for=row.planned_for,
        claimed_at=row.now,
        unknowns=row.unknowns,
        released=row.state_reason == RELEASED,
        attachment_id=row.attachment_id,
    )
