"""HS codes: eight digits nationally (BTKI 2022), written dddd.dd.dd."""

import re
from functools import cache

from services.reference.tables import rows

EDITION = "2022"
_SHAPE = re.compile(r"([0-9]{4})\.?([0-9]{2})\.?([0-9]{2})")
_RESERVED_CHAPTER = 77  # kept free by the World Customs Organization


def normalise(text: str) -> str | None:
    """ "94038300" and "9403.83.00" become "9403.83.00"; None for anything that cannot be a code."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1][:2]) <= 97 or int(found[1][:2]) == _RESERVED_CHAPTER:
        return None
    return ".".join(found.groups())


def description(code: str) -> str | None:
    """The Indonesian description where the shipped sample has the code."""
    return _sample().get(code)


def sample() -> tuple[tuple[str, str], ...]:
    """(code, description) of the shipped sample, in code order."""
    return tuple(_sample().items())


@cache
def _sample() -> dict[str, str]:
    return {row["code"]: row["description"] for row in rows("hs")}
