"""Whether what we sent arrived: evidence of receipt, reports of bounces, and whom an officer must reach otherwise."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from services.models.base import instant, new_id, one_of


class EvidenceKind(StrEnum):
    """What shows that somebody received something."""

    PORTAL_READ = "portal_read"
    EMAIL_CONFIRMED = "email_confirmed"
    CALL_NOTE = "call_note"
    VISIT_MINUTES = "visit_minutes"
    LETTER_RECEIPT = "letter_receipt"
    OFFICER_RECORD = "officer_record"


class ServiceEvidence(SQLModel, table=True):
    """One piece of evidence that a case's message, letter or question was received. Append-only.

    `received_at` is when it was received by this evidence. Words about people stand in the note, which can be
    erased; here are only ids.
    """

    __tablename__: ClassVar[str] = "service_evidence"
    __table_args__ = (
        one_of("kind", EvidenceKind),
        Index("ix_service_evidence_case", "case_id", "id"),
        Index("ix_service_evidence_message", "message_id", postgresql_where=text("message_id IS NOT NULL")),
        Index("ix_service_evidence_issued", "issued_id", postgresql_where=text("issued_id IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id")
    message_id: UUID | None = Field(default=None, foreign_key="message.id")
    issued_id: UUID | None = Field(default=None, foreign_key="issued_document.id")
    question: int | None = None
    kind: str = Field(sa_type=Text)
    received_at: datetime = instant()
    recorded_at: datetime = instant()
    recorded_by: str = Field(sa_type=Text)
    document_id: UUID | None = Field(default=None, foreign_key="document.id")
    note_id: UUID | None = Field(default=None, foreign_key="case_note.id")


class BounceEffect(StrEnum):
    """What a report about a mail led to."""

    BOUNCED = "bounced"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    UNMATCHED = "unmatched"


class BounceReport(SQLModel, table=True):
    """What a mail system reported about one recipient of one of our mails (RFC 3464). The same report counts once."""

    __tablename__: ClassVar[str] = "bounce_report"
    __table_args__ = (one_of("effect", BounceEffect),)

    digest: str = Field(primary_key=True, sa_type=Text)
    recipient: str = Field(sa_type=Text)
    action: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    diagnostic: str | None = Field(default=None, sa_type=Text)
    message_header_id: str | None = Field(default=None, sa_type=Text)
    message_id: UUID | None = Field(default=None, foreign_key="message.id", index=True)
    effect: str = Field(sa_type=Text)
    reported_at: datetime = instant()


class ContactReason(StrEnum):
    """Why an officer must reach a company by another way than mail."""

    ADDRESS_BOUNCED = "address_bounced"
    RECEIPT_UNPROVEN = "receipt_unproven"
    POST_LETTER = "post_letter"
    CALL = "call"
    VISIT = "visit"
    SERVICE_DISPROVED = "service_disproved"


class ContactResult(StrEnum):
    """How a task ended. `receipt_proven` and `address_changed` come about without an officer."""

    CALLED = "called"
    WROTE = "wrote"
    VISITED = "visited"
    NOT_NEEDED = "not_needed"
    RECEIPT_PROVEN = "receipt_proven"
    ADDRESS_CHANGED = "address_changed"
    CASE_OVER = "case_over"
    LETTER_STANDS = "letter_stands"


class ContactTask(SQLModel, table=True):
    """One company to be reached. Of what is still to be done, each key stands once."""

    __tablename__: ClassVar[str] = "contact_task"
    __table_args__ = (
        one_of("reason", ContactReason),
        one_of("result", ContactResult),
        Index("uq_contact_task_key", "key", unique=True, postgresql_where=text("settled_at IS NULL")),
        Index("ix_contact_task_open", "raised_at", "id", postgresql_where=text("settled_at IS NULL")),
        Index("ix_contact_task_case", "case_id", postgresql_where=text("case_id IS NOT NULL")),
        Index("ix_contact_task_account", "account_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    key: str = Field(sa_type=Text)
    account_id: UUID = Field(foreign_key="account.id")
    case_id: UUID | None = Field(default=None, foreign_key="case_file.id")
    message_id: UUID | None = Field(default=None, foreign_key="message.id")
    reason: str = Field(sa_type=Text)
    address: str | None = Field(default=None, sa_type=Text)
    raised_at: datetime = instant()
    settled_at: datetime | None = instant(None)
    settled_by: str | None = Field(default=None, sa_type=Text)
    result: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
