"""A calendar beside the library's: which days they agree on, and which only one of them knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.deadlines.calendars import CalendarDay, CalendarKind, DayKind, OffKind, build_calendar
from services.decrees.lines import Line
from services.i18n import N_


class Finding(StrEnum):
    """How a day of the decree stands to the library's."""

    SAME = "same"
    OTHER_KIND = "other_kind"
    ONLY_DECREED = "only_decreed"
    ONLY_LIBRARY = "only_library"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True)
class Compared:
    """One day. `decreed` and `library` are what each says; `estimated`: the library itself is not sure."""

    day: date
    finding: Finding
    decreed: str | None
    decreed_name: str
    library: str | None
    library_name: str
    estimated: bool


def compare(lines: Iterable[Line | CalendarDay], years: Iterable[int]) -> list[Compared]:
    """Every day of these years of which the lines or the library say something, in order."""
    said = {line.day if isinstance(line, Line) else line.date: line for line in lines}
    library = build_calendar(CalendarKind.GOVERNMENT)
    found = []
    for year in sorted(set(years)):
        day = date(year, 1, 1)
        while day.year == year:
            off, line = library.why(day), said.get(day)
            holiday = off if off is not None and off.kind is not OffKind.WEEKEND else None
            if line is not None or holiday is not None:
                found.append(
                    Compared(
                        day,
                        _finding(line, holiday.kind if holiday else None),
                        line.kind.value if line else None,
                        line.name if line else "",
                        holiday.kind.value if holiday else None,
                        holiday.name if holiday else "",
                        holiday.estimated if holiday else False,
                    )
                )
            day = date.fromordinal(day.toordinal() + 1)
    return found


def _finding(line: Line | CalendarDay | None, library: OffKind | None) -> Finding:
    if line is None:
        return Finding.ONLY_LIBRARY
    if line.kind is DayKind.WORKING:
        return Finding.TAKEN_BACK
    if library is None:
        return Finding.ONLY_DECREED
    return Finding.SAME if line.kind.value == library.value else Finding.OTHER_KIND


def completed(lines: Iterable[Line]) -> list[Line]:
    """A decree that names all holidays of its years: what the library has beyond it becomes working days."""
    given = list(lines)
    years = {line.day.year for line in given}
    missing = [
        Line(one.day, DayKind.WORKING, N_("tidak ditetapkan sebagai hari libur"), "not decreed a holiday")
        for one in compare(given, years)
        if one.finding is Finding.ONLY_LIBRARY and one.day.weekday() < 5
    ]
    return sorted([*given, *missing], key=lambda line: line.day)
