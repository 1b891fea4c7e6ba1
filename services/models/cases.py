"""The spine: what every kind of case has — status, events, deadlines, steps, notes."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Boolean, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, new_id, one_of


class CaseKind(StrEnum):
    """Each kind has one workflow, one detail table and one transition table."""

    REGISTRATION = "registration"
    LICENCE_REVIEW = "licence-review"
    PERIOD = "period"
    REPORT = "report"
    CAMPAIGN = "campaign"
    POLICY_CHANGE = "policy-change"
    EXTENSION_REQUEST = "extension-request"
    NON_PRODUCTION = "non-production"
    ASSISTANCE = "assistance"
    REPRIMAND = "reprimand"
    DECREE = "decree"
    DATA_REQUEST = "data-request"
    ROLLBACK = "rollback"
    WARNING = "warning"
    WARNING_BATCH = "warning-batch"


class Outcome(StrEnum):
    """How a closed case ended; the status says where."""

    DONE = "done"
    REFUSED = "refused"
    LAPSED = "lapsed"
    VOID = "void"
    EXCUSED = "excused"


class CaseFile(SQLModel, table=True):
    """One matter with a beginning, a deadline and an end. `key` is also the id of its workflow."""

    __tablename__: ClassVar[str] = "case_file"
    __table_args__ = (
        one_of("kind", CaseKind),
        one_of("outcome", Outcome),
        UniqueConstraint("key"),
        Index(
            "ix_case_file_waking", "wake_at", postgresql_where=text("wake_at IS NOT NULL AND stuck IS NULL")
        ),
        Index("ix_case_file_account", "account_id", "kind", "period"),
        Index("ix_case_file_period", "period", "kind", "status", "id"),
        Index("ix_case_file_queue", "kind", "status", "region_code", "id"),
        Index("ix_case_file_period_newest", "period", "id"),
        Index("ix_case_file_assignee", "assignee_id", "id", postgresql_where=text("assignee_id IS NOT NULL")),
        Index("ix_case_file_stuck", "id", postgresql_where=text("stuck IS NOT NULL")),
        # Companies with an account are found by its name; only who has none yet is found here.
        Index(
            "ix_case_file_applicant",
            "title",
            postgresql_using="gin",
            postgresql_ops={"title": "gin_trgm_ops"},
            postgresql_where=text("account_id IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    title: str = Field(default="", sa_type=Text)
    account_id: UUID | None = Field(default=None, foreign_key="account.id")
    region_code: str | None = Field(default=None, sa_type=Text)
    zone: str = Field(default="Asia/Jakarta", sa_type=Text)
    kbli: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    period: str | None = Field(default=None, sa_type=Text)
    stage: str | None = Field(default=None, sa_type=Text)
    status: str = Field(sa_type=Text)
    version: int = 1
    milestones: dict[str, str] = json_column(default_factory=dict)
    wake_at: datetime | None = instant(None)
    nudged_at: datetime | None = instant(None)
    nudges: int = 0
    stuck: dict[str, Any] | None = json_column(default=None, nullable=True)
    assignee_id: UUID | None = Field(default=None, foreign_key="person.id")
    held_at: datetime | None = instant(None)
    hold_reason: str | None = Field(default=None, sa_type=Text)
    policy_version_id: UUID | None = Field(default=None, foreign_key="policy_version.id")
    outcome: str | None = Field(default=None, sa_type=Text)
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(None)


class CaseChain(SQLModel, table=True):
    """The end of a case's hash chain, apart from `case_file` so that no ORM flush ever writes it back."""

    __tablename__: ClassVar[str] = "case_chain"

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    last_seq: int = 0
    last_hash: bytes = Field(default=b"", sa_type=LargeBinary)


class CaseEvent(SQLModel, table=True):
    """One line of the timeline. Append-only: UPDATE and DELETE are refused by trigger and by privilege."""

    __tablename__: ClassVar[str] = "case_event"
    __table_args__ = (UniqueConstraint("case_id", "seq"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id")
    seq: int
    type: str = Field(sa_type=Text)
    at: datetime = instant()
    recorded_at: datetime = instant()
    actor: str = Field(sa_type=Text)
    data: dict[str, Any] = json_column(default_factory=dict)
    hashed_text: str = Field(sa_type=Text)
    hash: bytes = Field(sa_type=LargeBinary)


class Derivation(SQLModel, table=True):
    """Why a date is what it is, stored once for all cases that share it; `recipe` derives it again."""

    __tablename__: ClassVar[str] = "derivation"
    __table_args__ = (
        UniqueConstraint("digest"),
        Index("ix_derivation_recipe", "recipe_digest", postgresql_where=text("recipe_digest IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    digest: str = Field(sa_type=Text)
    rule: str = Field(sa_type=Text)
    due_before: datetime = instant()
    lenient_before: datetime | None = instant(None)
    calendar_version: str | None = Field(default=None, sa_type=Text)
    steps: list[dict[str, Any]] = json_column(default_factory=list)
    recipe: dict[str, Any] | None = json_column(default=None, nullable=True)
    recipe_digest: str | None = Field(default=None, sa_type=Text)


class Deadline(SQLModel, table=True):
    """One date of a case. `due_before` is exclusive; people are shown the second before.

    In force = the latest of base and active extension targets. `met_at` says the matter is settled,
    `acted_at` that lateness was acted on, `set_at` since when the date in force has been in force.
    """

    __tablename__: ClassVar[str] = "deadline"
    __table_args__ = (
        Index("ix_deadline_open", "name", "due_before", "case_id", postgresql_where=text("met_at IS NULL")),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    name: str = Field(primary_key=True, sa_type=Text)
    derivation_id: UUID = Field(foreign_key="derivation.id")
    base_before: datetime = instant()
    base_lenient_before: datetime | None = instant(None)
    due_before: datetime = instant()
    lenient_before: datetime | None = instant(None)
    set_at: datetime = instant()
    met_at: datetime | None = instant(None)
    acted_at: datetime | None = instant(None)
    paused_since: datetime | None = instant(None)
    pauses: list[dict[str, str]] = json_column(default_factory=list)


class CaseStep(SQLModel, table=True):
    """A step that has been done, or skipped by an operator: its key makes the second time nothing."""

    __tablename__: ClassVar[str] = "case_step"

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    step: str = Field(primary_key=True, sa_type=Text)
    occurrence: str = Field(primary_key=True, sa_type=Text)
    done_at: datetime = instant()
    skipped_by: UUID | None = None


class CaseNote(SQLModel, table=True):
    """What an officer wrote for colleagues. Not in the chain: it may name people and must be erasable."""

    __tablename__: ClassVar[str] = "case_note"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id", index=True)
    author_id: UUID | None = Field(default=None, foreign_key="person.id")
    body: str = Field(sa_type=Text)
    written_at: datetime = instant()


class IdempotencyKey(SQLModel, table=True):
    """The answer a command gave, so that repeating it gives the same answer and nothing else."""

    __tablename__: ClassVar[str] = "idempotency_key"

    principal: str = Field(primary_key=True, sa_type=Text)
    route: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    request_hash: str = Field(sa_type=Text)
    status: int | None = None
    answer: dict[str, Any] | None = json_column(default=None, nullable=True)
    created_at: datetime = instant(sa_column_kwargs={"server_default": text("now()")})


class ExtensionScope(StrEnum):
    EVERYONE = "everyone"
    PERIOD = "period"
    REGION = "region"
    KBLI = "kbli"
    ACCOUNTS = "accounts"
    CASE = "case"


class ExtensionStatus(StrEnum):
    DRAFT = "draft"
    PREVIEWED = "previewed"
    APPROVED = "approved"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    CANCELLED = "cancelled"


class Extension(SQLModel, table=True):
    """More time for some deadlines: who, until when, on which instrument, decided by whom."""

    __tablename__: ClassVar[str] = "extension"
    __table_args__ = (one_of("scope", ExtensionScope), one_of("status", ExtensionStatus))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id", unique=True)
    status: str = Field(default=ExtensionStatus.DRAFT, sa_type=Text)
    deadline_name: str = Field(default="report_due", sa_type=Text)
    scope: str = Field(sa_type=Text)
    period: str | None = Field(default=None, sa_type=Text)
    stage: str | None = Field(default=None, sa_type=Text)
    region_prefix: str | None = Field(default=None, sa_type=Text)
    kbli_prefix: str | None = Field(default=None, sa_type=Text)
    account_ids: list[str] = json_column(default_factory=list)
    target_case_id: UUID | None = Field(default=None, foreign_key="case_file.id")
    target_before: datetime = instant()
    target_lenient_before: datetime | None = instant(None)
    instrument: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    document_id: UUID | None = Field(default=None, foreign_key="document.id")
    notify: bool = True
    counts: dict[str, Any] = json_column(default_factory=dict)
    previewed_at: datetime | None = instant(None)
    requested_by: str = Field(sa_type=Text)
    requested_at: datetime = instant()
    approved_by: str | None = Field(default=None, sa_type=Text)
    approved_at: datetime | None = instant(None)
    applied_at: datetime | None = instant(None)
    undone_at: datetime | None = instant(None)
    undone_by: str | None = Field(default=None, sa_type=Text)


class ExtensionLine(SQLModel, table=True):
    """One deadline moved by one extension; undone lines stay as history.

    So do those of an earlier question or return of the same case: inactive without `undone_at`.
    """

    __tablename__: ClassVar[str] = "extension_line"
    __table_args__ = (Index("ix_extension_line_case", "case_id", "deadline_name"),)

    extension_id: UUID = Field(primary_key=True, foreign_key="extension.id")
    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    deadline_name: str = Field(primary_key=True, sa_type=Text)
    old_before: datetime = instant()
    target_before: datetime = instant()
    target_lenient_before: datetime | None = instant(None)
    active: bool = Field(default=True, sa_type=Boolean)
    undone_at: datetime | None = instant(None)
