"""Written reprimands (teguran) for disorderly reporting: what was found, who proposed, who decided, the letter."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from services.models.base import instant, one_of
from services.models.warnings import AuthorityLevel, LetterChannel


class ReprimandStatus(StrEnum):
    """The service lists whom it may concern; one official proposes, another decides."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Disorder(StrEnum):
    """What is disorderly about the reporting of one period."""

    MISSING = "missing"
    LATE = "late"
    UNCORRECTED = "uncorrected"
    RETURNED = "returned"


class Reprimand(SQLModel, table=True):
    """One reprimand of one company: proposed by one official of the office, decided by another.

    `sent_at` is when it was given, by mail or to the post; `posted_at` when its paper was handed to the post.
    """

    __tablename__: ClassVar[str] = "reprimand"
    __table_args__ = (
        one_of("status", ReprimandStatus),
        one_of("authority_level", AuthorityLevel),
        one_of("channel", LetterChannel),
        CheckConstraint("btrim(reason) <> ''", name="reason"),
        CheckConstraint("decided_by <> proposed_by", name="second_person"),
        CheckConstraint("(decided_at IS NULL) = (status IN ('proposed', 'withdrawn'))", name="decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_one"),
        CheckConstraint(
            "NOT (decided_by = 'system' OR decided_by LIKE 'process:%')", name="decided_by_somebody"
        ),
        CheckConstraint(
            "status <> 'refused' OR btrim(coalesce(decision_note, '')) <> ''", name="refused_with_reason"
        ),
        CheckConstraint("(sent_at IS NOT NULL) = (status = 'issued')", name="sent_when_issued"),
        CheckConstraint("sent_at IS NULL OR document_id IS NOT NULL", name="sent_as_letter"),
        CheckConstraint("print_batch_id IS NULL OR channel = 'post'", name="printed_for_the_post"),
        CheckConstraint(
            "posted_at IS NULL OR (print_batch_id IS NOT NULL AND sent_at IS NOT NULL)", name="posted_as_printed"
        ),
        Index(
            "uq_reprimand_waiting", "account_id", unique=True,
            postgresql_where=text("status IN ('proposed', 'approved')"),
        ),
        Index(
            "ix_reprimand_to_print", "authority", "case_id",
            postgresql_where=text("channel = 'post' AND posted_at IS NULL"),
        ),
    )  # fmt: skip

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    number: int | None = Field(
        default=None, sa_type=Integer, unique=True, sa_column_args=(Identity(start=1001),), nullable=False
    )
    status: str = Field(default=ReprimandStatus.PROPOSED, sa_type=Text)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    authority_level: str = Field(sa_type=Text)
    authority: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    proposed_at: datetime = instant()
    proposed_by: str = Field(sa_type=Text)
    decision_note: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = instant(None)
    decided_by: str | None = Field(default=None, sa_type=Text)
    approver: str = Field(default="", sa_type=Text)
    channel: str = Field(default=LetterChannel.EMAIL, sa_type=Text)
    letter_date: date | None = None
    issued_id: UUID | None = Field(default=None, foreign_key="issued_document.id", unique=True)
    document_id: UUID | None = Field(default=None, foreign_key="document.id")
    print_batch_id: UUID | None = Field(default=None, foreign_key="print_batch.id", index=True)
    sent_at: datetime | None = instant(None)
    posted_at: datetime | None = instant(None)


class ReprimandFinding(SQLModel, table=True):
    """One report that a reprimand names, and why. No disorder is held against a company twice."""

    __tablename__: ClassVar[str] = "reprimand_finding"
    __table_args__ = (
        one_of("disorder", Disorder),
        Index(
            "uq_reprimand_finding_once", "report_id", "disorder", unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
    )  # fmt: skip

    case_id: UUID = Field(primary_key=True, foreign_key="reprimand.case_id")
    report_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    disorder: str = Field(primary_key=True, sa_type=Text)
    released_at: datetime | None = instant(None)
