"""Decrees about days: what they say of each day, and every open deadline that moved because of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, Index, Integer, Text
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, one_of


class DecreeStatus(StrEnum):
    DRAFT = "draft"
    PREVIEWED = "previewed"
    APPROVED = "approved"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    CANCELLED = "cancelled"


class DecreeLayer(StrEnum):
    """For whom a decree holds; each layer overrides those before it."""

    DECREE = "decree"
    REGION = "region"
    ORGANISATION = "organisation"


class LineState(StrEnum):
    """A line is what the dry run foresaw, what was moved, or what was moved back."""

    PLANNED = "planned"
    MOVED = "moved"
    UNDONE = "undone"


class HolidayDecree(SQLModel, table=True):
    """One decree. `scope` is empty, a region's code or a NIB, as the layer asks.

    `sequence` is the place in which it came into force: of two that speak of one day, the later holds.
    """

    __tablename__: ClassVar[str] = "holiday_decree"
    __table_args__ = (
        one_of("status", DecreeStatus),
        one_of("layer", DecreeLayer),
        CheckConstraint("(layer = 'decree') = (scope = '')", name="scope"),
        CheckConstraint("approved_by IS NULL OR approved_by <> requested_by", name="second_person"),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    number: int | None = Field(
        default=None, sa_type=Integer, unique=True, sa_column_args=(Identity(start=1),), nullable=False
    )
    status: str = Field(default=DecreeStatus.DRAFT, sa_type=Text)
    layer: str = Field(sa_type=Text)
    scope: str = Field(default="", sa_type=Text)
    instrument: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    document_id: UUID | None = Field(default=None, foreign_key="document.id")
    notify: bool = True
    counts: dict[str, Any] = json_column(default_factory=dict)
    calendar_seen: str | None = Field(default=None, sa_type=Text)
    sequence: int | None = Field(default=None, unique=True)
    previewed_at: datetime | None = instant(None)
    requested_by: str = Field(sa_type=Text)
    requested_at: datetime = instant()
    approved_by: str | None = Field(default=None, sa_type=Text)
    approved_at: datetime | None = instant(None)
    in_force_at: datetime | None = instant(None)
    applied_at: datetime | None = instant(None)
    undone_by: str | None = Field(default=None, sa_type=Text)
    undone_at: datetime | None = instant(None)


class DecreeDay(SQLModel, table=True):
    """What a decree says of one day."""

    __tablename__: ClassVar[str] = "decree_day"
    __table_args__ = (one_of("kind", ("holiday", "joint_leave", "working")),)

    case_id: UUID = Field(primary_key=True, foreign_key="holiday_decree.case_id")
    day: date = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    name_en: str = Field(default="", sa_type=Text)


class DecreeLine(SQLModel, table=True):
    """One open deadline before and after the decree; both readings of the law, and why, before and after."""

    __tablename__: ClassVar[str] = "decree_line"
    __table_args__ = (
        one_of("state", LineState),
        Index("ix_decree_line_case", "case_id", "deadline_name"),
    )

    decree_id: UUID = Field(primary_key=True, foreign_key="holiday_decree.case_id")
    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    deadline_name: str = Field(primary_key=True, sa_type=Text)
    state: str = Field(default=LineState.PLANNED, sa_type=Text)
    old_before: datetime = instant()
    new_before: datetime = instant()
    old_lenient_before: datetime | None = instant(None)
    new_lenient_before: datetime | None = instant(None)
    told: bool = False
    undone_at: datetime | None = instant(None)
