"""Decrees for lists and files: the dates that move, page by page, and the calendar that holds."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from services import rulebook
from services.deadlines.calendars import CalendarDay
from services.decrees.comparing import Compared, compare

PAGE: Final = 100
_AT_ONCE: Final = 5000

_LINES: Final = text(
    """
    SELECT l.case_id, l.deadline_name, l.state, l.old_before, l.new_before, l.old_lenient_before,
           l.new_lenient_before, l.told, c.title, c.kind, c.key, c.region_code, a.number AS account_number
    FROM decree_line l JOIN case_file c ON c.id = l.case_id LEFT JOIN account a ON a.id = c.account_id
    WHERE l.decree_id = :decree AND (l.case_id, l.deadline_name) > (CAST(:case_id AS uuid), CAST(:name AS text))
    ORDER BY l.case_id, l.deadline_name LIMIT :most
    """
)
_GROUPS: Final = text(
    """
    SELECT deadline_name, state, old_before, new_before, count(*) AS cases, count(*) FILTER (WHERE told) AS told
    FROM decree_line WHERE decree_id = :decree GROUP BY 1, 2, 3, 4 ORDER BY 3, 1, 4 LIMIT 200
    """
)
BEGINNING: Final = (UUID(int=0), "")


async def lines(
    session: AsyncSession, decree_id: UUID, *, after: tuple[UUID, str] = BEGINNING, most: int = PAGE
) -> Sequence[Row[Any]]:
    """The dates that move (or moved), each before and after; the next page begins after the last."""
    given = {"decree": decree_id, "case_id": after[0], "name": after[1], "most": most}
    return (await session.execute(_LINES, given)).all()


async def all_lines(session: AsyncSession, decree_id: UUID) -> AsyncIterator[Row[Any]]:
    """Every line, for a file; read in pages, so that two hundred thousand do not stand in memory."""
    after = BEGINNING
    while found := await lines(session, decree_id, after=after, most=_AT_ONCE):
        for row in found:
            yield row
        after = (found[-1].case_id, found[-1].deadline_name)


async def groups(session: AsyncSession, decree_id: UUID) -> Sequence[Row[Any]]:
    """How many dates move from when to when, by name."""
    return (await session.execute(_GROUPS, {"decree": decree_id})).all()


async def in_force(
    session: AsyncSession, year: int, *, region: str | None, organisation: str | None, now: datetime
) -> list[Compared]:
    """The decreed days that hold in a place in a year, beside the library's."""
    rules = await rulebook.current(session, now=now)
    days = [day for day in rules.days if day.date.year == year and _holds(day, region, organisation)]
    return compare(days, [year])


def _holds(day: CalendarDay, region: str | None, organisation: str | None) -> bool:
    if day.organisation is not None:
        return day.organisation == organisation
    return day.region is None or (region is not None and region.startswith(day.region))
