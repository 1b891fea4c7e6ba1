"""Data Lain: the order that was given, the request to each company, its questions and their answers."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, Index, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, new_id, one_of


class RequestKind(StrEnum):
    """What Data Lain may be (Permenperin 13/2025); one request may be of several kinds."""

    ADDITIONAL = "additional"
    CLARIFICATION = "clarification"
    EXTRAORDINARY = "extraordinary"


class RequestChannel(StrEnum):
    """How the request reaches the company. The answer comes through the portal whatever the channel."""

    PORTAL = "portal"
    LETTER = "letter"
    EMAIL = "email"
    TELEPHONE = "telephone"
    VISIT = "visit"


class DataRequestStatus(StrEnum):
    """`sent`: receipt is not proven yet. `received`: the three days run. Being late is computed, not stored."""

    SENT = "sent"
    RECEIVED = "received"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class AttachmentSide(StrEnum):
    QUESTION = "question"
    ANSWER = "answer"


class DataRequestOrder(SQLModel, table=True):
    """One instruction to ask one or many companies. `counts` says what became of it when it was given."""

    __tablename__: ClassVar[str] = "data_request_order"
    __table_args__ = (one_of("channel", RequestChannel),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: int | None = Field(
        default=None, sa_type=Integer, unique=True, sa_column_args=(Identity(start=1),), nullable=False
    )
    kinds: list[str] = Field(sa_type=ARRAY(Text))
    channel: str = Field(sa_type=Text)
    question: str = Field(sa_type=Text)
    mandate: str = Field(sa_type=Text)
    scope: dict[str, Any] = json_column(default_factory=dict)
    counts: dict[str, Any] = json_column(default_factory=dict)
    ordered_by: str = Field(sa_type=Text)
    ordered_at: datetime = instant()


class DataRequest(SQLModel, table=True):
    """The request to one company. `question` is the number of the question now open: follow-ups count on.

    `channel` is the one in use: mail to an address that refuses ours becomes a letter. `token_hash` opens the
    page on which the reader of the mail confirms that it arrived.
    """

    __tablename__: ClassVar[str] = "data_request"
    __table_args__ = (
        one_of("channel", RequestChannel),
        CheckConstraint("cardinality(kinds) > 0", name="kinds"),
        Index("ix_data_request_account", "account_id", "case_id"),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    number: int | None = Field(
        default=None, sa_type=Integer, unique=True, sa_column_args=(Identity(start=1),), nullable=False
    )
    order_id: UUID = Field(foreign_key="data_request_order.id", index=True)
    account_id: UUID = Field(foreign_key="account.id")
    kinds: list[str] = Field(sa_type=ARRAY(Text))
    channel: str = Field(sa_type=Text)
    mandate: str = Field(sa_type=Text)
    report_case_id: UUID | None = Field(default=None, foreign_key="report.case_id")
    section: str | None = Field(default=None, sa_type=Text)
    question: int = 1
    token_hash: str | None = Field(default=None, sa_type=Text, unique=True)


class DataRequestQuestion(SQLModel, table=True):
    """One question with its receipt, its answer and what the officer said to that.

    `due_before` and `lenient_before` are the dates that were in force when it was answered.
    """

    __tablename__: ClassVar[str] = "data_request_question"

    case_id: UUID = Field(primary_key=True, foreign_key="data_request.case_id")
    number: int = Field(primary_key=True)
    text: str = Field(sa_type=Text)
    asked_by: str = Field(sa_type=Text)
    sent_at: datetime = instant()
    received_at: datetime | None = instant(None)
    received_by: str | None = Field(default=None, sa_type=Text)
    answer: str | None = Field(default=None, sa_type=Text)
    answered_at: datetime | None = instant(None)
    answered_by: str | None = Field(default=None, sa_type=Text)
    due_before: datetime | None = instant(None)
    lenient_before: datetime | None = instant(None)
    decided_at: datetime | None = instant(None)
    decided_by: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)


class DataRequestAttachment(SQLModel, table=True):
    """A file of an order (for everyone it asks), or of one question or answer of one request."""

    __tablename__: ClassVar[str] = "data_request_attachment"
    __table_args__ = (
        one_of("side", AttachmentSide),
        CheckConstraint("(order_id IS NULL) <> (case_id IS NULL)", name="owner"),
        Index("ix_data_request_attachment_order", "order_id"),
        Index("ix_data_request_attachment_case", "case_id", "question"),
    )

    document_id: UUID = Field(primary_key=True, foreign_key="document.id")
    order_id: UUID | None = Field(default=None, foreign_key="data_request_order.id")
    case_id: UUID | None = Field(default=None, foreign_key="data_request.case_id")
    question: int | None = None
    side: str = Field(sa_type=Text)
