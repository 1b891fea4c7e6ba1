"""What a decree says, as it is written down: one line a day, checked before anything is stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.deadlines.calendars import CalendarDay, DayKind
from services.errors import FieldError, InvalidInput
from services.i18n import N_
from services.models import DecreeLayer

MAX_LINES: Final = 400
MAX_NAME: Final = 200
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class RawLine:
    """One line as somebody typed it or as a file has it; `number` is its place there, from 1."""

    number: int
    day: str
    kind: str
    name: str
    name_en: str = ""


@dataclass(frozen=True)
class Line:
    """One day: a holiday, joint leave (cuti bersama), or a working day where a holiday was taken back."""

    day: date
    kind: DayKind
    name: str
    name_en: str = ""


def check(raw: Sequence[RawLine], field: str = "days") -> list[Line]:
    """The lines in order of their days. InvalidInput names every wrong line under `field`."""
    problems: list[FieldError] = []
    lines: dict[date, Line] = {}
    if not raw:
        problems.append(FieldError(field, N_("Tuliskan paling sedikit satu hari.")))
    if len(raw) > MAX_LINES:
        problems.append(FieldError(field, N_("Paling banyak {most} hari."), {"most": MAX_LINES}))
    for one in raw[:MAX_LINES]:
        line = _line(one, field, problems)
        if line is not None and line.day in lines:
            twice = N_("Baris {number}: {day} tertulis dua kali.")
            problems.append(FieldError(field, twice, {"number": one.number, "day": one.day[:20]}))
        elif line is not None:
            lines[line.day] = line
    if problems:
        raise InvalidInput(N_("Periksa kembali isian yang ditandai."), fields=problems)
    return sorted(lines.values(), key=lambda line: line.day)


def _line(raw: RawLine, field: str, problems: list[FieldError]) -> Line | None:
    before = len(problems)
    day = _day(raw.day.strip())
    if day is None:
        wrong = N_("Baris {number}: “{typed}” bukan tanggal; contoh: 2027-03-19.")
        problems.append(FieldError(field, wrong, {"number": raw.number, "typed": raw.day[:20]}))
    if raw.kind.strip() not in list(DayKind):
        kind = N_("Baris {number}: jenis “{typed}” tidak dikenal; tulis holiday, joint_leave, atau working.")
        problems.append(FieldError(field, kind, {"number": raw.number, "typed": raw.kind[:20]}))
    if not 3 <= len(raw.name.strip()) <= MAX_NAME or len(raw.name_en) > MAX_NAME:
        name = N_("Baris {number}: nama hari terdiri atas 3 sampai {longest} karakter.")
        problems.append(FieldError(field, name, {"number": raw.number, "longest": MAX_NAME}))
    if day is None or len(problems) > before:
        return None
    return Line(day, DayKind(raw.kind.strip()), raw.name.strip(), raw.name_en.strip())


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def as_days(lines: Iterable[Line], layer: str, scope: str, source: str) -> tuple[CalendarDay, ...]:
    """The lines as the calendar's own, on the authority of `source`."""
    return tuple(
        CalendarDay(
            date=line.day,
            name=line.name,
            kind=line.kind,
            source=source,
            region=scope if layer == DecreeLayer.REGION else None,
            organisation=scope if layer == DecreeLayer.ORGANISATION else None,
            name_en=line.name_en or None,
        )
        for line in lines
    )
