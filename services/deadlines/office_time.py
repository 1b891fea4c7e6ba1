"""Moments measured in the hours an office is open: "when half the time for this decision is gone"."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.deadlines.derivation import ONE_DAY, ONE_SECOND, Calendars, Derived, Pause, Step
from services.deadlines.rules import Edge, OfficeHours, ShareRule

_MINUTE = timedelta(minutes=1)


def derive_share(rule: ShareRule, derived: Derived, hours: OfficeHours, calendars: Calendars) -> Derived:
    """The moment when `percent` of the office time between an event and its deadline in force has passed.

    Whole minutes, rounded up. Days on which the deadline's clock stood still hold no office time. Without any
    office time in between (a deadline moved to a day off) the share is taken of the plain time.
    """
    if derived.inputs is None or not isinstance(derived.inputs.anchor, datetime):
        raise ValueError(f"{rule.name} needs a deadline that is counted from an instant")
    start, end = derived.inputs.anchor, derived.due_before
    stretches = list(_open_stretches(start, end, hours, calendars, derived.inputs.pauses)) or [(start, end)]
    office_time = sum((to - since for since, to in stretches), timedelta())
    at = _round_up(_at(stretches, office_time * rule.percent / 100))
    step = Step(
        "share",
        {"percent": rule.percent, "of": rule.of, "at": at.astimezone(ZoneInfo(hours.zone)).isoformat()},
        rule.basis,
    )
    return Derived(
        name=rule.name,
        due_before=at,
        lenient_before=None,
        base_before=at,
        derivation=(*derived.derivation, step),
        calendar_version=calendars[hours.calendar].version,
        edge=Edge.START,
        recipe={
            **(derived.recipe or {}),
            "share": rule.model_dump(mode="json"),
            "hours": hours.model_dump(mode="json"),
        },
    )


def _open_stretches(
    start: datetime, end: datetime, hours: OfficeHours, calendars: Calendars, pauses: tuple[Pause, ...]
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of office time between two instants, in order."""
    calendar, zone = calendars[hours.calendar], ZoneInfo(hours.zone)
    day, last = start.astimezone(zone).date(), (end - ONE_SECOND).astimezone(zone).date()
    while day <= last:
        since = max(start, datetime.combine(day, hours.opens, zone))
        to = min(end, datetime.combine(day, hours.closes, zone))
        if calendar.is_working_day(day) and since < to and not _stood_still(day, pauses, zone):
            yield since, to
        day += ONE_DAY


def _stood_still(day: date, pauses: tuple[Pause, ...], zone: ZoneInfo) -> bool:
    return any(p.since.astimezone(zone).date() <= day <= p.until.astimezone(zone).date() for p in pauses)


def _at(stretches: list[tuple[datetime, datetime]], left: timedelta) -> datetime:
    """The instant at which so much of the stretches has passed; at a break, the opening after it."""
    for since, to in stretches:
        if left < to - since:
            return since + left
        left -= to - since
    return stretches[-1][1]


def _round_up(at: datetime) -> datetime:
    utc = at.astimezone(UTC)
    floor = utc.replace(second=0, microsecond=0)
    return floor if floor == utc else floor + _MINUTE
