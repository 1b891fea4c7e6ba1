"""What regional and compliance officers did to get a report in: each contact with a company, as it was."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field, SQLModel

from services.models.base import instant, new_id, one_of


class ContactChannel(StrEnum):
    """By which way a company was spoken to."""

    TELEPHONE = "telephone"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    VISIT = "visit"


class CompanyContact(SQLModel, table=True):
    """One contact about one duty. Append-only: a mistake is corrected by another line, never rewritten.

    `at` is when it took place, `recorded_at` when it was written down. It proves no receipt and moves no date.
    """

    __tablename__: ClassVar[str] = "company_contact"
    __table_args__ = (
        one_of("channel", ContactChannel),
        CheckConstraint("btrim(summary) <> ''", name="summary"),
        CheckConstraint("at <= recorded_at", name="took_place"),
        CheckConstraint(
            "NOT (recorded_by = 'system' OR recorded_by LIKE 'process:%')", name="recorded_by_somebody"
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id", index=True)
    channel: str = Field(sa_type=Text)
    reached: bool
    summary: str = Field(sa_type=Text)
    at: datetime = instant()
    recorded_at: datetime = instant()
    recorded_by: str = Field(sa_type=Text)
