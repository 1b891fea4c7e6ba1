"""Conventions of every table: ids, instants, statuses as checked text."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import CheckConstraint, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> UUID:
    """A UUIDv7: sorts by creation, so batches in id order are batches in time order."""
    return uuid_utils.compat.uuid7()


def instant(default: datetime | None = ..., **kwargs: Any) -> Any:  # type: ignore[assignment]
    """A timestamptz column."""
    return Field(default, sa_type=DateTime(timezone=True), **kwargs)


def json_column(**kwargs: Any) -> Any:
    """A jsonb column; None is SQL NULL, never the JSON value null."""
    return Field(sa_type=JSONB(none_as_null=True), **kwargs)


def one_of(column: str, values: type[StrEnum] | Iterable[str]) -> CheckConstraint:
    """CHECK that a text column holds one of the values of an enum."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
