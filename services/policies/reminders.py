"""What a reminder policy may say."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.deadlines.calendars import CalendarKind
from services.deadlines.rules import Name, Rules


class LateJoiners(StrEnum):
    """What someone gets of the waves that passed before their duty was opened."""

    LATEST_ONLY = "latest_only"
    NONE = "none"


class Wave(Rules):
    """One reminder: so many days from the due date (negative: before it), in these words."""

    days: Annotated[int, Field(ge=-366, le=-1)]
    template: Name


class ReminderPolicy(Rules):
    """The reminders of one deadline, at `send_hour` in the recipient's own zone, on working days."""

    name: Name
    deadline: Name
    while_status: Annotated[tuple[Name, ...], Field(min_length=1)]
    send_hour: time
    calendar: CalendarKind
    waves: Annotated[tuple[Wave, ...], Field(min_length=1)]
    late_joiners: LateJoiners

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = [wave.days for wave in self.waves]
        if days != sorted(set(days)):
            raise ValueError("waves are listed once each, the earliest first")
        return self

    def applies_to(self, status: str) -> bool:
        """Whether a case in this status is still reminded."""
        return status in self.while_status
