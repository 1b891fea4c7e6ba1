"""Which directorates supervise a report: those of the KBLIs that it names (Permenperin 13/2025)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from services.models import ReportVersion
from services.reference import kbli
from services.reference.kbli import CURRENT, Kbli

NOBODYS: Final = "ikma"
"""Who looks at a report none of whose codes is under the ministry: somebody must."""


def named(version: ReportVersion, registered: Iterable[str]) -> list[Kbli]:
    """The codes named in what was sent; `registered`, the account's own, where the form names none."""
    found = set(_named(version.content.get("sections", {})))
    return sorted(found or {Kbli(CURRENT, code) for code in registered})


def supervising(codes: Iterable[Kbli], *, small: bool) -> dict[str, list[str]]:
    """The directorates of these codes, each with its KBLI divisions, in order."""
    found: dict[str, set[str]] = {}
    divisions = set()
    for code in codes:
        divisions.add(code.division)
        directorate = kbli.directorate(code, small=small)
        if directorate is not None:
            found.setdefault(directorate.code, set()).add(code.division)
    return {code: sorted(found[code]) for code in sorted(found)} or {NOBODYS: sorted(divisions)}


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
