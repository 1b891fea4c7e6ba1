"""Days as the rules count them, written plainly. Knows no line of the service: only dates, and which are days off."""

import calendar
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WIB = ZoneInfo("Asia/Jakarta")
ZONES = {
    "33": WIB,
    "36": WIB,
    "52": ZoneInfo("Asia/Makassar"),
    "53": ZoneInfo("Asia/Makassar"),
    "62": WIB,
    "63": ZoneInfo("Asia/Makassar"),
    "64": ZoneInfo("Asia/Makassar"),
    "91": ZoneInfo("Asia/Jayapura"),
}
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

# Public holidays and cuti bersama on weekdays: 2026 by the joint decree 1497/2025, 2027 as foreseen until decreed.
DAYS_OFF = frozenset(
    map(
        date.fromisoformat,
        [
            "2026-12-24", "2026-12-25", "2027-01-01", "2027-01-05", "2027-02-05", "2027-03-08", "2027-03-09",
            "2027-03-10", "2027-03-11", "2027-03-12", "2027-03-15", "2027-03-25", "2027-03-26", "2027-05-06",
            "2027-05-17", "2027-05-18", "2027-05-19", "2027-05-20", "2027-06-01",
        ],
    )
)  # fmt: skip

READERS_OPEN, READERS_CLOSE = time(8), time(17)  # of whoever gets a notice, on their own clock
OPENS, CLOSES = time(7, 30), time(16)  # of offices (Perpres 21/2023), on the clock of WIB


@dataclass(frozen=True)
class Count:
    """Where a span of days ends, and which days on the way counted and did not."""

    end: date
    counted: tuple[date, ...] = ()
    skipped: tuple[date, ...] = ()


def at(text: str) -> datetime:
    """An instant written as people in Jakarta say it."""
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


def day_of(moment: datetime) -> date:
    """The day in WIB."""
    return moment.astimezone(WIB).date()


def start_of(day: date) -> datetime:
    """00.00 WIB."""
    return datetime.combine(day, time(0), WIB).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first instant that is too late, when 23:59:59 WIB is the last second."""
    return start_of(day + DAY)


def last_day(due_before: datetime) -> date:
    """The day of the last second before it."""
    return day_of(due_before - timedelta(seconds=1))


def works(day: date, off: Collection[date]) -> bool:
    """Monday to Friday, and no day off."""
    return day.weekday() < 5 and day not in off


def working_days(start: date, days: int, off: Collection[date], still: Collection[date] = ()) -> Count:
    """So many working days after a day, which itself does not count; nor does a day of standing still."""
    counted: list[date] = []
    skipped: list[date] = []
    day = start
    while len(counted) < days:
        day += DAY
        (counted if works(day, off) and day not in still else skipped).append(day)
    return Count(day, tuple(counted), tuple(skipped))


def calendar_days(start: date, days: int, still: Collection[date] = ()) -> Count:
    """So many days after a day, whatever days they are."""
    day, skipped = start, []
    while days:
        day += DAY
        if day in still:
            skipped.append(day)
        else:
            days -= 1
    return Count(day, skipped=tuple(skipped))


def month_later(start: date, still: Collection[date] = ()) -> Count:
    """The same day of the next month, or its last; put off by the days of standing still on the way."""
    year, month = (start.year, start.month + 1) if start.month < 12 else (start.year + 1, 1)
    end = date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
    if any(start < day <= end for day in still):
        return calendar_days(start, (end - start).days, still)
    return Count(end)


def working_day_before(day: date, off: Collection[date]) -> date:
    """The day itself when it is worked, else the nearest working day before it."""
    while not works(day, off):
        day -= DAY
    return day


def span(first: date, last: date) -> Iterable[date]:
    """Every day from the first to the last."""
    while first <= last:
        yield first
        first += DAY


def part_of_office_time(
    start: datetime, end: datetime, percent: int, off: Collection[date], still: Collection[date] = ()
) -> datetime:
    """When so much of the office time between two instants is over, rounded up to a minute."""
    stretches = []
    for day in span(day_of(start), last_day(end)):
        opens = max(start, datetime.combine(day, OPENS, WIB))
        closes = min(end, datetime.combine(day, CLOSES, WIB))
        if works(day, off) and day not in still and opens < closes:
            stretches.append((opens, closes))
    left = sum((to - since for since, to in stretches), timedelta()) * percent / 100
    for since, to in stretches:
        if left < to - since:
            moment = (since + left).astimezone(UTC)
            return moment if moment == _whole(moment) else _whole(moment) + MINUTE
        left -= to - since
    raise ValueError("no office time in between")


def _whole(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def arrival(moment: datetime, about: datetime | None, zone: ZoneInfo, off: Collection[date]) -> datetime:
    """When a notice comes: in the reader's working hours, unless the date it is about would be past by then."""
    there = moment.astimezone(zone)
    if works(there.date(), off) and READERS_OPEN <= there.time() < READERS_CLOSE:
        return moment
    day = there.date() + DAY if there.time() >= READERS_CLOSE else there.date()
    while not works(day, off):
        day += DAY
    opening = datetime.combine(day, READERS_OPEN, zone)
    return moment if about is not None and moment < about <= opening else opening


def wave(due_before: datetime, days: int, zone: ZoneInfo, off: Collection[date]) -> datetime:
    """The working morning (09.00 there) so many days before a last day."""
    day = working_day_before(last_day(due_before) - days * DAY, off)
    return datetime.combine(day, time(9), zone).astimezone(UTC)
