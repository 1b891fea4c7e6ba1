"""People and what they may do: roles, sessions, keys, tokens, and what they looked at."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, new_id, one_of


class Role(StrEnum):
    COMPANY_USER = "company_user"
    UPP_OFFICER = "upp_officer"
    VERIFIER = "verifier"
    VALIDATOR = "validator"
    COMPLIANCE_OFFICER = "compliance_officer"
    REGIONAL_OFFICER = "regional_officer"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Person(SQLModel, table=True):
    """Somebody who signs in. A company's people hold memberships, officials hold role grants."""

    __tablename__: ClassVar[str] = "person"
    __table_args__ = (one_of("status", ("invited", "active", "disabled")),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    username: str = Field(sa_type=Text, unique=True)
    name: str = Field(default="", sa_type=Text)
    email: str = Field(sa_type=Text)
    status: str = Field(default="invited", sa_type=Text)
    locale: str = Field(default="id", sa_type=Text)
    password_hash: str | None = Field(default=None, sa_type=Text)
    password_set_at: datetime | None = instant(None)
    totp_nonce: str | None = Field(default=None, sa_type=Text)
    totp_confirmed_at: datetime | None = instant(None)
    totp_last_step: int | None = None
    created_at: datetime = instant()


class Membership(SQLModel, table=True):
    """A person who acts for an account."""

    __tablename__: ClassVar[str] = "membership"

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    account_id: UUID = Field(primary_key=True, foreign_key="account.id")
    added_at: datetime = instant()
    removed_at: datetime | None = instant(None)


class RoleGrant(SQLModel, table=True):
    """An official's role, limited to a region prefix and KBLI divisions; empty means everywhere, all."""

    __tablename__: ClassVar[str] = "role_grant"
    __table_args__ = (one_of("role", Role),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: str = Field(sa_type=Text)
    region_prefix: str = Field(default="", sa_type=Text)
    kbli_divisions: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    granted_by: str = Field(sa_type=Text)
    granted_at: datetime = instant()
    revoked_at: datetime | None = instant(None)


class WebSession(SQLModel, table=True):
    """A signed-in browser. Only the hash of its token is stored; times are real, never rehearsed."""

    __tablename__: ClassVar[str] = "web_session"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    token_hash: str = Field(sa_type=Text, unique=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    csrf_secret: str = Field(sa_type=Text)
    created_at: datetime = instant()
    last_seen_at: datetime = instant()
    expires_at: datetime = instant()
    revoked_at: datetime | None = instant(None)
    reauthenticated_at: datetime = instant()
    idle_seconds: int = 1800
    address: str = Field(default="", sa_type=Text)
    user_agent: str = Field(default="", sa_type=Text)


class ApiKey(SQLModel, table=True):
    """A bearer token for a program: one role, one scope. `person_id`: the official who answers for it, if known."""

    __tablename__: ClassVar[str] = "api_key"
    __table_args__ = (one_of("role", Role),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    token_hash: str = Field(sa_type=Text, unique=True)
    label: str = Field(default="", sa_type=Text)
    role: str = Field(sa_type=Text)
    region_prefix: str = Field(default="", sa_type=Text)
    kbli_divisions: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    account_id: UUID | None = Field(default=None, foreign_key="account.id")
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    created_by: str = Field(sa_type=Text)
    created_at: datetime = instant()
    expires_at: datetime | None = instant(None)
    revoked_at: datetime | None = instant(None)
    last_used_at: datetime | None = instant(None)


class OneTimeToken(SQLModel, table=True):
    """A link sent by mail: activation, reset, correction of a registration. Hash only, single use."""

    __tablename__: ClassVar[str] = "one_time_token"
    __table_args__ = (one_of("purpose", ("activation", "reset", "correction", "follow", "second_factor")),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    token_hash: str = Field(sa_type=Text, unique=True)
    purpose: str = Field(sa_type=Text)
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    case_id: UUID | None = Field(default=None, foreign_key="case_file.id")
    created_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(None)


class RecoveryCode(SQLModel, table=True):
    """One of the codes that stand in for a lost second factor. Hash only, single use."""

    __tablename__: ClassVar[str] = "recovery_code"

    code_hash: str = Field(primary_key=True, sa_type=Text)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    used_at: datetime | None = instant(None)


class NdaAcceptance(SQLModel, table=True):
    """An official accepted the non-disclosure agreement before the first read of individual data."""

    __tablename__: ClassVar[str] = "nda_acceptance"

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    version: str = Field(primary_key=True, sa_type=Text)
    accepted_at: datetime = instant()


class ReadLog(SQLModel, table=True):
    """Which official read which individual data, and why. Append-only."""

    __tablename__: ClassVar[str] = "read_log"
    __table_args__ = (Index("ix_read_log_account", "account_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    reader: str = Field(sa_type=Text)
    account_id: UUID | None = None
    case_id: UUID | None = None
    what: str = Field(sa_type=Text)
    purpose: str = Field(sa_type=Text)
    at: datetime = instant(sa_column_kwargs={"server_default": text("now()")})


class SecurityEvent(SQLModel, table=True):
    """Sign-ins, refusals, changes of rights. Append-only; no secrets, no typed passwords."""

    __tablename__: ClassVar[str] = "security_event"
    __table_args__ = (Index("ix_security_event_at", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    type: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    address: str = Field(default="", sa_type=Text)
    data: dict[str, Any] = json_column(default_factory=dict)
    at: datetime = instant(sa_column_kwargs={"server_default": text("now()")})


class RateLimit(SQLModel, table=True):
    """A moving window of attempts, shared by all processes."""

    __tablename__: ClassVar[str] = "rate_limit"

    bucket: str = Field(primary_key=True, sa_type=Text)
    window_start: datetime = instant(primary_key=True)
    hits: int = 0
