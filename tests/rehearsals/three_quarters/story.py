"""What a story is: companies of one region that live through the same acts. Days and hours are those of Jakarta."""

from dataclasses import dataclass, field
from typing import Any

START, END = "2026-10-01T00:00", "2027-06-30T23:00"
Q3, Q4, Q1 = "2026-Q3", "2026-Q4", "2027-Q1"


@dataclass(frozen=True)
class Act:
    """Something that somebody does at a moment."""

    at: str
    do: str
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Story:
    """Companies of one region that live through the same; `few` of them in the small cast, `many` in the whole."""

    name: str
    few: int
    many: int
    acts: tuple[Act, ...] = ()
    region: str = "33"
    type: str = "A"  # B: an industrial estate
    scale: str = "small"


def act(at: str, do: str, **given: Any) -> Act:
    return Act(at, do, given)


def later(day: str, hour: str = "10:00") -> str:
    return f"{day}T{hour}"
