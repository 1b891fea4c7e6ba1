"""Which sessions a desk holds, from its hours and its calendar. No clock, no database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from services.deadlines.calendars import Calendar
from services.policies.assistance import AssistancePolicy, Desk, OpenHours, Weekday

_ONE_DAY = timedelta(days=1)
_WEEK = tuple(Weekday)


@dataclass(frozen=True, order=True)
class Slot:
    """A session that can be held: aware instants in UTC, the end exclusive."""

    starts_at: datetime
    ends_at: datetime


def of_day(desk: Desk, day: date, calendar: Calendar) -> list[Slot]:
    """The sessions of one day, one after the other from the opening on; none on a day that is not worked."""
    hours = _hours(desk, day)
    if hours is None or not calendar.is_working_day(day):
        return []
    opens, closes = (
        datetime.combine(day, at, desk.timezone).astimezone(UTC) for at in (hours.opens, hours.closes)
    )
    return list(_within(opens, closes, desk.length))


def offered(desk: Desk, policy: AssistancePolicy, calendar: Calendar, now: datetime) -> list[Slot]:
    """The sessions that may be booked at `now`, free or not: not too soon, not too far ahead."""
    first = now + timedelta(minutes=policy.notice_minutes)
    today = now.astimezone(desk.timezone).date()
    days = (today + n * _ONE_DAY for n in range(policy.furthest_days + 1))
    return [slot for day in days for slot in of_day(desk, day, calendar) if slot.starts_at >= first]


def holds(desk: Desk, slot: Slot, calendar: Calendar) -> bool:
    """Whether the desk, by its hours and calendar of today, is open throughout a session booked earlier."""
    day = slot.starts_at.astimezone(desk.timezone).date()
    hours = _hours(desk, day)
    if hours is None or not calendar.is_working_day(day):
        return False
    opens, closes = (datetime.combine(day, at, desk.timezone) for at in (hours.opens, hours.closes))
    return opens <= slot.starts_at and slot.ends_at <= closes


def _hours(desk: Desk, day: date) -> OpenHours | None:
    name = _WEEK[day.weekday()]
    return next((hours for hours in desk.hours if hours.name is name), None)


def _within(opens: datetime, closes: datetime, length: timedelta) -> Iterator[Slot]:
    while opens + length <= closes:
        yield Slot(opens, opens + length)
        opens += length
