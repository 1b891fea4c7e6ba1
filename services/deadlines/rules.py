"""What a deadline rule may say: anchor, span, edge of the day, roll, lenient reading. Rules are data."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.deadlines.calendars import CalendarKind

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
RegimeId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


class Rules(BaseModel):
    """Base of everything read from `policies/`: immutable, and nothing unknown is tolerated."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Anchor(StrEnum):
    """What a deadline is counted from."""

    PERIOD_END = "period_end"
    REPORT_DUE = "report_due"
    SUBMITTED_AT = "submitted_at"
    SENT_AT = "sent_at"
    VERIFIED_AT = "verified_at"
    RETURNED_AT = "returned_at"
    GRANTED_AT = "granted_at"
    REQUESTED_AT = "requested_at"
    RECEIVED_AT = "received_at"
    LETTER_DATE = "letter_date"
    LETTER_SENT_AT = "letter_sent_at"
    EXPIRES_ON = "expires_on"
    SESSION_ENDED_AT = "session_ended_at"

    @property
    def is_day(self) -> bool:
        """A calendar day (a `date`) rather than an instant."""
        return self in (Anchor.PERIOD_END, Anchor.LETTER_DATE, Anchor.EXPIRES_ON)

    @property
    def is_deadline(self) -> bool:
        """The exclusive instant of another deadline, in force now: its last day is what counts."""
        return self is Anchor.REPORT_DUE


class Unit(StrEnum):
    """Days of the calendar, or only those that are worked."""

    CALENDAR = "calendar"
    WORKING = "working"


class Roll(StrEnum):
    """What happens to a date that falls on a day off."""

    NONE = "none"
    FOLLOWING = "following"
    PRECEDING = "preceding"


class Edge(StrEnum):
    """Whether the rule names the last moment of something, or its first."""

    END = "end"
    START = "start"


class Span(Rules):
    """A length: so many days (calendar, or working on a calendar), or so many calendar months."""

    days: Annotated[int, Field(ge=1, le=3660)] | None = None
    months: Annotated[int, Field(ge=1, le=120)] | None = None
    unit: Unit
    calendar: CalendarKind | None = None

    @model_validator(mode="after")
    def _one_meaning(self) -> Self:
        if (self.days is None) == (self.months is None):
            raise ValueError("a span has either days or months")
        if self.months is not None and self.unit is not Unit.CALENDAR:
            raise ValueError("months are counted on the calendar")
        if (self.unit is Unit.WORKING) != (self.calendar is not None):
            raise ValueError("working days, and only they, need a calendar")
        return self

    @property
    def length(self) -> int:
        """How many days or months, whichever it is given in."""
        return self.days or self.months or 0


class Rule(Rules):
    """One deadline: `add` to the anchor's day; it ends after the second `at`, or starts with it."""

    name: Name
    regime: RegimeId | None = None
    anchor: Anchor
    add: Span
    at: time
    edge: Edge
    zone: Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]
    roll: Roll
    roll_calendar: CalendarKind | None = None
    lenient: Span | None = None
    basis: Annotated[str, Field(min_length=3)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.at.microsecond or self.at.tzinfo:
            raise ValueError("`at` is a local time of day in whole seconds")
        if (self.roll is Roll.NONE) != (self.roll_calendar is None):
            raise ValueError("a rule that rolls, and only such a rule, needs a roll_calendar")
        if self.roll is not Roll.NONE and self.add.unit is Unit.WORKING:
            raise ValueError("a rule that counts working days ends on one: there is nothing to roll")
        return self

    @property
    def timezone(self) -> ZoneInfo:
        """The zone on whose clock the day begins and ends."""
        return ZoneInfo(self.zone)

    @property
    def calendars(self) -> frozenset[CalendarKind]:
        """The calendars that can move this deadline."""
        used = (self.add.calendar, self.roll_calendar, self.lenient.calendar if self.lenient else None)
        return frozenset(kind for kind in used if kind)


class ShareRule(Rules):
    """A moment part of the way to a deadline, measured in office time only."""

    name: Name
    of: Name
    percent: Annotated[int, Field(ge=1, le=99)]
    basis: Annotated[str, Field(min_length=3)]


class OfficeHours(Rules):
    """When an office is open on the days it works."""

    opens: time
    closes: time
    zone: Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]
    calendar: CalendarKind
    basis: Annotated[str, Field(min_length=3)]

    @model_validator(mode="after")
    def _open_at_all(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("an office closes after it opens")
        return self
