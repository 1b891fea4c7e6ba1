"""The calendars that dates were counted on, found again by their version: as they are now, or as they stood then."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.deadlines.calendars import build_calendars
from services.models import CalendarDay, CaseFile, Derivation
from services.rulebook import calendar_day

Place = tuple[str | None, str | None]
"""The region and the organisation whose calendars a date was counted on."""


async def of_dates(
    session: AsyncSession, dates: Iterable[tuple[CaseFile, datetime, Derivation]]
) -> dict[str, str]:
    """The text of each calendar version that can be rebuilt, by version. Its SHA-256 begins with the version."""
    found: dict[str, str] = {}
    for case, set_at, derivation in dates:
        wanted = {name for name in (derivation.calendar_version or "").split(",") if name} - found.keys()
        for at in (None, set_at) if wanted else ():
            texts = await _texts(session, {(None, None), _place(case, derivation)}, at)
            found |= {version: texts[version] for version in wanted & texts.keys()}
    return found


def _place(case: CaseFile, derivation: Derivation) -> Place:
    """Where the date was counted, as its recipe says; dates without one know the region of their case alone."""
    recipe = derivation.recipe
    return (recipe["region"], recipe["organisation"]) if recipe else (case.region_code, None)


async def _texts(session: AsyncSession, places: Iterable[Place], at: datetime | None) -> dict[str, str]:
    """Every calendar of these places, now or as at an instant."""
    query = select(CalendarDay)
    if at is None:
        query = query.where(col(CalendarDay.removed_at).is_(None))
    else:
        query = query.where(
            col(CalendarDay.added_at) <= at,
            or_(col(CalendarDay.removed_at).is_(None), col(CalendarDay.removed_at) > at),
        )
    days = [calendar_day(row) for row in (await session.execute(query)).scalars()]
    built: dict[str, str] = {}
    for region, organisation in places:
        for calendar in build_calendars(days, region=region, organisation=organisation).values():
            built[calendar.version] = calendar.text
    return built
