"""What was typed, before it means anything: from the names of a page's boxes, and safe to store."""

import math
import re
from collections.abc import Collection, Iterable, Mapping

from pydantic import JsonValue

from services.reports.definition import FieldsSection, RowsSection
from services.reports.fields import ChoicesField, CountriesField

_ROW = re.compile(r"rows\.([0-9]{1,6})\.(.{1,100})", re.DOTALL)
_DEEPEST = 6


def from_pairs(
    section: FieldsSection | RowsSection, pairs: Iterable[tuple[str, str]], *, own: Collection[str] = ()
) -> dict[str, object]:
    """A submitted HTML form as raw input of the section.

    Boxes are named as error paths are: `machine_value` in a page of fields, `rows.3.quantity` in a table.
    Boxes of one name are one answer where several are allowed, else the last counts. `own` names the page's
    own controls (token, version, buttons), which are left out.
    """
    if isinstance(section, FieldsSection):
        return _one(section, (pair for pair in pairs if pair[0] not in own))
    rows: dict[int, list[tuple[str, str]]] = {}
    stray: list[tuple[str, str]] = []
    for name, text in pairs:
        if name in own:
            continue
        found = _ROW.fullmatch(name)
        if found:
            rows.setdefault(int(found[1]), []).append((found[2], text))
        else:
            stray.append((name, text))
    raw = _one(section, stray)
    raw["rows"] = [_one(section, rows[number]) for number in sorted(rows)]
    return raw


def json_safe(raw: object, depth: int = _DEEPEST) -> JsonValue:
    """What was typed as JSON that Postgres can store: no NUL, lone surrogate, infinity, endless nesting."""
    if isinstance(raw, Mapping | list | tuple):
        return _container(raw, depth)
    match raw:
        case None | bool():
            return raw
        case int():
            return raw if raw.bit_length() <= 63 else "…"
        case float():
            return raw if math.isfinite(raw) else str(raw)
        case _:
            return safe_text(raw) if isinstance(raw, str) else "…"


def safe_text(text: str) -> str:
    """The text with what Postgres cannot hold replaced by a visible mark."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _container(raw: Mapping[object, object] | list[object] | tuple[object, ...], depth: int) -> JsonValue:
    if not depth:
        return "…"
    if isinstance(raw, Mapping):
        return {safe_text(str(key)): json_safe(part, depth - 1) for key, part in raw.items()}
    return [json_safe(part, depth - 1) for part in raw]


def _one(section: FieldsSection | RowsSection, pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    single: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    for name, text in pairs:
        if isinstance(section.by_id.get(name), ChoicesField | CountriesField):
            several.setdefault(name, []).append(text)
        else:
            single[name] = text
    return {**single, **several}
