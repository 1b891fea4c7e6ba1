"""What the routes about help take and answer."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.v1.shapes import FromRow
from services.assistance.deciding import SessionOutcome
from services.models import AssistanceOrigin, AssistanceTopic, SessionWay


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AssistanceIn(_Body):
    """A question. `origin` is for officers who write down what a company asked by another way."""

    topic: AssistanceTopic
    question: str = Field(max_length=8000)
    origin: AssistanceOrigin = AssistanceOrigin.PORTAL


class SessionIn(_Body):
    """One of the sessions that are offered, and how it is to be held."""

    desk: str = Field(max_length=60)
    starts_at: AwareDatetime
    way: SessionWay


class PlaceIn(_Body):
    """Where the session is: a link, a number, a room. The company reads it."""

    place: str = Field(max_length=8000)


class AnswerIn(_Body):
    """The answer, which the company reads."""

    text: str = Field(max_length=8000)


class OutcomeIn(_Body):
    """What came of the session; the company reads the `note`."""

    outcome: SessionOutcome
    note: str = Field(max_length=8000)


class CancellationIn(_Body):
    """An officer gives a reason, which the company reads; a company may."""

    reason: str = Field(default="", max_length=8000)


class RatingIn(_Body):
    """How well the company was helped, 1 to 5."""

    satisfaction: int


class SessionOut(FromRow):
    """A booked session. `ends_at` is exclusive."""

    desk: str
    starts_at: datetime
    ends_at: datetime


class AssistanceOut(FromRow):
    """A ticket. `case_id` is its case and its id; `session` the session it has, if any."""

    case_id: UUID
    number: int
    status: str
    account_id: UUID
    topic: str
    question: str
    origin: str
    asked_at: datetime
    way: str | None
    place: str | None
    confirmed_at: datetime | None
    note: str | None
    closed_at: datetime | None
    satisfaction: int | None
    session: SessionOut | None = None


class FreeSessionOut(BaseModel):
    """A session that can be booked now; `left` seats of it are free."""

    desk: str
    starts_at: datetime
    ends_at: datetime
    left: int


class AppointmentOut(BaseModel):
    """A line of a desk's agenda. `closed_then`: hours or calendar have changed, and the desk is closed at that time."""

    starts_at: datetime
    ends_at: datetime
    closed_then: bool
    company: str
    ticket: AssistanceOut
