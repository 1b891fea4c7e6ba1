"""Detail tables of the review of reports: what was found in a submission, who approved, what came back."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, new_id, one_of

# Nothing is approved by the passing of time: only somebody may have done it (Permenperin 13/2025 names
# Pusdatin and the supervising directorates).
_BY_SOMEBODY = "{0} IS NULL OR NOT ({0} = 'system' OR {0} LIKE 'process:%')"


class ReviewDesk(StrEnum):
    """The two parts of the review: Pusdatin verifies, the supervising directorates validate."""

    VERIFICATION = "verification"
    VALIDATION = "validation"


class CorrectionAnswer(StrEnum):
    """Perbaiki or Tanggapi."""

    FIXED = "fixed"
    RESPONDED = "responded"


class ReportReview(SQLModel, table=True):
    """What the checks found in one submission, and who verified it. `batch_id`: approved in bulk.

    `supervising` are the directorates to be asked, each with the KBLI divisions of the report that are theirs.
    """

    __tablename__: ClassVar[str] = "report_review"
    __table_args__ = (
        ForeignKeyConstraint(
            ["case_id", "submission"], ["report_version.case_id", "report_version.submission"]
        ),
        CheckConstraint("(verified_at IS NULL) = (verified_by IS NULL)", name="verified_by_one"),
        CheckConstraint(_BY_SOMEBODY.format("verified_by"), name="verified_by_somebody"),
        CheckConstraint("verified_at IS NULL OR returned_in IS DISTINCT FROM 'verification'", name="one_end"),
        Index("ix_report_review_flagged", "flagged", "case_id"),
    )

    case_id: UUID = Field(primary_key=True)
    submission: int = Field(primary_key=True)
    flags: list[dict[str, Any]] = json_column(default_factory=list)
    flagged: bool = False
    supervising: dict[str, list[str]] = json_column(default_factory=dict)
    examined_at: datetime = instant()
    verified_at: datetime | None = instant(None)
    verified_by: str | None = Field(default=None, sa_type=Text)
    returned_at: datetime | None = instant(None)
    returned_by: str | None = Field(default=None, sa_type=Text)
    returned_in: str | None = Field(default=None, sa_type=Text)
    batch_id: UUID | None = Field(default=None, foreign_key="review_batch.id")


class ReportValidation(SQLModel, table=True):
    """One supervising directorate's part in the validation of one submission."""

    __tablename__: ClassVar[str] = "report_validation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["case_id", "submission"], ["report_review.case_id", "report_review.submission"]
        ),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_one"),
        CheckConstraint(_BY_SOMEBODY.format("approved_by"), name="approved_by_somebody"),
        Index(
            "ix_report_validation_waiting",
            "directorate",
            "case_id",
            postgresql_where=text("approved_at IS NULL"),
        ),
    )

    case_id: UUID = Field(primary_key=True)
    submission: int = Field(primary_key=True)
    directorate: str = Field(primary_key=True, sa_type=Text)
    divisions: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    approved_at: datetime | None = instant(None)
    approved_by: str | None = Field(default=None, sa_type=Text)
    batch_id: UUID | None = Field(default=None, foreign_key="review_batch.id")


class ReportCorrection(SQLModel, table=True):
    """A note about one section of a returned report, and how the company answered it (Tracking Pemrosesan)."""

    __tablename__: ClassVar[str] = "report_correction"
    __table_args__ = (
        ForeignKeyConstraint(
            ["case_id", "submission"], ["report_review.case_id", "report_review.submission"]
        ),
        one_of("answer", CorrectionAnswer),
        CheckConstraint("btrim(note) <> ''", name="note"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        Index("ix_report_correction_case", "case_id", "submission"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID
    submission: int
    section: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    raised_in: str = Field(sa_type=Text)
    directorate: str | None = Field(default=None, sa_type=Text)
    raised_at: datetime = instant()
    raised_by: str = Field(sa_type=Text)
    answer: str | None = Field(default=None, sa_type=Text)
    response: str | None = Field(default=None, sa_type=Text)
    answered_at: datetime | None = instant(None)
    answered_by: str | None = Field(default=None, sa_type=Text)


class ReviewBatch(SQLModel, table=True):
    """A bulk approval: what its preview showed, who approved it, what was left out and why.

    `chosen` are the submissions previewed: [{case, submission}]; `left_out` the cases not approved: {case: why}.
    """

    __tablename__: ClassVar[str] = "review_batch"
    __table_args__ = (
        one_of("desk", ReviewDesk),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_one"),
        CheckConstraint("approved_by IS NULL OR approved_by LIKE 'person:%'", name="approved_by_a_person"),
        CheckConstraint("(desk = 'validation') = (directorate IS NOT NULL)", name="directorate"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    desk: str = Field(sa_type=Text)
    directorate: str | None = Field(default=None, sa_type=Text)
    filters: dict[str, Any] = json_column(default_factory=dict)
    chosen: list[dict[str, Any]] = json_column(default_factory=list)
    counts: dict[str, int] = json_column(default_factory=dict)
    previewed_by: str = Field(sa_type=Text)
    previewed_at: datetime = instant()
    approved_by: str | None = Field(default=None, sa_type=Text)
    approved_at: datetime | None = instant(None)
    left_out: dict[str, str] = json_column(default_factory=dict)
