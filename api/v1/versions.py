"""Versions on the wire: ETag and If-Match, and instants that say where they are."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header

from services.deadlines.zones import WIB
from services.errors import InvalidInput, StaleVersion
from services.i18n import N_
from services.models import CaseFile


def etag(version: int) -> str:
    """A strong ETag of a version number."""
    return f'"{version}"'


def expected_version(
    if_match: Annotated[str | None, Header(max_length=40)] = None,
) -> int | None:
    """The version of If-Match, or None without the header. InvalidInput for an ETag we never gave."""
    if if_match is None:
        return None
    digits = if_match.strip().removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise InvalidInput(N_("If-Match bukan versi yang kami berikan."), field="If-Match")
    return int(digits)


IfMatch = Annotated[int | None, Depends(expected_version)]


def required_version(if_match: int | None, version: int | None) -> int:
    """The version a change builds on, from the header or from the body. InvalidInput without one."""
    known = if_match if if_match is not None else version
    if known is None:
        raise InvalidInput(N_("Sertakan versi yang Anda ubah (If-Match atau version)."), field="version")
    return known


def unchanged(case: CaseFile, if_match: int | None, version: int | None) -> None:
    """StaleVersion unless a decision about a locked case builds on how it stands. InvalidInput without a version."""
    if required_version(if_match, version) != case.version:
        raise StaleVersion(version=case.version)


def aware(moment: datetime | None, field: str) -> datetime | None:
    """An instant; without an offset it is read as WIB."""
    if moment is None:
        return None
    if moment.year > 2999 or moment.year < 1900:
        raise InvalidInput(N_("Tahun di luar jangkauan."), field=field)
    return moment if moment.tzinfo else moment.replace(tzinfo=WIB)
