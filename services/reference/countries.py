"""Countries by ISO 3166-1 alpha-2 code, with their names from CLDR."""

from functools import cache

from babel import Locale

# Two-letter codes that CLDR lists and ISO 3166-1 does not assign.
_NOT_ISO = frozenset(
    ("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ")
)
INDONESIA = "ID"


def name(code: str, locale: str = "id") -> str | None:
    """ "Jerman" for DE; None for a code that names no country."""
    return _names(locale).get(code)


def exists(code: str) -> bool:
    """Whether ISO 3166-1 assigns the code."""
    return code in _names("id")


@cache
def every(locale: str = "id", *, abroad: bool = False) -> tuple[tuple[str, str], ...]:
    """(code, name) sorted by name in that language; `abroad` leaves Indonesia out."""
    listed = ((code, text) for code, text in _names(locale).items() if not (abroad and code == INDONESIA))
    return tuple(sorted(listed, key=lambda pair: pair[1]))


@cache
def _names(locale: str) -> dict[str, str]:
    territories = Locale.parse("en" if locale.startswith("en") else "id").territories
    return {
        code: text
        for code, text in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_ISO
    }
