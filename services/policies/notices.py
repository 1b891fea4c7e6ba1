"""When notices may arrive."""

from datetime import time
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.deadlines.calendars import CalendarKind
from services.deadlines.rules import Rules


class NoticePolicy(Rules):
    """The hours in which readers work, on the clock of their own zone and on the days of `calendar`."""

    opens: time
    closes: time
    calendar: CalendarKind
    basis: Annotated[str, Field(min_length=3)]

    @model_validator(mode="after")
    def _open_at_all(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("readers stop working after they begin")
        return self


class NoticeFile(Rules):
    """`notices.yaml`."""

    notices: NoticePolicy
