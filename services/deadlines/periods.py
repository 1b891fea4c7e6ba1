"""Reporting periods: their codes, dates, order and names. Nothing here knows a due date."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import total_ordering
from typing import Self

_CODE = re.compile(r"(?P<year>[12][0-9]{3})-(?P<letter>[QS])(?P<number>[1-4])")
_ROMAN = ("I", "II", "III", "IV")


class PeriodKind(StrEnum):
    """How a regime cuts the year."""

    QUARTER = "quarter"
    SEMESTER = "semester"

    @property
    def letter(self) -> str:
        """The letter of the period code: Q or S."""
        return {"quarter": "Q", "semester": "S"}[self]

    @property
    def per_year(self) -> int:
        """How many periods of this kind a year holds."""
        return {"quarter": 4, "semester": 2}[self]

    @property
    def months(self) -> int:
        """How many months one period of this kind holds."""
        return 12 // self.per_year


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period such as 2026-Q4 or 2024-S1, ordered by its days."""

    year: int
    kind: PeriodKind
    number: int

    def __post_init__(self) -> None:
        if not (1000 <= self.year <= 2999 and 1 <= self.number <= self.kind.per_year):
            raise ValueError(f"there is no {self.kind} {self.number} of {self.year}")

    @classmethod
    def parse(cls, code: str) -> Self:
        """The period of a code `YYYY-Q1`…`YYYY-Q4`, `YYYY-S1` or `YYYY-S2`; ValueError for anything else."""
        found = _CODE.fullmatch(code)
        if found is None:
            raise ValueError(f"{code!r} is not a period code such as 2026-Q4 or 2024-S1")
        kind = PeriodKind.QUARTER if found["letter"] == "Q" else PeriodKind.SEMESTER
        return cls(int(found["year"]), kind, int(found["number"]))

    @classmethod
    def containing(cls, day: date, kind: PeriodKind) -> Self:
        """The period of this kind in which the day lies."""
        return cls(day.year, kind, (day.month - 1) // kind.months + 1)

    def __str__(self) -> str:
        return f"{self.year}-{self.kind.letter}{self.number}"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        return (self.start, self.end) < (other.start, other.end)

    @property
    def start(self) -> date:
        """Its first day."""
        return date(self.year, (self.number - 1) * self.kind.months + 1, 1)

    @property
    def end(self) -> date:
        """Its last day."""
        years, month = divmod(self.number * self.kind.months, 12)
        return date(self.year + years, month + 1, 1) - timedelta(days=1)

    def next(self) -> Self:
        """The period of the same kind that follows."""
        return self._shifted(1)

    def previous(self) -> Self:
        """The period of the same kind before."""
        return self._shifted(-1)

    def _shifted(self, by: int) -> Self:
        years, index = divmod(self.number - 1 + by, self.kind.per_year)
        return type(self)(self.year + years, self.kind, index + 1)

    def through(self, last: "Period") -> Iterator["Period"]:
        """This period and those that follow, up to and including `last`."""
        period: Period = self
        while period <= last:
            yield period
            period = period.next()

    def label(self, locale: str = "id") -> str:
        """Its name for people: "Triwulan IV 2026" or, in English, "Quarter 4 of 2026"."""
        if locale.startswith("en"):
            return f"{self.kind.title()} {self.number} of {self.year}"
        noun = {"quarter": "Triwulan", "semester": "Semester"}[self.kind]
        return f"{noun} {_ROMAN[self.number - 1]} {self.year}"
