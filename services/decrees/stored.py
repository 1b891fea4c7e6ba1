"""Decrees and their days as they are stored, and the calendar rows they stand for."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.deadlines.calendars import DayKind
from services.deadlines.rules import Edge
from services.decrees.lines import Line
from services.errors import NotFound
from services.models import CaseFile, DecreeDay, HolidayDecree
from services.rulebook import Rulebook

# One decree at a time comes into force or leaves it.
_ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('calendar', 0))")
_SUPERSEDE: Final = text(
    """
    UPDATE calendar_day c SET removed_at = :now
    FROM decree_day d
    WHERE d.case_id = :decree AND c.layer = :layer AND c.scope = :scope AND c.day = d.day AND c.removed_at IS NULL
    """
)
_ENTER: Final = text(
    """
    INSERT INTO calendar_day (id, layer, scope, day, kind, name, name_en, source, decree_id, added_by, added_at)
    SELECT uuidv7(), :layer, :scope, d.day, d.kind, d.name, d.name_en, :source, d.case_id, :by, :now
    FROM decree_day d WHERE d.case_id = :decree
    """
)
# What the dry run foresaw is replaced by what happens.
_FORGET: Final = text("DELETE FROM decree_line WHERE decree_id = :decree AND state = 'planned'")
_LEAVE: Final = text(
    "UPDATE calendar_day SET removed_at = :now WHERE decree_id = :decree AND removed_at IS NULL RETURNING day"
)
# What the decree had superseded holds again: of the decrees in force for that place, the last that speaks of the day.
_RESTORE: Final = text(
    """
    INSERT INTO calendar_day (id, layer, scope, day, kind, name, name_en, source, decree_id, added_by, added_at)
    SELECT DISTINCT ON (d.day) uuidv7(), h.layer, h.scope, d.day, d.kind, d.name, d.name_en, h.instrument,
           h.case_id, :by, :now
    FROM decree_day d JOIN holiday_decree h ON h.case_id = d.case_id
    WHERE h.layer = :layer AND h.scope = :scope AND h.case_id <> :decree
      AND h.in_force_at IS NOT NULL AND h.status IN ('approved', 'applied') AND d.day = ANY(:days)
    ORDER BY d.day, h.sequence DESC
    """
)


async def load(session: AsyncSession, decree_id: UUID) -> tuple[CaseFile, HolidayDecree]:
    """A decree with its case locked, or NotFound."""
    case = await cases.lock(session, decree_id)
    decree = await session.get(HolidayDecree, decree_id, populate_existing=True)
    if decree is None:
        raise NotFound
    return case, decree


async def days_of(session: AsyncSession, decree: HolidayDecree) -> list[Line]:
    """What the decree says, in order of the days."""
    query = select(DecreeDay).where(col(DecreeDay.case_id) == decree.case_id).order_by(col(DecreeDay.day))
    rows = (await session.execute(query)).scalars()
    return [Line(row.day, DayKind(row.kind), row.name, row.name_en) for row in rows]


async def calendar_seen(session: AsyncSession) -> str:
    """What tells the calendar in force from every other."""
    seen: str = (await session.execute(rulebook.IN_FORCE)).scalar_one()
    return seen


async def enter(session: AsyncSession, decree: HolidayDecree, *, now: datetime) -> None:
    """The decree's days hold from now on, in the place of earlier lines of the same layer. Once."""
    if decree.in_force_at is not None:
        return
    await session.execute(_ALONE)
    given = _given(decree, decree.approved_by, now)
    await session.execute(_FORGET, given)
    await session.execute(_SUPERSEDE, given)
    await session.execute(_ENTER, given)
    following = "SELECT coalesce(max(sequence), 0) + 1 FROM holiday_decree"
    decree.sequence = (await session.execute(text(following))).scalar_one()
    decree.in_force_at = now


async def leave(session: AsyncSession, decree: HolidayDecree, *, now: datetime) -> None:
    """The decree's days hold no longer; what it had superseded holds again. Repeating changes nothing."""
    await session.execute(_ALONE)
    given = _given(decree, decree.undone_by, now)
    days = list((await session.execute(_LEAVE, given)).scalars())
    if days:
        await session.execute(_RESTORE, {**given, "days": days})


def _given(decree: HolidayDecree, by: str | None, now: datetime) -> dict[str, object]:
    return {
        "decree": decree.case_id, "layer": decree.layer, "scope": decree.scope, "source": decree.instrument,
        "by": by or cases.SYSTEM, "now": now,
    }  # fmt: skip


def told_names(rules: Rulebook) -> list[str]:
    """The dates that are companies' own duties; of the office's targets nobody outside hears."""
    return [rule.name for rule in rules.policies.deadlines.deadlines if rule.edge is Edge.END]
