"""Perbaikan data: a company asks that its sent report be opened again. The rules of it are constraints here."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, one_of


class RollbackStatus(StrEnum):
    REQUESTED = "requested"
    GRANTED = "granted"
    REOPENED = "reopened"
    RESENT = "resent"
    REFUSED = "refused"
    EXPIRED = "expired"


_OPEN: Final = "status IN ('requested', 'granted', 'reopened')"


class Rollback(SQLModel, table=True):
    """One request. The four rules of Permenperin 13/2025, each as a constraint:

    sent before: the foreign key to the submission. Still in verification or validation: `report_status`, which a
    trigger holds against the report at that moment. No later than two days after the due date in force:
    `in_time` (`shown_before` is what people are told, `refused_from` the lenient reading of the same days). Once
    per period: the partial unique index on what was granted, whatever the stage.

    `before` keeps the draft as it was when the report was opened again, so that it can stand as it was sent.
    """

    __tablename__: ClassVar[str] = "rollback"
    __table_args__ = (
        one_of("status", RollbackStatus),
        one_of("report_status", ("sent", "verified")),
        UniqueConstraint("report_id", "n"),
        ForeignKeyConstraint(
            ["report_id", "submission"], ["report_version.case_id", "report_version.submission"]
        ),
        ForeignKeyConstraint(
            ["report_id", "resent_submission"], ["report_version.case_id", "report_version.submission"]
        ),
        CheckConstraint("requested_at < refused_from AND shown_before <= refused_from", name="in_time"),
        CheckConstraint("btrim(reason) <> ''", name="reason"),
        CheckConstraint("jsonb_array_length(sections) > 0", name="sections"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_one"),
        CheckConstraint(
            "decided_by IS NULL OR NOT (decided_by = 'system' OR decided_by LIKE 'process:%')",
            name="decided_by_somebody",
        ),
        CheckConstraint(
            "(granted_at IS NOT NULL) = (status IN ('granted', 'reopened', 'resent', 'expired'))",
            name="granted",
        ),
        CheckConstraint(
            "status <> 'refused' OR btrim(coalesce(decision_reason, '')) <> ''", name="refused_with_reason"
        ),
        CheckConstraint("(resent_submission IS NOT NULL) = (status = 'resent')", name="resent"),
        CheckConstraint("resent_submission IS NULL OR resent_submission > submission", name="resent_after"),
        Index(
            "uq_rollback_one_granted",
            "account_id",
            "period",
            unique=True,
            postgresql_where=text("granted_at IS NOT NULL"),
        ),
        Index("uq_rollback_one_open", "report_id", unique=True, postgresql_where=text(_OPEN)),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    report_id: UUID = Field(foreign_key="report.case_id")
    n: int
    account_id: UUID = Field(foreign_key="account.id")
    period: str = Field(sa_type=Text)
    submission: int
    report_status: str = Field(sa_type=Text)
    status: str = Field(default=RollbackStatus.REQUESTED, sa_type=Text)
    reason: str = Field(sa_type=Text)
    sections: list[str] = json_column()
    shown_before: datetime = instant()
    refused_from: datetime = instant()
    window_id: UUID = Field(foreign_key="derivation.id")
    requested_at: datetime = instant()
    requested_by: str = Field(sa_type=Text)
    decided_at: datetime | None = instant(None)
    decided_by: str | None = Field(default=None, sa_type=Text)
    decision_reason: str | None = Field(default=None, sa_type=Text)
    granted_at: datetime | None = instant(None)
    reopened_at: datetime | None = instant(None)
    ended_at: datetime | None = instant(None)
    resent_submission: int | None = None
    before: dict[str, Any] | None = json_column(default=None, nullable=True)
