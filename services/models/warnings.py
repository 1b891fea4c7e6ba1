"""Detail tables of the warning ladder: proposals, letters and their numbers, batches, what people decide after."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, new_id, one_of

LAST_LETTER = 3


class WarningStatus(StrEnum):
    """Where a ladder stands. The first four are open; the others say how it ended."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ISSUED = "issued"
    DECIDING = "deciding"
    COMPLIED = "complied"
    EXCUSED = "excused"
    EXCLUDED = "excluded"
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"


class WarningBatchStatus(StrEnum):
    APPROVED = "approved"
    DONE = "done"


class AuthorityLevel(StrEnum):
    """Whose office warns: the Minister's, the governor's, the bupati's or wali kota's."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    REGENCY = "regency"


class Suspension(StrEnum):
    """Why a ladder stands still."""

    HELD = "held"
    DUTY_HELD = "duty_held"
    EXTENDED = "extended"
    UNSERVED = "unserved"
    DISPROVED = "disproved"


class LetterChannel(StrEnum):
    """How a letter travels. Either way it also lies in the portal."""

    EMAIL = "email"
    POST = "post"


class SanctionKind(StrEnum):
    """What may follow the last warning (Permenperin 13/2025). Never automatic, and no sum is ever computed."""

    FINE = "fine"
    TEMPORARY_CLOSURE = "temporary_closure"
    LICENCE_SUSPENSION = "licence_suspension"
    LICENCE_REVOCATION = "licence_revocation"


class SanctionState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


class WarningLadder(SQLModel, table=True):
    """The warnings about one unmet obligation. Of each obligation at most one ladder is open.

    `authority` is "ministry", or the code of the region whose office is competent; None: an officer determines it.
    `rung` is the last letter approved. `due_before` is the date whose passing was warned about.
    """

    __tablename__: ClassVar[str] = "warning_ladder"
    __table_args__ = (
        one_of("authority_level", AuthorityLevel),
        one_of("suspension", Suspension),
        UniqueConstraint("obligation_id", "n"),
        CheckConstraint(f"rung BETWEEN 0 AND {LAST_LETTER}", name="rung"),
        CheckConstraint("(authority IS NULL) = (authority_level IS NULL)", name="authority"),
        CheckConstraint("(suspended_at IS NULL) = (suspension IS NULL)", name="suspended_why"),
        Index(
            "uq_warning_ladder_open", "obligation_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
        Index("ix_warning_ladder_desk", "authority", "case_id", postgresql_where=text("ended_at IS NULL")),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    obligation_id: UUID = Field(foreign_key="case_file.id")
    n: int
    account_id: UUID = Field(foreign_key="account.id", index=True)
    authority_level: str | None = Field(default=None, sa_type=Text)
    authority: str | None = Field(default=None, sa_type=Text)
    authority_reason: str | None = Field(default=None, sa_type=Text)
    authority_set_by: str | None = Field(default=None, sa_type=Text)
    due_before: datetime = instant()
    rung: int = 0
    proposed_at: datetime = instant()
    proposed_by: str = Field(sa_type=Text)
    suspended_at: datetime | None = instant(None)
    suspension: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = instant(None)
    exclusion_reason: str | None = Field(default=None, sa_type=Text)
    end_note: str | None = Field(default=None, sa_type=Text)
    excuse_document_id: UUID | None = Field(default=None, foreign_key="document.id")


class WarningBatch(SQLModel, table=True):
    """Letters approved together: by whom, for which office, what was left out and why."""

    __tablename__: ClassVar[str] = "warning_batch"

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.id")
    authority_level: str = Field(sa_type=Text)
    authority: str = Field(sa_type=Text)
    approved_by: str = Field(sa_type=Text)
    approver: str = Field(default="", sa_type=Text)
    approved_at: datetime = instant()
    letters: int
    left_out: list[dict[str, Any]] = json_column(default_factory=list)


class PrintBatch(SQLModel, table=True):
    """Letters printed together for the post: one file to print, one list of addresses, one day of posting."""

    __tablename__: ClassVar[str] = "print_batch"
    __table_args__ = (CheckConstraint("(posted_at IS NULL) = (posted_by IS NULL)", name="posted_by_one"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    authority: str = Field(sa_type=Text, index=True)
    made_by: str = Field(sa_type=Text)
    made_at: datetime = instant()
    letters: int
    document_id: UUID | None = Field(default=None, foreign_key="document.id")
    posted_at: datetime | None = instant(None)
    posted_by: str | None = Field(default=None, sa_type=Text)


class WarningLetter(SQLModel, table=True):
    """One letter of a ladder, from its approval on. Each rung once, and none without the one before.

    The number is given when the letter is made: without gaps per year and office. A letter that was overtaken
    before it left keeps its number and is voided. `mailed_at` remembers when one left by mail that goes by post
    instead: until the paper is posted there is no `sent_at`, and the letter has left all the same.
    """

    __tablename__: ClassVar[str] = "warning_letter"
    __table_args__ = (
        one_of("channel", LetterChannel),
        CheckConstraint(f"rung BETWEEN 1 AND {LAST_LETTER}", name="rung"),
        CheckConstraint(
            "(number IS NULL) = (sequence IS NULL) AND (number IS NULL) = (letter_date IS NULL)",
            name="numbered",
        ),
        CheckConstraint("sent_at IS NULL OR number IS NOT NULL", name="sent_numbered"),
        CheckConstraint("served_at IS NULL OR sent_at IS NOT NULL", name="served_after_sending"),
        CheckConstraint("voided_at IS NULL OR sent_at IS NULL AND mailed_at IS NULL", name="void_never_sent"),
        # No letter without the one before it.
        ForeignKeyConstraint(["case_id", "previous"], ["warning_letter.case_id", "warning_letter.rung"]),
        UniqueConstraint("authority", "year", "sequence"),
        Index("ix_warning_letter_batch", "batch_id", "case_id"),
        Index(
            "ix_warning_letter_to_print", "authority", "case_id",
            postgresql_where=text("channel = 'post' AND sent_at IS NULL AND voided_at IS NULL"),
        ),
    )  # fmt: skip

    case_id: UUID = Field(primary_key=True, foreign_key="warning_ladder.case_id")
    rung: int = Field(primary_key=True)
    previous: int | None = Field(
        default=None, sa_type=Integer, sa_column_args=(Computed("NULLIF(rung - 1, 0)", persisted=True),)
    )
    batch_id: UUID = Field(foreign_key="warning_batch.case_id")
    authority_level: str = Field(sa_type=Text)
    authority: str = Field(sa_type=Text)
    channel: str = Field(sa_type=Text)
    approved_by: str = Field(sa_type=Text)
    approved_at: datetime = instant()
    year: int | None = None
    sequence: int | None = None
    number: str | None = Field(default=None, sa_type=Text, unique=True)
    letter_date: date | None = None
    issued_id: UUID | None = Field(default=None, foreign_key="issued_document.id", unique=True)
    document_id: UUID | None = Field(default=None, foreign_key="document.id")
    message_id: UUID | None = Field(default=None, foreign_key="message.id")
    print_batch_id: UUID | None = Field(default=None, foreign_key="print_batch.id", index=True)
    sent_at: datetime | None = instant(None)
    mailed_at: datetime | None = instant(None)
    served_at: datetime | None = instant(None)
    served_by: str | None = Field(default=None, sa_type=Text)
    unproven_since: datetime | None = instant(None)
    voided_at: datetime | None = instant(None)
    void_reason: str | None = Field(default=None, sa_type=Text)

    @property
    def left_at(self) -> datetime | None:
        """When it first left, by mail or by post; from then on its company has it."""
        return self.mailed_at or self.sent_at


class LetterRegister(SQLModel, table=True):
    """The last number an office gave in a year."""

    __tablename__: ClassVar[str] = "letter_register"

    authority: str = Field(primary_key=True, sa_type=Text)
    year: int = Field(primary_key=True)
    last: int = 0


class Sanction(SQLModel, table=True):
    """A decision after the last warning: proposed by one official, decided by another, each kind at most once."""

    __tablename__: ClassVar[str] = "sanction"
    __table_args__ = (
        one_of("kind", SanctionKind),
        one_of("state", SanctionState),
        CheckConstraint("(kind = 'fine') = (amount IS NOT NULL)", name="amount_of_fines"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("decided_by <> proposed_by", name="second_person"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_one"),
        Index(
            "uq_sanction_kind", "case_id", "kind", unique=True, postgresql_where=text("state <> 'refused'")
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="warning_ladder.case_id", index=True)
    kind: str = Field(sa_type=Text)
    amount: int | None = Field(default=None, sa_type=BigInteger)
    basis: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    number: str = Field(sa_type=Text)
    document_id: UUID = Field(foreign_key="document.id")
    state: str = Field(default=SanctionState.PROPOSED, sa_type=Text)
    proposed_by: str = Field(sa_type=Text)
    proposed_at: datetime = instant()
    decided_by: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = instant(None)
    decision_note: str | None = Field(default=None, sa_type=Text)
