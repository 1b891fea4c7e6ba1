"""Which directorates supervise a report: those of the KBLIs that it names (Permenperin 13/2025)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from services.models import ReportVersion
from services.reference import kbli
from services.reference.kbli import CURRENT, Kbli
from services.reports.classification import Size

NOBODYS: Final = "ikma"
"""Who looks at a report none of whose codes is under the ministry: somebody must."""


def supervising(version: ReportVersion, registered: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The KBLI divisions under each directorate's code, for the codes named in what was sent.

    `registered` are the account's own codes, which count where the form names none.
    """
    small = version.size == Size.SMALL
    named = set(_named(version.content.get("sections", {}))) or {Kbli(CURRENT, code) for code in registered}
    found: dict[str, set[str]] = {}
    for code in named:
        directorate = kbli.directorate(code, small=small)
        if directorate is not None:
            found.setdefault(directorate.code, set()).add(code.division)
    if not found:
        found[NOBODYS] = {code.division for code in named}
    return {code: tuple(sorted(divisions)) for code, divisions in sorted(found.items())}


def _named(part: Any) -> Iterable[Kbli]:
    """Every KBLI answer, wherever the form asks for one: {version, code}."""
    if isinstance(part, Mapping):
        if part.keys() == {"version", "code"}:
            yield Kbli(str(part["version"]), str(part["code"]))
            return
        for inner in part.values():
            yield from _named(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _named(inner)
