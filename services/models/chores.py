"""What is done once a day, and how it went."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from services.models.base import instant


class ChoreRun(SQLModel, table=True):
    """One chore on one day (of Jakarta, real time). `failure` is of the last try; `done_at` ends the day's tries."""

    __tablename__: ClassVar[str] = "chore_run"

    chore: str = Field(primary_key=True, sa_type=Text)
    day: date = Field(primary_key=True)
    tried_at: datetime = instant()
    done_at: datetime | None = instant(None)
    handled: int = 0
    failure: str | None = Field(default=None, sa_type=Text)
