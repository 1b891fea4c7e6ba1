"""Provinces, kabupaten and kota by the codes of the Ministry of Home Affairs (Kepmendagri)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from services.deadlines.zones import zone_of
from services.errors import InvalidInput
from services.i18n import N_
from services.reference.tables import rows


class Level(StrEnum):
    PROVINCE = "province"
    REGENCY = "regency"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class Region:
    """A province ("64") or a kabupaten or kota ("64.72")."""

    code: str
    name: str
    level: Level

    @property
    def province_code(self) -> str:
        """The first two digits, which name the province."""
        return self.code[:2]

    @property
    def zone(self) -> ZoneInfo:
        """Its wall clock (Keppres 41/1987)."""
        return zone_of(self.code)


def find(code: str) -> Region | None:
    """The region of "64", "64.72" or "6472", or None. Districts and villages are not listed."""
    return _table().get(_dotted(code))


def provinces() -> tuple[Region, ...]:
    """The 38 provinces in code order."""
    return tuple(region for region in _table().values() if region.level is Level.PROVINCE)


def within(province_code: str) -> tuple[Region, ...]:
    """The kabupaten and kota of a province in code order; empty for an unknown province."""
    return tuple(r for r in _table().values() if r.province_code == province_code and len(r.code) > 2)


def parse(text: str, *, field: str = "region_code") -> Region:
    """The kabupaten or kota a person named by its code; InvalidInput at `field` otherwise."""
    region = find(text.strip())
    if region is None:
        raise InvalidInput(N_("Kode wilayah {code} tidak dikenal."), field=field, code=text.strip()[:20])
    if region.level is Level.PROVINCE:
        message = N_("Pilih kabupaten atau kota di {province}, bukan provinsinya.")
        raise InvalidInput(message, field=field, province=region.name)
    return region


def covers(scope: str, code: str) -> bool:
    """Whether `code` lies in the region `scope`: "64" covers "64.72", "6" covers nothing, "" covers all."""
    inner, outer = _dotted(code), _dotted(scope)
    return not outer or inner == outer or inner.startswith(outer + ".")


def _dotted(code: str) -> str:
    digits = code.replace(".", "")
    if not re.fullmatch(r"[0-9]{2,10}", digits) or len(digits) <= 2:
        return code
    parts = [digits[:2], digits[2:4], digits[4:6], digits[6:]]
    return ".".join(part for part in parts if part)


@cache
def _table() -> Mapping[str, Region]:
    listed = (Region(row["code"], row["name"], Level(row["level"])) for row in rows("regions"))
    return MappingProxyType({region.code: region for region in listed})
