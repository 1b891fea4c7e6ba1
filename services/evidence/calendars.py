"""The calendars that dates were counted on, found again by their version: as they are now, or as they stood then."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.deadlines.calendars import build_calendars
from services.models import CalendarDay, CaseFile, Deadline, Derivation
from services.rulebook import calendar_day


async def of_dates(
    session: AsyncSession, case: CaseFile, dates: Iterable[tuple[Deadline, Derivation]]
) -> dict[str, str]:
    """The text of each calendar version that can be rebuilt, by version. Its SHA-256 begins with the version."""
    found: dict[str, str] = {}
    for deadline, derivation in dates:
        wanted = {name for name in (derivation.calendar_version or "").split(",") if name} - found.keys()
        for at in (None, deadline.set_at) if wanted else ():
            texts = await _texts(session, case, at)
            found |= {version: texts[version] for version in wanted & texts.keys()}
    return found


async def _texts(session: AsyncSession, case: CaseFile, at: datetime | None) -> dict[str, str]:
    """Every calendar of the country and of the case's region, now or as at an instant."""
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
    for region in (None, case.region_code):
        for calendar in build_calendars(days, region=region).values():
            built[calendar.version] = calendar.text
    return built
