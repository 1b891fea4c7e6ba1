"""When a notice may arrive: in the working hours of its reader. Pure."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

OPENS: Final = time(9)
CLOSES: Final = time(16)


def within_working_hours(
    at: datetime,
    zone: ZoneInfo,
    is_working_day: Callable[[date], bool],
    *,
    opens: time = OPENS,
    closes: time = CLOSES,
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
