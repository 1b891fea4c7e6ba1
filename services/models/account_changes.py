"""What officials changed of a company's data, and on what ground. Append-only."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, new_id, one_of


class ChangedPart(StrEnum):
    """Which part of the data: a page that a company enters only once, or what decides whose matter it is."""

    HEAD_OFFICE = "head_office"
    SUPERVISION = "supervision"


class AccountChange(SQLModel, table=True):
    """One change, on one ground: the company's letter (number, day and scan), a licence, or an officer's reason."""

    __tablename__: ClassVar[str] = "account_change"
    __table_args__ = (
        one_of("part", ChangedPart),
        CheckConstraint("before <> after", name="changed"),
        CheckConstraint(
            "num_nonnulls(letter_number, letter_date, document_id) IN (0, 3)", name="whole_letter"
        ),
        CheckConstraint("num_nonnulls(letter_number, licence_id, reason) = 1", name="one_ground"),
        CheckConstraint("(part = 'supervision') = (letter_number IS NULL)", name="ground_of_part"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    part: str = Field(sa_type=Text)
    before: dict[str, Any] = json_column()
    after: dict[str, Any] = json_column()
    letter_number: str | None = Field(default=None, sa_type=Text)
    letter_date: date | None = None
    document_id: UUID | None = Field(default=None, foreign_key="document.id")
    licence_id: UUID | None = Field(default=None, foreign_key="licence.id")
    reason: str | None = Field(default=None, sa_type=Text)
    made_by: str = Field(sa_type=Text)
    made_at: datetime = instant()
