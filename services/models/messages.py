"""What people are told: intents, deliveries, lanes, contact health, and the development mail catcher."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, new_id, one_of


class Lane(StrEnum):
    """One queue of mail with its own connections: a slow wave never delays a password link or a letter."""

    CREDENTIALS = "credentials"
    LEGAL = "legal"
    NOTICES = "notices"


class MessageState(StrEnum):
    QUEUED = "queued"
    CLAIMED = "claimed"
    DONE = "done"
    CANCELLED = "cancelled"
    HELD = "held"


class DeliveryState(StrEnum):
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    BOUNCED = "bounced"
    FAILED = "failed"


class Message(SQLModel, table=True):
    """An intent to tell someone something, written in the transaction that decided it.

    `context` holds what the template needs beyond the case; it is personal data and may be erased.
    `planned_for` is when it should go out; a retry moves `not_before` only, the difference is its lateness.
    `attempts` counts the claims and is the fence: only the claimer of the newest attempt may send.
    `attachment_id` is the paper that goes along with the mail.
    """

    __tablename__: ClassVar[str] = "message"
    __table_args__ = (
        one_of("lane", Lane),
        one_of("state", MessageState),
        Index(
            "uq_message_dedupe_key", "dedupe_key", unique=True, postgresql_where=text("state <> 'cancelled'")
        ),
        Index("ix_message_due", "lane", "not_before", "id", postgresql_where=text("state = 'queued'")),
        Index("ix_message_claimed", "claimed_until", postgresql_where=text("state = 'claimed'")),
        Index("ix_message_account", "account_id", "id"),
        Index("ix_message_case", "case_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID | None = Field(default=None, foreign_key="case_file.id")
    account_id: UUID | None = Field(default=None, foreign_key="account.id")
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    template: str = Field(sa_type=Text)
    template_version: int = 1
    locale: str = Field(default="id", sa_type=Text)
    lane: str = Field(default=Lane.NOTICES, sa_type=Text)
    recipient: str = Field(sa_type=Text)
    context: dict[str, Any] = json_column(default_factory=dict)
    dedupe_key: str = Field(sa_type=Text)
    planned_for: datetime = instant()
    not_before: datetime = instant()
    state: str = Field(default=MessageState.QUEUED, sa_type=Text)
    state_reason: str | None = Field(default=None, sa_type=Text)
    attempts: int = 0
    claimed_until: datetime | None = instant(None)
    created_at: datetime = instant()
    done_at: datetime | None = instant(None)
    read_at: datetime | None = instant(None)
    attachment_id: UUID | None = Field(default=None, foreign_key="document.id")


class Delivery(SQLModel, table=True):
    """One mail on the wire. `sending` is committed before its DATA; a kill leaves it to become `unknown`."""

    __tablename__: ClassVar[str] = "delivery"
    __table_args__ = (
        one_of("state", DeliveryState),
        Index("ix_delivery_sending", "started_at", postgresql_where=text("state = 'sending'")),
        UniqueConstraint("message_id", "attempt"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    message_id: UUID = Field(foreign_key="message.id")
    attempt: int = 1
    message_header_id: str = Field(sa_type=Text, index=True)
    state: str = Field(default=DeliveryState.SENDING, sa_type=Text)
    smtp_answer: str | None = Field(default=None, sa_type=Text)
    started_at: datetime = instant(sa_column_kwargs={"server_default": text("now()")})
    finished_at: datetime | None = instant(None)


class LaneState(SQLModel, table=True):
    """A lane that an operator, or a restore from backup, holds."""

    __tablename__: ClassVar[str] = "lane_state"
    __table_args__ = (one_of("lane", Lane),)

    lane: str = Field(primary_key=True, sa_type=Text)
    held_at: datetime | None = instant(None)
    reason: str | None = Field(default=None, sa_type=Text)


class ContactHealth(SQLModel, table=True):
    """Whether an address still takes our mail.

    `reported`: a mail system said so afterwards, so that being accepted by a relay proves nothing.
    """

    __tablename__: ClassVar[str] = "contact_health"

    address: str = Field(primary_key=True, sa_type=Text)
    bounced_at: datetime | None = instant(None)
    answer: str | None = Field(default=None, sa_type=Text)
    reported: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    last_sent_at: datetime | None = instant(None)


class CaughtMail(SQLModel, table=True):
    """A mail accepted by the development catcher. Empty where a real SMTP server is set."""

    __tablename__: ClassVar[str] = "caught_mail"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    envelope_from: str = Field(sa_type=Text)
    envelope_to: str = Field(sa_type=Text)
    subject: str = Field(default="", sa_type=Text)
    message_header_id: str = Field(default="", sa_type=Text, index=True)
    raw: str = Field(sa_type=Text)
    accepted_at: datetime = instant(sa_column_kwargs={"server_default": text("app_now()")})
    recorded_at: datetime = instant(sa_column_kwargs={"server_default": text("now()")})
