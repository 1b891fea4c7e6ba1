"""Tables that people fill row by row: the table as it stands, and the row that is being written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.pages import forms, shapes
from services.errors import FieldError, InvalidInput
from services.i18n import N_
from services.reports.values import is_blank

PER_PAGE: Final = 50
Raw = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """The table after a command, the row it was about (None: deleted), and what to say."""

    rows: list[Raw]
    place: int | None
    message: str


def change(rows: Sequence[Mapping[str, Any]], typed: Mapping[str, Any], row: Raw) -> Change:
    """Delete the row that is named, replace it, or put a new one at the end. InvalidInput for an empty row."""
    kept = [dict(one) for one in rows]
    gone = forms.number(typed, "delete")
    if "delete" in typed:
        if gone is None or gone >= len(kept):
            raise InvalidInput(N_("Baris ini sudah tidak ada."))
        return Change(kept[:gone] + kept[gone + 1 :], None, N_("Baris dihapus."))
    if all(map(is_blank, row.values())):
        raise InvalidInput(N_("Isi paling sedikit satu isian pada baris ini."))
    place = forms.number(typed, "row")
    if place is None:
        return Change([*kept, row], len(kept), N_("Baris ditambahkan."))
    if place >= len(kept):
        raise InvalidInput(N_("Baris ini sudah tidak ada."))
    return Change([*kept[:place], row, *kept[place + 1 :]], place, N_("Baris disimpan."))


def of_row(errors: Sequence[FieldError], place: int | None) -> list[FieldError]:
    """The errors of one row, under the names of its inputs."""
    path = f"rows.{place}."
    return [FieldError(e.field[len(path) :], e.message, e.params) for e in errors if e.field.startswith(path)]


def elsewhere(errors: Sequence[FieldError], place: int | None) -> list[FieldError]:
    """The errors of all other rows, and of the table as a whole."""
    return [e for e in errors if place is None or not e.field.startswith(f"rows.{place}.")]


def paging(count: int, number: int, here: str) -> tuple[slice, shapes.Paging | None]:
    """Which rows a page of the table shows, and the way to its neighbours; None where one page holds all."""
    if count <= PER_PAGE:
        return slice(0, count), None
    last = (count - 1) // PER_PAGE + 1
    page = min(max(number, 1), last)
    shown = slice((page - 1) * PER_PAGE, page * PER_PAGE)
    return shown, shapes.Paging(
        min(count, page * PER_PAGE) - shown.start,
        count,
        previous=f"{here}?halaman={page - 1}" if page > 1 else "",
        next=f"{here}?halaman={page + 1}" if page < last else "",
    )


def page_of(place: int | None) -> int:
    """The page of the table on which a row stands."""
    return 1 if place is None else place // PER_PAGE + 1
