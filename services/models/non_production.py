"""A company's letter that it produced nothing in a whole period, and what an officer decided about it."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from services.models.base import instant, one_of


class NonProductionStatus(StrEnum):
    """Nothing is excused by the passing of time: a letter waits for an officer or for its company.

    It is moot once the report was sent after all: there is nothing left to be excused from.
    """

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    MOOT = "moot"


class Signer(StrEnum):
    """In which position the letter was signed. An owner signs for a small industry alone."""

    DIRECTOR = "director"
    OWNER = "owner"


_OPEN: Final = "status = 'submitted'"


class NonProductionLetter(SQLModel, table=True):
    """One letter about one report. At most one waits per report; whoever excuses is a person."""

    __tablename__: ClassVar[str] = "non_production_letter"
    __table_args__ = (
        one_of("status", NonProductionStatus),
        one_of("signed_by", Signer),
        CheckConstraint("btrim(reason) <> ''", name="reason"),
        CheckConstraint(
            "status <> 'refused' OR btrim(coalesce(decision_reason, '')) <> ''", name="refused_with_reason"
        ),
        CheckConstraint(
            "(decided_at IS NULL) = (status IN ('submitted', 'withdrawn', 'moot'))"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided",
        ),
        CheckConstraint(
            "NOT (decided_by = 'system' OR decided_by LIKE 'process:%')", name="decided_by_somebody"
        ),
        Index("uq_non_production_open", "report_id", unique=True, postgresql_where=text(_OPEN)),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    number: int | None = Field(
        default=None, sa_type=Integer, unique=True, sa_column_args=(Identity(start=1001),), nullable=False
    )
    status: str = Field(default=NonProductionStatus.SUBMITTED, sa_type=Text)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    report_id: UUID = Field(foreign_key="case_file.id", index=True)
    letter_date: date
    signed_by: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    document_id: UUID = Field(foreign_key="document.id")
    submitted_at: datetime = instant()
    submitted_by: str = Field(sa_type=Text)
    decision_reason: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = instant(None)
    decided_by: str | None = Field(default=None, sa_type=Text)
