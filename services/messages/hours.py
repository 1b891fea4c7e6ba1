"""When a notice may arrive: while its reader works, on the clock of the reader's zone."""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services import rulebook
from services.deadlines.zones import PROVINCES
from services.messages.catalogue import Template
from services.models import Lane

ZONES: Final = frozenset(zone for _, zone in PROVINCES.values())


async def openings(
    session: AsyncSession, template: Template, *, now: datetime, lane: Lane | None = None
) -> str:
    """Zone → when a message that is decided now may arrive there, as JSON; nothing for one that does not wait."""
    if not template.waits(lane):
        return "{}"
    rules = await rulebook.current(session, now=now)
    policy = rules.policies.notice
    works = rules.calendars()[policy.calendar].is_working_day
    opening = {
        zone.key: within_working_hours(now, zone, works, opens=policy.opens, closes=policy.closes)
        for zone in ZONES
    }
    return json.dumps({zone: at.isoformat() for zone, at in opening.items()})


def moment_sql(zone: str, about: str) -> str:
    """SQL: when a message may go, by the parameters `openings` (JSON) and `now`.

    Where `about`, the date it speaks of, would be past by the opening, the message goes at once.
    """
    return f"""(
        SELECT CASE WHEN {about} > CAST(:now AS timestamptz) AND {about} <= opening.at
                    THEN CAST(:now AS timestamptz) ELSE opening.at END
        FROM (SELECT coalesce((CAST(:openings AS jsonb) ->> {zone})::timestamptz,
                              CAST(:now AS timestamptz)) AS at) opening)"""  # noqa: S608 -- our own constants


def about_sql(context: str) -> str:
    """SQL: the date that a message with this context speaks of."""
    return f"coalesce({context} ->> 'starts_at', {context} ->> 'due_before')::timestamptz"


def within_working_hours(
    at: datetime, zone: ZoneInfo, is_working_day: Callable[[date], bool], *, opens: time, closes: time
) -> datetime:
    """`at`, or the next opening on a working day of the reader's zone. ValueError when none comes."""
    local = at.astimezone(zone)
    day = local.date()
    if is_working_day(day) and opens <= local.time() < closes:
        return at
    if local.time() >= closes:
        day += timedelta(days=1)
    for _ in range(366):
        if is_working_day(day):
            return datetime.combine(day, opens, zone).astimezone(at.tzinfo)
        day += timedelta(days=1)
    raise ValueError("a year without a working day")
