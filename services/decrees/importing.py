"""Reading a decree from a file: CSV with the columns of our own tables, or a calendar (.ics, RFC 5545)."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from icalendar import Calendar, Component

from services.deadlines.calendars import DayKind
from services.decrees.lines import RawLine
from services.errors import FieldError, InvalidInput
from services.i18n import N_

MAX_BYTES: Final = 512 * 1024
COLUMNS: Final = ("date", "kind", "name")
_JOINT_LEAVE: Final = "cuti bersama"
_NO_TEXT: Final = N_("Berkas harus berupa teks UTF-8 (CSV atau .ics).")
_NO_CALENDAR: Final = N_("Berkas .ics ini tidak dapat dibaca.")


def read(content: bytes, filename: str) -> tuple[RawLine, ...]:
    """The lines of a file, unchecked. InvalidInput at `file` when it is neither CSV nor a calendar."""
    if len(content) > MAX_BYTES:
        raise _refused(N_("Berkas kalender paling besar 512 KB."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(_NO_TEXT) from None
    if "\0" in text:
        raise _refused(_NO_TEXT)
    if text.lstrip().upper().startswith("BEGIN:VCALENDAR") or filename.lower().endswith(".ics"):
        try:
            return tuple(_of_calendar(text))
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
        ):  # what the reader of calendars makes of broken lines
            raise _refused(_NO_CALENDAR) from None
    try:
        return tuple(_of_csv(text))
    except csv.Error:
        raise _refused(_NO_TEXT) from None


def typed(text: str) -> tuple[RawLine, ...]:
    """Lines typed by hand: `2027-03-19, joint_leave, Cuti Bersama Nyepi`, one a line."""
    rows = csv.reader(line for line in text.splitlines() if line.strip())
    return tuple(
        RawLine(number, *(cell.strip() for cell in [*row, "", "", "", ""][:4]))
        for number, row in enumerate(rows, 1)
    )


def _of_csv(text: str) -> Iterator[RawLine]:
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise _refused(N_("Kolom yang tidak ada: {names}. Baris pertama: date,kind,name,name_en."), missing)
    for number, row in enumerate(reader, 2):
        yield RawLine(
            number, row["date"] or "", row["kind"] or "", row["name"] or "", row.get("name_en") or ""
        )


def _of_calendar(text: str) -> Iterator[RawLine]:
    number = 0
    for event in Calendar.from_ical(text).walk("VEVENT"):
        for day in _days(event):
            number += 1
            name = str(event.get("SUMMARY", ""))
            yield RawLine(number, day.isoformat(), _kind(event, name), name)


def _days(event: Component) -> Iterator[date]:
    """Every day of an event; an all-day event ends before its DTEND (RFC 5545, 3.6.1)."""
    if event.get("DTSTART") is None:
        return
    first = _day(event.decoded("DTSTART"))
    end = _day(event.decoded("DTEND")) if event.get("DTEND") is not None else None
    last = max(first.toordinal() + 1, end.toordinal() if end else 0)
    for ordinal in range(first.toordinal(), min(last, first.toordinal() + 31)):
        yield date.fromordinal(ordinal)


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _kind(event: Component, name: str) -> str:
    """What CATEGORIES say, else what the name says: calendars of holidays know no other word for it."""
    found = event.get("CATEGORIES")
    for category in found.cats if found is not None else []:
        if str(category).lower() in list(DayKind):
            return str(category).lower()
    return DayKind.JOINT_LEAVE if _JOINT_LEAVE in name.lower() else DayKind.HOLIDAY


def _refused(message: str, names: list[str] | None = None) -> InvalidInput:
    return InvalidInput(message, fields=[FieldError("file", message, {"names": ", ".join(names or ())})])
