"""Text of a known shape: telephone, e-mail, date, region, KBLI. Each is brought to one spelling before it is judged."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.companies.definition import Format, FormattedText, ProfilePage
from services.errors import FieldError, InvalidInput
from services.i18n import N_
from services.reference import identifiers, regions
from services.reference.kbli import CURRENT, Kbli
from services.reports import values

_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
EARLIEST = date(1900, 1, 1)


def day(typed: str, *, field: str = "date") -> date:
    """The day of "2027-01-31" or "31-01-2027"; InvalidInput otherwise."""
    written = typed.strip()
    if found := _DAY_FIRST.fullmatch(written):
        written = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    try:
        read = date.fromisoformat(written)
    except ValueError:
        raise InvalidInput(
            N_("Tanggal tidak dikenali. Tulis hari, bulan, tahun: 31-01-2027."), field=field
        ) from None
    if read < EARLIEST:
        raise InvalidInput(N_("Tahun ini terlalu lama berlalu. Periksa kembali."), field=field)
    return read


def kbli(typed: str, *, field: str = "kbli") -> Kbli:
    """The code of "31012" (the version in force) or "2020:31012"; InvalidInput otherwise."""
    written = typed.strip()
    code = Kbli.parse(written if ":" in written else f"{CURRENT}:{written}")
    if code is None or code.division == "00":
        raise InvalidInput(N_("KBLI terdiri atas 5 angka, misalnya 31012 atau 2020:31012."), field=field)
    return code


def row_id(typed: str, *, field: str = "id") -> UUID:
    """An identifier that we gave out; InvalidInput otherwise."""
    try:
        return UUID(typed.strip())
    except ValueError:
        raise InvalidInput(N_("Isian ini tidak dapat dibaca."), field=field) from None


_SPELLINGS: Mapping[Format, Callable[[str], str]] = {
    "phone": identifiers.phone,
    "email": identifiers.email,
    "postcode": identifiers.postcode,
    "date": lambda typed: day(typed).isoformat(),
    "region": lambda typed: regions.parse(typed).code,
    "kbli": lambda typed: kbli(typed).key,
    "id": lambda typed: str(row_id(typed)),
}


def spelt(page: ProfilePage, raw: Mapping[str, object]) -> tuple[dict[str, object], list[FieldError]]:
    """What was typed with every formatted text in its one spelling, and those that have no such spelling.

    Paths are those of the form engine: `phone`, `rows.3.kbli`. What cannot be read stays as it was typed.
    """
    problems: list[FieldError] = []
    if page.kind == "fields":
        return _spelt(page, raw, "", problems), problems
    rows = raw.get("rows")
    if not isinstance(rows, list | tuple) or len(rows) > page.max_rows:
        return dict(raw), problems  # the engine says what is wrong with it
    written = [
        _spelt(page, row, f"rows.{number}.", problems) if isinstance(row, Mapping) else row
        for number, row in enumerate(rows)
    ]
    return {**raw, "rows": written}, problems


def _spelt(
    page: ProfilePage, raw: Mapping[str, object], path: str, problems: list[FieldError]
) -> dict[str, object]:
    written = dict(raw)
    for name, spelling in _formatted(page):
        typed = raw.get(name)
        if not isinstance(typed, str) or values.is_blank(typed):
            continue
        try:
            written[name] = spelling(typed)
        except InvalidInput as refusal:
            problems.append(FieldError(path + name, refusal.message, _params(refusal)))
    return written


def _params(refusal: InvalidInput) -> dict[str, Any]:
    return dict(refusal.params)


def _formatted(page: ProfilePage) -> Iterator[tuple[str, Callable[[str], str]]]:
    for field in page.fields:
        if isinstance(field, FormattedText) and field.format is not None:
            yield field.id, _SPELLINGS[field.format]
