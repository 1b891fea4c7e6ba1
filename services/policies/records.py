"""Facts of record that the rules alone would not tell: extensions announced and days decreed."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.deadlines.calendars import CalendarDay, DayKind
from services.deadlines.rules import Name, RegimeId, Rules
from services.policies.regimes import PeriodCode
from services.policies.source import SHIPPED, PolicyError, parse, read_csv

HOLIDAYS_DECREED = "reference/holidays_decreed.csv"


class ExtensionOfRecord(Rules):
    """An extension that was announced for everyone, with where it can be seen."""

    id: Name
    regime: RegimeId
    period: PeriodCode
    deadline: Name
    scope: Literal["everyone"]
    statutory_due: date
    extended_due: date
    instrument: Annotated[str, Field(min_length=3)]
    reason: Annotated[str, Field(min_length=3)]

    @model_validator(mode="after")
    def _later(self) -> Self:
        if self.extended_due <= self.statutory_due:
            raise ValueError(f"{self.extended_due} extends nothing beyond {self.statutory_due}")
        return self


class DecreedDay(Rules):
    """One line of the joint decrees on holidays."""

    date: date
    kind: DayKind
    name: Annotated[str, Field(min_length=3)]
    name_en: Annotated[str, Field(min_length=3)]
    decree: Annotated[str, Field(min_length=3)]


def decreed_days(directory: Path = SHIPPED) -> tuple[CalendarDay, ...]:
    """The days decreed for the whole country; PolicyError names the line that is wrong."""
    path = directory / HOLIDAYS_DECREED
    lines = [
        parse(DecreedDay, row, f"{path.name} line {number}") for number, row in enumerate(read_csv(path), 2)
    ]
    _once(path.name, [line.date for line in lines])
    return tuple(
        CalendarDay(line.date, line.name, line.kind, line.decree, name_en=line.name_en) for line in lines
    )


def _once(origin: str, days: Iterable[date]) -> None:
    seen: set[date] = set()
    for day in days:
        if day in seen:
            raise PolicyError(f"{origin}: {day} is decreed twice")
        seen.add(day)
