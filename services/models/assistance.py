"""Help for companies: what was asked, the sessions booked at a desk, what an officer recorded of them."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, Index, Integer, SmallInteger, Text, text
from sqlmodel import Field, SQLModel

from services.models.base import instant, new_id, one_of


class AssistanceStatus(StrEnum):
    """Nothing is ended by the passing of time: an officer answers, or records what came of a session."""

    ASKED = "asked"
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ANSWERED = "answered"
    HELD = "held"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class AssistanceTopic(StrEnum):
    """What companies ask about; the first three are the most frequent questions of the SIINas guide."""

    INVESTMENT_VALUES = "investment_values"
    HS_CODE = "hs_code"
    CANNOT_SEND = "cannot_send"
    COMPANY_DATA = "company_data"
    LICENCES = "licences"
    ACCESS = "access"
    DEADLINES = "deadlines"
    OTHER = "other"


class AssistanceOrigin(StrEnum):
    """By which way the question came; all but the portal are written down by an officer."""

    PORTAL = "portal"
    TELEPHONE = "telephone"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    VISIT = "visit"


class SessionWay(StrEnum):
    """How a session is held."""

    VIDEO = "video"
    TELEPHONE = "telephone"
    OFFICE = "office"


_OPEN = "status IN ('asked', 'booked', 'confirmed')"
_BY_SOMEBODY = "NOT (closed_by = 'system' OR closed_by LIKE 'process:%')"


class AssistanceTicket(SQLModel, table=True):
    """One question. `turn` counts how often it got, changed or gave up a session; `note` is what the company reads.

    `place` (a link, a number, a room) is given when an officer confirms the session.
    """

    __tablename__: ClassVar[str] = "assistance_ticket"
    __table_args__ = (
        one_of("status", AssistanceStatus),
        one_of("topic", AssistanceTopic),
        one_of("origin", AssistanceOrigin),
        one_of("way", SessionWay),
        CheckConstraint("btrim(question) <> ''", name="question"),
        CheckConstraint(
            "(way IS NOT NULL) OR status NOT IN ('booked', 'confirmed', 'held', 'no_show')", name="way_of_session"
        ),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_one"),
        CheckConstraint("status <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmed"),
        CheckConstraint(
            f"(closed_at IS NULL) = ({_OPEN}) AND (closed_at IS NULL) = (closed_by IS NULL)", name="closed"
        ),
        CheckConstraint(_BY_SOMEBODY, name="closed_by_somebody"),
        CheckConstraint("status <> 'answered' OR btrim(coalesce(note, '')) <> ''", name="answered_in_words"),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction"),
        CheckConstraint("satisfaction IS NULL OR status IN ('answered', 'held')", name="satisfied_with_help"),
        Index("ix_assistance_ticket_account", "account_id", "case_id"),
    )  # fmt: skip

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    number: int | None = Field(
        default=None, sa_type=Integer, unique=True, sa_column_args=(Identity(start=1001),), nullable=False
    )
    status: str = Field(default=AssistanceStatus.ASKED, sa_type=Text)
    account_id: UUID = Field(foreign_key="account.id")
    topic: str = Field(sa_type=Text)
    question: str = Field(sa_type=Text)
    origin: str = Field(default=AssistanceOrigin.PORTAL, sa_type=Text)
    asked_at: datetime = instant()
    asked_by: str = Field(sa_type=Text)
    turn: int = 1
    way: str | None = Field(default=None, sa_type=Text)
    place: str | None = Field(default=None, sa_type=Text)
    confirmed_at: datetime | None = instant(None)
    confirmed_by: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    closed_at: datetime | None = instant(None)
    closed_by: str | None = Field(default=None, sa_type=Text)
    satisfaction: int | None = Field(default=None, sa_type=SmallInteger)
    rated_at: datetime | None = instant(None)


class AssistanceSession(SQLModel, table=True):
    """A session booked at a desk: one of its `parallel` seats for a while, until it is released.

    No seat is taken twice at the same time, whatever the code: an exclusion constraint of the database
    (`migrations/sql/0001_guards.sql`) holds it, also when the length of sessions has changed in between.
    """

    __tablename__: ClassVar[str] = "assistance_session"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="lasts"),
        CheckConstraint("seat BETWEEN 1 AND parallel", name="seat"),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released_by_one"),
        Index("uq_assistance_session_case", "case_id", unique=True, postgresql_where=text("released_at IS NULL")),
        Index("ix_assistance_session_agenda", "desk", "starts_at", postgresql_where=text("released_at IS NULL")),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="assistance_ticket.case_id", index=True)
    desk: str = Field(sa_type=Text)
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    seat: int
    parallel: int
    booked_at: datetime = instant()
    booked_by: str = Field(sa_type=Text)
    released_at: datetime | None = instant(None)
    released_by: str | None = Field(default=None, sa_type=Text)
