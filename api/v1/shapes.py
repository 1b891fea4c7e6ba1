"""What cases look like on the wire. Ids and dates for programs, words in the reader's language for people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services import unissued
from services.models import CaseFile, Deadline
from services.search import Row
from services.timeline.sentences import last_second


class FromRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class DeadlineOut(FromRow):
    """One date. `due_before` is exclusive; `shown` is the last second that counts. `passed`: by the strict clock."""

    name: str
    due_before: datetime
    shown: datetime
    lenient_before: datetime | None
    base_before: datetime
    extended: bool
    met_at: datetime | None
    acted_at: datetime | None
    paused_since: datetime | None
    passed: bool


class CaseLine(FromRow):
    """A case in a list, with the open date that matters most."""

    id: UUID
    kind: str
    key: str
    title: str
    status: str
    period: str | None
    stage: str | None
    region_code: str | None
    account_id: UUID | None
    account_number: int | None
    assignee_id: UUID | None
    opened_at: datetime
    closed_at: datetime | None
    held: bool
    stuck: bool
    due_name: str | None
    due_before: datetime | None


class CasePage(BaseModel):
    items: list[CaseLine]
    next_cursor: str | None


class CaseOut(FromRow):
    """One case. `hold_reason`, `assignee_id` and `stuck` are for officials only."""

    id: UUID
    kind: str
    key: str
    title: str
    status: str
    outcome: str | None
    version: int
    period: str | None
    stage: str | None
    region_code: str | None
    zone: str
    kbli: list[str]
    account_id: UUID | None
    milestones: dict[str, str]
    opened_at: datetime
    closed_at: datetime | None
    held_at: datetime | None
    hold_reason: str | None = None
    assignee_id: UUID | None = None
    stuck: dict[str, Any] | None = None


class PastOut(FromRow):
    seq: int
    type: str
    at: datetime
    recorded_at: datetime
    actor: str
    text: str
    instrument: str | None
    reason: str | None
    data: dict[str, Any] | None


class FutureOut(FromRow):
    name: str
    at: datetime | None
    text: str
    why: tuple[str, ...]
    certain: bool


class TimelineOut(BaseModel):
    now: datetime
    past: list[PastOut]
    future: list[FutureOut]


class ReasonOut(FromRow):
    code: str
    text: str
    basis: str | None


class GrantOut(FromRow):
    extension_id: UUID
    instrument: str
    reason: str
    old_before: datetime
    target_before: datetime
    active: bool


class StandstillOut(FromRow):
    since: datetime
    until: datetime | None
    reason: str


class RulesUsedOut(FromRow):
    id: UUID
    digest: str
    in_force_from: datetime | None


class ExplanationOut(FromRow):
    """Why a date is what it is. `due_before` is exclusive, `shown` what people are told.

    `lenient_before` is the second clock, where the law reads two ways. `digest` is the fingerprint of the
    derivation, `policy.digest` that of the rules.
    """

    name: str
    shown: datetime
    due_before: datetime
    lenient_before: datetime | None
    base_before: datetime
    set_at: datetime
    met_at: datetime | None
    steps: list[ReasonOut]
    extensions: list[GrantOut]
    pauses: list[StandstillOut]
    rule: str
    digest: str
    calendar_version: str | None
    policy_version: str | None
    policy: RulesUsedOut | None


def case_out(case: CaseFile, *, for_company: bool) -> CaseOut:
    """The case as its reader may see it."""
    out = CaseOut.model_validate(case)
    if for_company:
        out.status = unissued.status_told(case)
        out.hold_reason, out.assignee_id, out.stuck = None, None, None
    return out


def case_line(row: Row, *, for_company: bool) -> CaseLine:
    """A line of a list, as its reader may see it."""
    case, deadline = row.case, row.deadline
    return CaseLine.model_validate(
        {
            **{name: getattr(case, name) for name in CaseLine.model_fields if hasattr(case, name)},
            "account_number": row.account.number if row.account else None,
            "status": unissued.status_told(case) if for_company else case.status,
            "held": case.held_at is not None,
            "stuck": case.stuck is not None and not for_company,
            "assignee_id": None if for_company else case.assignee_id,
            "due_name": deadline.name if deadline else None,
            "due_before": deadline.due_before if deadline else None,
        }
    )


def deadline_out(row: Deadline, now: datetime) -> DeadlineOut:
    """A date as it stands now."""
    return DeadlineOut.model_validate(
        {
            **row.model_dump(),
            "shown": last_second(row.due_before),
            "extended": row.due_before > row.base_before,
            "passed": row.met_at is None and row.paused_since is None and row.due_before <= now,
        }
    )
