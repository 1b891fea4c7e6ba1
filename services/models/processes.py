"""Detail tables of the processes: registration, period, report."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, new_id, one_of


class RegistrationStatus(StrEnum):
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    LAPSED = "lapsed"


class Institution(StrEnum):
    """Who may hold a type D account."""

    MINISTRY = "ministry"
    AGENCY = "agency"
    MISSION = "mission"
    PROVINCE = "province"
    REGENCY = "regency"


class LetterBasis(StrEnum):
    """What a type D account is granted on."""

    LETTER = "letter"
    AGREEMENT = "agreement"


class Registration(SQLModel, table=True):
    """What a company typed, or the letter of an institution asks for (type D), and what the UPP decided."""

    __tablename__: ClassVar[str] = "registration"
    __table_args__ = (
        Index("ix_registration_factory", "nib", "region_code", "address_key"),
        one_of("institution", Institution),
        one_of("letter_basis", LetterBasis),
        CheckConstraint(
            "(kind = 'government') = (institution IS NOT NULL AND letter_basis IS NOT NULL"
            " AND letter_number IS NOT NULL AND letter_date IS NOT NULL)",
            name="official_letter",
        ),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    number: int | None = Field(
        default=None, sa_type=Integer, unique=True, sa_column_args=(Identity(start=100001),), nullable=False
    )
    kind: str = Field(default="company", sa_type=Text)
    company_name: str = Field(sa_type=Text)
    nib: str | None = Field(default=None, sa_type=Text)
    npwp: str | None = Field(default=None, sa_type=Text)
    npwp_warning: bool = False
    email: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    address: str = Field(sa_type=Text)
    address_key: str = Field(sa_type=Text)
    institution: str | None = Field(default=None, sa_type=Text)
    letter_basis: str | None = Field(default=None, sa_type=Text)
    letter_number: str | None = Field(default=None, sa_type=Text)
    letter_date: date | None = None
    similar_to: list[str] = json_column(default_factory=list)
    document_id: UUID = Field(foreign_key="document.id")
    submission: int = 1
    submitted_at: datetime = instant()
    checklist: dict[str, Any] = json_column(default_factory=dict)
    decision_reason: str | None = Field(default=None, sa_type=Text)
    decided_by: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = instant(None)
    account_type: str | None = Field(default=None, sa_type=Text)
    account_id: UUID | None = None


class PeriodStatus(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    DUE = "due"
    CLOSED = "closed"


class ReportingPeriod(SQLModel, table=True):
    """The quarterly cycle of everyone. Its counts are of the last summary."""

    __tablename__: ClassVar[str] = "reporting_period"

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    code: str = Field(sa_type=Text, unique=True)
    regime: str = Field(sa_type=Text)
    opens_at: datetime = instant()
    sending_opens_at: datetime = instant()
    due_before: datetime = instant()
    counts: dict[str, Any] = json_column(default_factory=dict)


class WaveRun(SQLModel, table=True):
    """A moment of a period that has been acted on, for everyone who shares it (same date, same zone)."""

    __tablename__: ClassVar[str] = "wave_run"

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    moment: str = Field(primary_key=True, sa_type=Text)
    at: datetime = instant()
    counts: dict[str, Any] = json_column(default_factory=dict)
    done_at: datetime | None = instant(None)


class ReportStatus(StrEnum):
    """Official states of a report (SIINas guide, Permenperin 13/2025)."""

    UPCOMING = "upcoming"
    NOT_STARTED = "not_started"
    DRAFT = "draft"
    SENT = "sent"
    RETURNED = "returned"
    VERIFIED = "verified"
    VALIDATED = "validated"
    ROLLBACK_REQUESTED = "rollback_requested"
    REOPENED = "reopened"
    EXCUSED = "excused"
    CLOSED = "closed"


class Report(SQLModel, table=True):
    """One obligation of one account: a period and a stage. `content_version` is the company's own ETag.

    `sent_at` is the sending that counts for timeliness. `statement_letter_hash` is what the letter last printed
    speaks of, `statement_hash` what the uploaded scan does: each holds while the data and number still give it.
    """

    __tablename__: ClassVar[str] = "report"
    __table_args__ = (UniqueConstraint("account_id", "period", "stage"),)

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    number: int | None = Field(
        default=None, sa_type=Integer, unique=True, sa_column_args=(Identity(start=10001),), nullable=False
    )
    account_id: UUID = Field(foreign_key="account.id")
    period: str = Field(sa_type=Text)
    stage: str = Field(sa_type=Text)
    form_id: str | None = Field(default=None, sa_type=Text)
    form_version: int | None = None
    family: str | None = Field(default=None, sa_type=Text)
    size: str | None = Field(default=None, sa_type=Text)
    content_version: int = 0
    submission: int = 0
    sent_at: datetime | None = instant(None)
    statement_number: str | None = Field(default=None, sa_type=Text)
    statement_letter_hash: str | None = Field(default=None, sa_type=Text)
    statement_letter_version: int | None = None
    statement_hash: str | None = Field(default=None, sa_type=Text)
    statement_document_id: UUID | None = Field(default=None, foreign_key="document.id")


class ReportSection(SQLModel, table=True):
    """A section of the draft as last saved: `typed` is what was typed, `data` what it means."""

    __tablename__: ClassVar[str] = "report_section"

    case_id: UUID = Field(primary_key=True, foreign_key="report.case_id")
    section: str = Field(primary_key=True, sa_type=Text)
    data: dict[str, Any] = json_column(default_factory=dict)
    typed: dict[str, Any] = json_column(default_factory=dict)
    errors: list[dict[str, Any]] = json_column(default_factory=list)
    saved_at: datetime = instant()
    saved_by: str = Field(sa_type=Text)


class ReportVersion(SQLModel, table=True):
    """What was sent, word for word, with its hash. Never updated."""

    __tablename__: ClassVar[str] = "report_version"
    __table_args__ = (UniqueConstraint("case_id", "submission"), UniqueConstraint("case_id", "command_id"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="report.case_id")
    submission: int
    family: str = Field(sa_type=Text)
    size: str | None = Field(default=None, sa_type=Text)
    form_id: str = Field(sa_type=Text)
    form_version: int
    content: dict[str, Any] = json_column()
    content_hash: str = Field(sa_type=Text)
    statement_number: str = Field(sa_type=Text)
    statement_document_id: UUID | None = Field(default=None, foreign_key="document.id")
    sent_at: datetime = instant()
    sent_by: str = Field(sa_type=Text)
    command_id: str = Field(sa_type=Text)


class BaselineCorrection(SQLModel, table=True):
    """An officer lowered the investment a report is compared with, with a reason."""

    __tablename__: ClassVar[str] = "baseline_correction"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    stage: str = Field(sa_type=Text)
    before_period: str = Field(sa_type=Text)
    field: str = Field(sa_type=Text)
    value: int = Field(sa_type=BigInteger)
    reason: str = Field(sa_type=Text)
    made_by: str = Field(sa_type=Text)
    made_at: datetime = instant()
