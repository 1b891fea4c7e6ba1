"""Units of quantity, and what one of them weighs where that is always the same."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Final

from services.reference.tables import rows

ADDED: Final = "tambahan:"
"""How the code of a unit begins that a company proposed and an officer accepted; its name follows."""
LONGEST: Final = 40
"""Characters of an added unit's name."""


@dataclass(frozen=True, slots=True)
class Unit:
    """`kilograms` is the weight of one unit; None where it depends on the product (litre, piece)."""

    code: str
    name: str
    english: str
    kilograms: Decimal | None

    def label(self, locale: str = "id") -> str:
        """Its name in the reader's language."""
        return self.english if locale.startswith("en") else self.name


def find(code: str) -> Unit | None:
    """The unit of a code such as "kg", "lusin" or "tambahan:sisir"; None when there is none.

    The code of an added unit says its name, so that whoever reads an answer needs no list. Whether somebody
    accepted it is asked when an answer is saved (services.unit_proposals.added).
    """
    return _table().get(code) or _added(code)


def every() -> tuple[Unit, ...]:
    """All shipped units in the order they are offered."""
    return tuple(_table().values())


def key(name: str) -> str:
    """A name without case, spaces and raised figures: "M ²" and "m2" are the same unit."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def same(name: str, among: Iterable[Unit] = ()) -> Unit | None:
    """The shipped unit, or the one among these, that this name already names in either language."""
    return next((unit for unit in (*every(), *among) if key(name) in _names(unit)), None)


def _names(unit: Unit) -> set[str]:
    said = [unit.code, unit.name, unit.english]
    # "lusin (12 buah)" is also known as "lusin".
    return {key(part) for name in said for part in (name, name.partition(" (")[0])}


def _added(code: str) -> Unit | None:
    name = code.removeprefix(ADDED)
    fits = code.startswith(ADDED) and 0 < len(name) <= LONGEST and name.isprintable()
    return Unit(code, name, name, None) if fits else None


@cache
def _table() -> Mapping[str, Unit]:
    return MappingProxyType({row["code"]: _unit(row) for row in rows("units")})


def _unit(row: Mapping[str, str]) -> Unit:
    weight = row["kilograms"]
    return Unit(row["code"], row["name"], row["english"], Decimal(weight) if weight else None)
