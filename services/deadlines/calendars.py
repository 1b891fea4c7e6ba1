"""Working-day calendars in layers: library < decree < region < organisation. Immutable, with a version."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from types import MappingProxyType
from typing import Final, Generic, TypeVar

import holidays

LIBRARY: Final = f"holidays {version('holidays')}"
WORKING_WEEK: Final = "Perpres 21/2023"
LONGEST_STANDSTILL: Final = 366  # days without a working day before a calendar is declared broken
ONE_DAY: Final = timedelta(days=1)

Off = TypeVar("Off")


class CalendarKind(StrEnum):
    """Whose working days: the government's leave out cuti bersama, the public's do not."""

    GOVERNMENT = "government"
    PUBLIC = "public"


class DayKind(StrEnum):
    """What a layer says of a day."""

    HOLIDAY = "holiday"
    JOINT_LEAVE = "joint_leave"  # cuti bersama: off for the government, not of itself for companies
    WORKING = "working"  # a holiday taken back, or a Saturday that is worked


class OffKind(StrEnum):
    """Why a day is not worked."""

    HOLIDAY = "holiday"
    JOINT_LEAVE = "joint_leave"
    WEEKEND = "weekend"


class Layer(StrEnum):
    """Where a statement about a day comes from; each overrides those before it."""

    LIBRARY = "library"
    DECREE = "decree"
    REGION = "region"
    ORGANISATION = "organisation"


class CalendarError(ValueError):
    """A calendar on which nobody ever works."""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One line of a decree: the day is (not) worked, says `source`, for a region prefix or organisation."""

    date: date
    name: str
    kind: DayKind
    source: str
    region: str | None = None
    organisation: str | None = None
    name_en: str | None = None

    @property
    def layer(self) -> Layer:
        """The layer the line belongs to."""
        if self.organisation is not None:
            return Layer.ORGANISATION
        return Layer.REGION if self.region is not None else Layer.DECREE


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day that is not worked, its name in both languages, and who says so."""

    date: date
    kind: OffKind
    name: str
    name_en: str
    source: str
    layer: Layer
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Count(Generic[Off]):
    """The days walked from a start that does not count itself: each with why it did not count, or None."""

    days: tuple[tuple[date, Off | None], ...]

    @property
    def end(self) -> date:
        """The last day, which is always one that counted."""
        return self.days[-1][0]

    @property
    def skipped(self) -> tuple[Off, ...]:
        """Why the days passed over did not count."""
        return tuple(off for _, off in self.days if off is not None)


def count_days(start: date, days: int, off: Callable[[date], Off | None]) -> Count[Off]:
    """Walks from the day after `start` until `days` (at least 1) days counted that are not `off`."""
    if days < 1:
        raise ValueError(f"cannot count {days} days")
    walked: list[tuple[date, Off | None]] = []
    left, standstill, day = days, 0, start
    while left:
        day += ONE_DAY
        why = off(day)
        walked.append((day, why))
        left, standstill = (left - 1, 0) if why is None else (left, standstill + 1)
        if standstill > LONGEST_STANDSTILL:
            raise CalendarError(f"no day counts within {LONGEST_STANDSTILL} days before {day}")
    return Count(tuple(walked))


@dataclass(frozen=True)
class Calendar:
    """Working days of one place. Equal when kind and version are equal."""

    kind: CalendarKind
    version: str
    _stated: Mapping[date, CalendarDay] = field(compare=False, repr=False)
    region: str | None = field(default=None, compare=False)
    organisation: str | None = field(default=None, compare=False)

    @property
    def text(self) -> str:
        """All that it states beside the weekends; its SHA-256 begins with `version`."""
        return _spelled(self.kind, self._stated)

    def is_working_day(self, day: date) -> bool:
        """Whether the day is worked."""
        return self.why(day) is None

    def why(self, day: date) -> Holiday | None:
        """Why the day is not worked, or None when it is."""
        stated = self._stated.get(day)
        if stated is None:
            return _library_year(day.year, self.kind).get(day) or _weekend(day)
        if stated.kind is DayKind.WORKING:
            return None
        if stated.kind is DayKind.JOINT_LEAVE and self.kind is CalendarKind.PUBLIC:
            return _weekend(day)
        return Holiday(
            day, OffKind(stated.kind), stated.name, stated.name_en or stated.name, stated.source, stated.layer
        )

    def worked_by(self, day: date) -> CalendarDay | None:
        """The line that says this day is worked, or None where nobody needed to say so."""
        stated = self._stated.get(day)
        return stated if stated is not None and stated.kind is DayKind.WORKING else None

    def next_working_day(self, day: date) -> date:
        """The first working day after the day."""
        return self._step(day, ONE_DAY)

    def previous_working_day(self, day: date) -> date:
        """The last working day before the day."""
        return self._step(day, -ONE_DAY)

    def working_day_on_or_before(self, day: date) -> date:
        """The day itself when it is worked, otherwise the last one before that is."""
        return day if self.is_working_day(day) else self.previous_working_day(day)

    def working_days(self, first: date, last: date) -> int:
        """How many working days lie from `first` to `last`, both included."""
        span = (last - first).days + 1
        return sum(self.is_working_day(first + timedelta(days=n)) for n in range(span))

    def _step(self, day: date, by: timedelta) -> date:
        for _ in range(LONGEST_STANDSTILL):
            day += by
            if self.is_working_day(day):
                return day
        raise CalendarError(f"no working day within {LONGEST_STANDSTILL} days of {day}")


def build_calendar(
    kind: CalendarKind = CalendarKind.GOVERNMENT,
    days: Iterable[CalendarDay] = (),
    *,
    region: str | None = None,
    organisation: str | None = None,
) -> Calendar:
    """The calendar of a region and organisation; later lines override earlier ones of the same depth.

    Lines for other regions or organisations are ignored. A region's line holds for all regions whose code
    starts with it; the longest prefix wins.
    """
    order = list(Layer)
    applicable = [
        day
        for day in days
        if (day.organisation is None or day.organisation == organisation)
        and (day.region is None or (region is not None and region.startswith(day.region)))
    ]
    applicable.sort(key=lambda day: (order.index(day.layer), len(day.region or "")))
    stated = {day.date: day for day in applicable}
    return Calendar(kind, _version(kind, stated), MappingProxyType(stated), region, organisation)


def build_calendars(
    days: Iterable[CalendarDay] = (), *, region: str | None = None, organisation: str | None = None
) -> dict[CalendarKind, Calendar]:
    """Every kind of calendar of one place, as deadline rules ask for them."""
    lines = tuple(days)
    return {
        kind: build_calendar(kind, lines, region=region, organisation=organisation) for kind in CalendarKind
    }


def _version(kind: CalendarKind, stated: Mapping[date, CalendarDay]) -> str:
    """Sixteen hex digits that change with the library, the kind and every line in force."""
    return hashlib.sha256(_spelled(kind, stated).encode()).hexdigest()[:16]


def _spelled(kind: CalendarKind, stated: Mapping[date, CalendarDay]) -> str:
    """All that a calendar states, in its one spelling."""
    lines = [
        [day.date.isoformat(), day.name, day.name_en, day.kind, day.source, day.layer]
        for _, day in sorted(stated.items())
    ]
    return json.dumps([LIBRARY, kind, lines], ensure_ascii=False, separators=(",", ":"))


@cache
def _library_year(year: int, kind: CalendarKind) -> Mapping[date, Holiday]:
    """The library's days of a year; those not yet decreed are marked as estimates."""
    off = _library_category(year, holidays.PUBLIC, OffKind.HOLIDAY)
    if kind is CalendarKind.GOVERNMENT:
        off = _library_category(year, holidays.GOVERNMENT, OffKind.JOINT_LEAVE) | off
    return MappingProxyType(off)


def _library_category(year: int, category: str, kind: OffKind) -> dict[date, Holiday]:
    named = holidays.country_holidays("ID", years=year, categories=(category,), language="id")
    english = holidays.country_holidays("ID", years=year, categories=(category,), language="en_US")
    return {
        day: Holiday(day, kind, name, english[day], LIBRARY, Layer.LIBRARY, "perkiraan" in name)
        for day, name in named.items()
        if day.year == year
    }


def _weekend(day: date) -> Holiday | None:
    if day.weekday() < 5:
        return None
    return Holiday(day, OffKind.WEEKEND, "akhir pekan", "weekend", WORKING_WEEK, Layer.LIBRARY)
