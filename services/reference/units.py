"""Units of quantity, and what one of them weighs where that is always the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from services.reference.tables import rows


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
    """The unit of a code such as "kg" or "lusin"; None when there is none."""
    return _table().get(code)


def every() -> tuple[Unit, ...]:
    """All units in the order they are offered."""
    return tuple(_table().values())


@cache
def _table() -> Mapping[str, Unit]:
    return MappingProxyType({row["code"]: _unit(row) for row in rows("units")})


def _unit(row: Mapping[str, str]) -> Unit:
    weight = row["kilograms"]
    return Unit(row["code"], row["name"], row["english"], Decimal(weight) if weight else None)
