"""Files: their fingerprint and state here, their bytes in the object store."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from services.models.base import instant, new_id, one_of


class ScanState(StrEnum):
    QUARANTINED = "quarantined"
    CLEAN = "clean"
    REJECTED = "rejected"


class Document(SQLModel, table=True):
    """A stored file. `kind` says what it is for (nib, licence, statement_letter, letter, …)."""

    __tablename__: ClassVar[str] = "document"
    __table_args__ = (one_of("scan_state", ScanState),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(sa_type=Text)
    sha256: str = Field(sa_type=Text)
    size: int = Field(sa_type=BigInteger)
    media_type: str = Field(sa_type=Text)
    filename: str = Field(sa_type=Text)
    storage_key: str = Field(sa_type=Text)
    scan_state: str = Field(default=ScanState.QUARANTINED, sa_type=Text)
    account_id: UUID | None = Field(default=None, foreign_key="account.id", index=True)
    case_id: UUID | None = Field(default=None, foreign_key="case_file.id", index=True)
    uploaded_by: str = Field(sa_type=Text)
    created_at: datetime = instant()


class IssuedDocument(SQLModel, table=True):
    """A document we answer for: its code is on the QR and opens the public check page."""

    __tablename__: ClassVar[str] = "issued_document"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(sa_type=Text, unique=True)
    kind: str = Field(sa_type=Text)
    number: str = Field(sa_type=Text, unique=True)
    account_id: UUID | None = Field(default=None, foreign_key="account.id", index=True)
    case_id: UUID | None = Field(default=None, foreign_key="case_file.id", index=True)
    document_id: UUID | None = Field(default=None, foreign_key="document.id")
    sha256: str | None = Field(default=None, sa_type=Text)
    issued_at: datetime = instant()
    voided_at: datetime | None = instant(None)
    void_reason: str | None = Field(default=None, sa_type=Text)
