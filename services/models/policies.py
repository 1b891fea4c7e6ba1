"""Rules, calendars and the identity of this database, as rows."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, new_id, one_of


class Instance(SQLModel, table=True):
    """The one row that says which database this is. A rehearsal is a rehearsal for ever."""

    __tablename__: ClassVar[str] = "instance"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    singleton: bool = Field(default=True, unique=True)
    rehearsal: bool = False
    created_at: datetime = instant()


class RehearsalClock(SQLModel, table=True):
    """The stored instant of a rehearsal database, how far an advance has come, and how the last one failed."""

    __tablename__: ClassVar[str] = "rehearsal_clock"

    singleton: bool = Field(default=True, primary_key=True)
    instant_now: datetime = instant(sa_column_kwargs={"name": "instant"})
    target: datetime | None = instant(None)
    moments: int = 0
    failure: str | None = Field(default=None, sa_type=Text)


class PolicyVersion(SQLModel, table=True):
    """One immutable set of rules."""

    __tablename__: ClassVar[str] = "policy_version"
    __table_args__ = (
        # Rules may be put back to what they were; what a release ships is stored once.
        Index("uq_policy_version_shipped", "digest", unique=True, postgresql_where=text("note = 'shipped'")),
        Index("ix_policy_version_in_force", "in_force_from", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    digest: str = Field(sa_type=Text)
    content: dict[str, Any] = json_column()
    note: str = Field(default="", sa_type=Text)
    proposed_by: str = Field(sa_type=Text)
    approved_by: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = instant()
    in_force_from: datetime | None = instant(None)


class CalendarDay(SQLModel, table=True):
    """A day that a decree, a region or an organisation made a holiday or a working day. Rows only end."""

    __tablename__: ClassVar[str] = "calendar_day"
    __table_args__ = (
        one_of("kind", ("holiday", "joint_leave", "working")),
        one_of("layer", ("decree", "region", "organisation")),
        Index(
            "uq_calendar_day_in_force",
            "layer",
            "scope",
            "day",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    layer: str = Field(sa_type=Text)
    scope: str = Field(default="", sa_type=Text)
    day: date
    kind: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    name_en: str = Field(default="", sa_type=Text)
    source: str = Field(sa_type=Text)
    decree_id: UUID | None = Field(default=None, foreign_key="holiday_decree.case_id")
    added_by: str = Field(sa_type=Text)
    added_at: datetime = instant()
    removed_at: datetime | None = instant(None)
