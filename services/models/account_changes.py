"""What officials changed of a company's own data, and on what ground. Append-only."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, new_id, one_of


class ChangedPart(StrEnum):
    """Which part of the data: a page that a company enters only once."""

    HEAD_OFFICE = "head_office"


class AccountChange(SQLModel, table=True):
    """One change, by the company's letter: its number, day and scan."""

    __tablename__: ClassVar[str] = "account_change"
    __table_args__ = (
        one_of("part", ChangedPart),
        CheckConstraint("before <> after", name="changed"),
        CheckConstraint("btrim(letter_number) <> ''", name="letter_number"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    part: str = Field(sa_type=Text)
    before: dict[str, Any] = json_column()
    after: dict[str, Any] = json_column()
    letter_number: str = Field(sa_type=Text)
    letter_date: date
    document_id: UUID = Field(foreign_key="document.id")
    made_by: str = Field(sa_type=Text)
    made_at: datetime = instant()
