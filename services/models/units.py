"""Units of quantity that companies proposed, and those that were taken into the list for everybody."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from services.models.base import instant, new_id, one_of


class UnitProposalStatus(StrEnum):
    """Nothing is accepted by the passing of time."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class UnitProposal(SQLModel, table=True):
    """One proposal. `key` is the name without case and spaces; at most one proposal of a key waits.

    What was proposed is never rewritten, and it is decided once, by a person.
    """

    __tablename__: ClassVar[str] = "unit_proposal"
    __table_args__ = (
        one_of("status", UnitProposalStatus),
        CheckConstraint(
            "btrim(key) <> '' AND btrim(used_for) <> '' AND btrim(reason) <> ''", name="complete"
        ),
        CheckConstraint(
            "status <> 'refused' OR btrim(coalesce(decision_reason, '')) <> ''", name="refused_with_reason"
        ),
        CheckConstraint(
            "(status = 'submitted') = (decided_at IS NULL) AND (status = 'submitted') = (decided_by IS NULL)",
            name="decided_by_somebody",
        ),
        Index("uq_unit_proposal_waiting", "key", unique=True, postgresql_where=text("status = 'submitted'")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: int | None = Field(
        default=None, sa_type=Integer, unique=True, sa_column_args=(Identity(start=1001),), nullable=False
    )
    account_id: UUID = Field(foreign_key="account.id", index=True)
    name: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    used_for: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    status: str = Field(default=UnitProposalStatus.SUBMITTED, sa_type=Text)
    submitted_at: datetime = instant()
    submitted_by: str = Field(sa_type=Text)
    decision_reason: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = instant(None)
    decided_by: str | None = Field(default=None, sa_type=Text)


class AddedUnit(SQLModel, table=True):
    """A unit beside the shipped ones, for every company. Append-only: reports that use it stay readable.

    `code` is what answers hold, and says the name by itself (services.reference.units).
    """

    __tablename__: ClassVar[str] = "added_unit"

    code: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text, unique=True)
    proposal_id: UUID = Field(foreign_key="unit_proposal.id", unique=True)
    added_at: datetime = instant()
    added_by: str = Field(sa_type=Text)
