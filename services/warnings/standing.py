"""What a change of the duty means for its ladder: comply, excuse, hold, extend; at once, in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.database import uuids
from services.models import Outcome, Suspension, WarningStatus
from services.warnings import clocks, ending
from services.warnings.duties import DATE_OF_DUTY


class Standing(StrEnum):
    """How a duty stands, as its warnings see it."""

    OWED = "owed"
    COMPLIED = "complied"
    EXCUSED = "excused"
    OVER = "over"
    HELD = "held"
    DUTY_HELD = "duty_held"
    EXTENDED = "extended"
    UNSERVED = "unserved"
    DISPROVED = "disproved"


@dataclass(frozen=True)
class Ladder:
    """An open ladder and how its duty stands."""

    case_id: UUID
    status: str
    rung: int
    suspension: str | None
    standing: Standing


# The duty as its rows say now. Account void: the duty is closed as void, whatever else was settled with it.
# Unserved: what was presumed of the last letter was disproved after the next step was proposed; also while the same
# letter waits to go by post. Disproved: the same of an earlier letter, after the next one was made. One that has not
# left waits for the proof; after one that has, an officer says whether it stands.
STANDING: Final = """
    CASE WHEN o.outcome = 'excused' THEN 'excused'
         WHEN o.outcome = 'void' OR a.status <> 'active' THEN 'over'
         WHEN d.met_at IS NOT NULL THEN 'complied'
         WHEN o.closed_at IS NOT NULL THEN 'over'
         WHEN coalesce(d.lenient_before, d.due_before) > :now THEN 'extended'
         WHEN c.held_at IS NOT NULL THEN 'held'
         WHEN o.held_at IS NOT NULL THEN 'duty_held'
         WHEN c.status IN ('proposed', 'approved', 'deciding') AND EXISTS (
              SELECT FROM warning_letter l
              WHERE l.case_id = w.case_id AND l.rung = w.rung - CASE WHEN c.status = 'approved' THEN 1 ELSE 0 END
                AND l.served_at IS NULL AND l.voided_at IS NULL) THEN 'unserved'
         WHEN c.status = 'issued' AND EXISTS (
              SELECT FROM warning_letter l JOIN warning_letter e ON e.case_id = l.case_id AND e.rung = l.rung - 1
              WHERE l.case_id = w.case_id AND l.rung = w.rung AND l.sent_at IS NULL AND l.voided_at IS NULL
                AND e.served_at IS NULL) THEN 'disproved'
         WHEN c.status IN ('proposed', 'approved', 'deciding') AND EXISTS (
              SELECT FROM contact_task t
              WHERE t.case_id = w.case_id AND t.reason = 'service_disproved' AND t.settled_at IS NULL)
              THEN 'disproved'
         ELSE 'owed' END"""
DUTY: Final = f"""
    warning_ladder w
    JOIN case_file c ON c.id = w.case_id
    JOIN case_file o ON o.id = w.obligation_id
    JOIN account a ON a.id = w.account_id
    JOIN deadline d ON d.case_id = o.id
         AND d.name = {DATE_OF_DUTY}"""

_OPEN: Final = text(
    "SELECT case_id FROM warning_ladder WHERE obligation_id = ANY(CAST(:ids AS uuid[])) AND ended_at IS NULL"
)
_FACTS: Final = text(
    f"""
    SELECT w.case_id, c.status, w.rung, w.suspension, {STANDING} AS standing
    FROM {DUTY}
    WHERE w.case_id = ANY(CAST(:ids AS uuid[])) AND w.ended_at IS NULL ORDER BY w.case_id
    """  # noqa: S608 -- our own constants
)
_ENDS: Final = {
    Standing.COMPLIED: (WarningStatus.COMPLIED, Outcome.DONE),
    Standing.EXCUSED: (WarningStatus.EXCUSED, Outcome.EXCUSED),
    Standing.OVER: (WarningStatus.WITHDRAWN, Outcome.VOID),
}
_SUSPENDS: Final = {
    Standing.HELD: Suspension.HELD,
    Standing.DUTY_HELD: Suspension.DUTY_HELD,
    Standing.EXTENDED: Suspension.EXTENDED,
    Standing.UNSERVED: Suspension.UNSERVED,
    Standing.DISPROVED: Suspension.DISPROVED,
}


async def duties_changed(
    session: AsyncSession, obligations: Sequence[UUID], *, now: datetime, actor: str = cases.SYSTEM
) -> None:
    """Call after anything that may end or stop a demand (sending, acceptance, excuse, hold, later date, void).

    The caller has locked the duties. Their open ladders are locked here and end, stop or go on accordingly.
    """
    await session.flush()
    found = await session.execute(_OPEN, {"ids": uuids(obligations)})
    ladders = list(found.scalars())
    if ladders:
        await ladders_changed(session, await cases.lock_many(session, ladders), now=now, actor=actor)


async def ladders_changed(
    session: AsyncSession, ladders: Sequence[UUID], *, now: datetime, actor: str = cases.SYSTEM
) -> list[Ladder]:
    """Bring locked ladders in line with their duties; returns those that go on as they are."""
    await session.flush()
    found = await facts(session, ladders, now=now)
    for standing, (status, outcome) in _ENDS.items():
        ended = [ladder.case_id for ladder in found if ladder.standing is standing]
        await ending.end(session, ended, status, outcome, now=now, actor=actor)
    unwarned = [one for one in found if one.standing is Standing.EXTENDED and _unwarned(one)]
    withdrawn = [ladder.case_id for ladder in unwarned]
    await ending.end(session, withdrawn, WarningStatus.WITHDRAWN, Outcome.VOID, now=now, actor=actor)
    for standing, why in _SUSPENDS.items():
        stopped = [
            one.case_id
            for one in found
            if one.standing is standing and one not in unwarned and one.suspension != why
        ]
        if standing is Standing.UNSERVED:  # what stood still altogether looks for proof of service again
            still = [one.case_id for one in found if one.case_id in stopped and one.suspension is not None]
            await clocks.resume(session, still, now=now, actor=actor)
        await clocks.suspend(session, stopped, why, now=now, actor=actor)
    going = [ladder for ladder in found if ladder.standing is Standing.OWED]
    stopped = [ladder.case_id for ladder in going if ladder.suspension is not None]
    await clocks.resume(session, stopped, now=now, actor=actor)
    return going


async def facts(session: AsyncSession, ladders: Sequence[UUID], *, now: datetime) -> list[Ladder]:
    """The open ones of these ladders, in id order, and how their duties stand."""
    rows = await session.execute(_FACTS, {"ids": uuids(ladders), "now": now})
    return [_ladder(row) for row in rows]


def _ladder(row: Row[Any]) -> Ladder:
    return Ladder(row.case_id, row.status, row.rung, row.suspension, Standing(row.standing))


def may_be_posted(ladder: Ladder) -> bool:
    """Its letter goes by post now: the ladder goes on, or stands still for nothing but that letter's service."""
    if ladder.standing is Standing.OWED:
        return ladder.status == WarningStatus.ISSUED
    return ladder.standing is Standing.UNSERVED


def _unwarned(ladder: Ladder) -> bool:
    """No letter has left yet: a later date takes the proposal back, and its passing makes a new one."""
    return (ladder.status, ladder.rung) in {(WarningStatus.PROPOSED, 0), (WarningStatus.APPROVED, 1)}
