"""More time asked for by a company for one of its own deadlines, and what an officer decided."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from services.models.base import instant, one_of


class ExtensionRequestStatus(StrEnum):
    """Nothing is granted by the passing of time: a request waits for an officer or for its company."""

    SUBMITTED = "submitted"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    MOOT = "moot"  # the duty was met or ended before anybody decided


_OPEN: Final = "status = 'submitted'"


class ExtensionRequest(SQLModel, table=True):
    """One request. `old_before` is the date in force when it was made; `extension_id` what was granted.

    At most one waits per deadline. Whoever grants is a person, and a refusal has a reason.
    """

    __tablename__: ClassVar[str] = "extension_request"
    __table_args__ = (
        one_of("status", ExtensionRequestStatus),
        CheckConstraint("days > 0 AND coalesce(granted_days, 1) > 0", name="days"),
        CheckConstraint("btrim(reason) <> ''", name="reason"),
        CheckConstraint(
            "status <> 'refused' OR btrim(coalesce(decision_reason, '')) <> ''", name="refused_with_reason"
        ),
        CheckConstraint("(status = 'granted') = (extension_id IS NOT NULL)", name="granted"),
        CheckConstraint(
            "decided_by IS NULL OR NOT (decided_by = 'system' OR decided_by LIKE 'process:%')",
            name="decided_by_somebody",
        ),
        Index(
            "uq_extension_request_open",
            "target_case_id",
            "deadline_name",
            unique=True,
            postgresql_where=text(_OPEN),
        ),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    number: int | None = Field(
        default=None, sa_type=Integer, unique=True, sa_column_args=(Identity(start=1001),), nullable=False
    )
    status: str = Field(default=ExtensionRequestStatus.SUBMITTED, sa_type=Text)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    target_case_id: UUID = Field(foreign_key="case_file.id", index=True)
    deadline_name: str = Field(sa_type=Text)
    old_before: datetime = instant()
    days: int
    reason: str = Field(sa_type=Text)
    document_id: UUID | None = Field(default=None, foreign_key="document.id")
    submitted_at: datetime = instant()
    submitted_by: str = Field(sa_type=Text)
    granted_days: int | None = None
    decision_reason: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = instant(None)
    decided_by: str | None = Field(default=None, sa_type=Text)
    extension_id: UUID | None = Field(default=None, foreign_key="extension.id")
