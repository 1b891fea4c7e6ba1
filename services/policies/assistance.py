"""The helpdesk as rules: where and when it is open, how long a session is, how many at once, until when it moves."""

from datetime import time, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from services.deadlines.calendars import CalendarKind
from services.deadlines.rules import Name, Rules
from services.i18n import N_
from services.policies.source import Flaw, Flaws


class Weekday(StrEnum):
    """The days of the week, in the order in which `date.weekday()` counts them."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class OpenHours(Rules):
    """When a desk is open on one day of the week, on its own clock."""

    name: Weekday
    opens: time
    closes: time

    @model_validator(mode="after")
    def _open_at_all(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("a desk closes after it opens")
        return self


class Desk(Rules):
    """One helpdesk: `parallel` sessions of `slot_minutes` at once, for companies whose region begins with `region`."""

    name: Name
    label: Annotated[str, Field(min_length=3)]
    region: Annotated[str, Field(pattern=r"^(\d\d(\.\d\d)?)?$")]
    zone: Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]
    calendar: CalendarKind
    hours: Annotated[tuple[OpenHours, ...], Field(min_length=1)]
    slot_minutes: Annotated[int, Field(ge=10, le=240)]
    parallel: Annotated[int, Field(ge=1, le=100)]
    basis: Annotated[str, Field(min_length=3)]

    @property
    def timezone(self) -> ZoneInfo:
        """The zone on whose clock the desk opens and closes."""
        return ZoneInfo(self.zone)

    @property
    def length(self) -> timedelta:
        """How long one session is."""
        return timedelta(minutes=self.slot_minutes)

    def serves(self, region_code: str) -> bool:
        """Whether a company in this region may come to this desk."""
        return not self.region or region_code == self.region or region_code.startswith(f"{self.region}.")


class AssistancePolicy(Rules):
    """All desks, and what holds at each of them."""

    desks: Annotated[tuple[Desk, ...], Field(min_length=1)]
    notice_minutes: Annotated[int, Field(ge=0, le=10_080)]
    furthest_days: Annotated[int, Field(ge=1, le=92)]
    change_until_minutes: Annotated[int, Field(ge=0, le=10_080)]
    remind_hours: Annotated[int, Field(ge=1, le=168)]
    open_sessions: Annotated[int, Field(ge=1, le=20)]
    basis: Annotated[str, Field(min_length=3)]

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [desk.name for desk in self.desks]
        names += [f"{desk.name}.{hours.name}" for desk in self.desks for hours in desk.hours]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise Flaws(
                [
                    Flaw(f"{name} is given twice", N_("{entry} diatur dua kali."), entry=name)
                    for name in doubled
                ]
            )
        return self

    def desk(self, name: str) -> Desk | None:
        """The desk of this name."""
        return next((desk for desk in self.desks if desk.name == name), None)

    def desks_for(self, region_code: str) -> list[Desk]:
        """The desks to which a company of this region may come, the nearest first."""
        found = [desk for desk in self.desks if desk.serves(region_code)]
        return sorted(found, key=lambda desk: -len(desk.region))


class AssistanceFile(Rules):
    """`assistance.yaml`."""

    assistance: AssistancePolicy
