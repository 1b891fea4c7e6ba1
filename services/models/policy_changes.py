"""A change of the rules: what it changes, from when, tried out on what is open, decided by two people."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, one_of


class PolicyChangeStatus(StrEnum):
    """Where a change of the rules stands."""

    DRAFT = "draft"
    SIMULATED = "simulated"
    APPROVED = "approved"
    IN_FORCE = "in_force"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


class PolicyChange(SQLModel, table=True):
    """A new version of the rules on its way. `changes` are {path, before, after}, in the order of the document.

    `moves_open`: open cases go on under the new version from its date; otherwise each keeps the one it has.
    `last_moved` is how far the moving has come, in the order of the cases' ids.
    """

    __tablename__: ClassVar[str] = "policy_change"
    __table_args__ = (
        one_of("status", PolicyChangeStatus),
        CheckConstraint("approved_by <> proposed_by", name="second_person"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved_by_one"),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    status: str = Field(default=PolicyChangeStatus.DRAFT, sa_type=Text)
    base_id: UUID = Field(foreign_key="policy_version.id")
    version_id: UUID = Field(foreign_key="policy_version.id", unique=True)
    changes: list[dict[str, Any]] = json_column(default_factory=list)
    valid_from: datetime = instant()
    instrument: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    moves_open: bool = True
    simulation: dict[str, Any] | None = json_column(default=None, nullable=True)
    simulated_at: datetime | None = instant(None)
    proposed_by: str = Field(sa_type=Text)
    proposed_at: datetime = instant()
    approved_by: str | None = Field(default=None, sa_type=Text)
    approved_at: datetime | None = instant(None)
    withdrawn_by: str | None = Field(default=None, sa_type=Text)
    withdrawn_at: datetime | None = instant(None)
    last_moved: UUID | None = None
    moved: int = 0
    dates_moved: int = 0
    dates_kept: int = 0
