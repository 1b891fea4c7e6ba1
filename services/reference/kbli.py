"""KBLI, the business classification: its versions, who supervises a code, what kind of industry it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from services.reference.tables import rows

VERSIONS = ("2020", "2025")
CURRENT = "2025"  # BPS Regulation 7/2025

# Industrial services, Jasa Industri, are the businesses of these divisions (SE Menperin 1/2025).
SERVICE_DIVISIONS = frozenset({"33", "45", "95"})
MANUFACTURING_DIVISIONS = frozenset(str(number) for number in range(10, 33))


class BusinessKind(StrEnum):
    """What a company does, read from its business fields: it decides the family of forms."""

    MANUFACTURING = "manufacturing"
    MANUFACTURING_AND_SERVICE = "manufacturing_and_service"
    SERVICE_ONLY = "service_only"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class Kbli:
    """A code of a version; "31012" of 2025 and of 2020 are two things."""

    version: str
    code: str

    @property
    def division(self) -> str:
        """The first two digits."""
        return self.code[:2]

    @property
    def key(self) -> str:
        """ "2025:31012", for option values and keys."""
        return f"{self.version}:{self.code}"

    @classmethod
    def parse(cls, key: str) -> "Kbli | None":
        """The code of "2025:31012"; None for anything else, also for a version nobody issued."""
        version, separator, code = key.strip().partition(":")
        well_formed = (
            separator and version in VERSIONS and len(code) == 5 and code.isascii() and code.isdigit()
        )
        return cls(version, code) if well_formed else None


@dataclass(frozen=True, slots=True)
class Division:
    version: str
    code: str
    title: str
    directorate: str
    under_ministry: bool


@dataclass(frozen=True, slots=True)
class Directorate:
    """A directorate general: it validates the reports of its divisions."""

    code: str
    name: str
    english: str


@dataclass(frozen=True, slots=True)
class Successor:
    """The code of the newer version. `review`: number or title differ, so what it covers has to be compared."""

    kbli: Kbli
    review: bool


def title(kbli: Kbli) -> str:
    """The official title, or that of its division when the shipped list lacks the code, or ""."""
    listed = _codes().get(kbli)
    if listed is not None:
        return listed["title"]
    division = _divisions().get((kbli.version, kbli.division))
    return division.title if division else ""


def successor(kbli: Kbli) -> Successor | None:
    """What a code of KBLI 2020 became in KBLI 2025; None for a newer code, and where the shipped table names none.

    A proposal: a company's own NIB says which code it has now.
    """
    return _successors().get(kbli)


def codes(version: str = CURRENT) -> tuple[Kbli, ...]:
    """The five-digit codes of the shipped list, in order."""
    return tuple(sorted(kbli for kbli in _codes() if kbli.version == version))


def divisions(version: str = CURRENT) -> tuple[Division, ...]:
    """Divisions 10 to 33 of a version."""
    return tuple(division for key, division in _divisions().items() if key[0] == version)


def under_ministry(kbli: Kbli) -> bool:
    """Whether the Ministry of Industry is responsible: the code's own mark, else its division's, else no."""
    mark = _codes().get(kbli, {}).get("under_ministry")
    if mark:
        return mark == "yes"
    division = _divisions().get((kbli.version, kbli.division))
    return division is not None and division.under_ministry


def directorate(kbli: Kbli, *, small: bool = False) -> Directorate | None:
    """Who validates a report on this code: IKMA for small industry, else the division's directorate."""
    if not under_ministry(kbli):
        return None
    if kbli.code in {"68130", "68122"}:  # industrial estates in KBLI 2020 and 2025
        return _directorates()["kpaii"]
    division = _divisions().get((kbli.version, kbli.division))
    return _directorates()["ikma" if small or division is None else division.directorate]


def directorates() -> Mapping[str, Directorate]:
    """Every directorate general that validates reports, by its code."""
    return _directorates()


def is_shipyard(kbli: Kbli) -> bool:
    """Whether the shipyard form is meant for it."""
    return _codes().get(kbli, {}).get("shipyard") == "yes"


def business_kind(fields: Iterable[Kbli]) -> BusinessKind:
    """Manufacturing, services or both, as SIINas reads it from Data Perusahaan > Bidang Usaha.

    A shipyard counts as manufacturing also when its only code is ship repair (33151).
    """
    makes = serves = False
    for kbli in fields:
        if kbli.division in MANUFACTURING_DIVISIONS or is_shipyard(kbli):
            makes = True
        elif kbli.division in SERVICE_DIVISIONS:
            serves = True
    if makes:
        return BusinessKind.MANUFACTURING_AND_SERVICE if serves else BusinessKind.MANUFACTURING
    return BusinessKind.SERVICE_ONLY if serves else BusinessKind.OTHER


@cache
def _codes() -> Mapping[Kbli, Mapping[str, str]]:
    return MappingProxyType({Kbli(row["version"], row["code"]): row for row in rows("kbli")})


@cache
def _successors() -> Mapping[Kbli, Successor]:
    return MappingProxyType(
        {
            Kbli("2020", row["code_2020"]): Successor(Kbli("2025", row["code_2025"]), row["review"] == "yes")
            for row in rows("kbli_correspondence")
        }
    )


@cache
def _divisions() -> Mapping[tuple[str, str], Division]:
    listed = (
        Division(r["version"], r["division"], r["title"], r["directorate"], r["under_ministry"] == "yes")
        for r in rows("kbli_divisions")
    )
    return MappingProxyType({(division.version, division.code): division for division in listed})


@cache
def _directorates() -> Mapping[str, Directorate]:
    listed = (Directorate(row["code"], row["name"], row["english"]) for row in rows("directorates"))
    return MappingProxyType({directorate.code: directorate for directorate in listed})
