"""The printable explanation of one date of one case: its derivation, its pauses, its extensions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.deadlines import store
from services.deadlines.derivation import Step
from services.deadlines.explanation import Reason, explain
from services.deadlines.waves import due_date
from services.errors import NotFound
from services.models import CaseFile, Deadline, Extension, ExtensionLine, PolicyVersion


@dataclass(frozen=True)
class Grant:
    """An extension of this date, in force or undone."""

    extension_id: UUID
    instrument: str
    reason: str
    old_before: datetime
    target_before: datetime
    active: bool


@dataclass(frozen=True)
class Explanation:
    """Everything an objection may ask: both readings, every step with its ground, versions of rules and calendars."""

    name: str
    due_before: datetime
    lenient_before: datetime | None
    base_before: datetime
    steps: tuple[Reason, ...]
    extensions: tuple[Grant, ...]
    rule: str
    calendar_version: str | None
    policy_version: str | None


async def of_deadline(session: AsyncSession, case: CaseFile, name: str, *, locale: str) -> Explanation:
    """Why a date of a case is what it is, in the reader's language. NotFound when it has no such date."""
    found = {deadline.name: (deadline, why) for deadline, why in await store.of_case(session, case.id)}
    if name not in found:
        raise NotFound
    deadline, derivation = found[name]
    grants = await _grants(session, deadline)
    steps = [Step.from_json(step) for step in derivation.steps] + _extended(deadline, grants)
    return Explanation(
        name=name,
        due_before=deadline.due_before,
        lenient_before=deadline.lenient_before,
        base_before=deadline.base_before,
        steps=tuple(explain(steps, locale)),
        extensions=tuple(grants),
        rule=derivation.rule,
        calendar_version=derivation.calendar_version,
        policy_version=await _policy(session, case),
    )


async def _grants(session: AsyncSession, deadline: Deadline) -> list[Grant]:
    query = (
        select(ExtensionLine, Extension)
        .join(Extension, col(Extension.id) == col(ExtensionLine.extension_id))
        .where(
            col(ExtensionLine.case_id) == deadline.case_id,
            col(ExtensionLine.deadline_name) == deadline.name,
        )
        .order_by(col(Extension.approved_at), col(Extension.id))
    )
    return [
        Grant(
            extension.id,
            extension.instrument,
            extension.reason,
            line.old_before,
            line.target_before,
            line.active,
        )
        for line, extension in await session.execute(query)
    ]


def _extended(deadline: Deadline, grants: list[Grant]) -> list[Step]:
    """A line for each extension in force, in the order in which they were given; the latest date counts."""
    steps, before = [], deadline.base_before
    for grant in (grant for grant in grants if grant.active):
        code = "extended" if grant.target_before > before else "extension_without_effect"
        days = {"old": due_date(before).isoformat(), "new": due_date(grant.target_before).isoformat()}
        steps.append(Step(code, {**days, "reason": grant.reason}, grant.instrument))
        before = max(before, grant.target_before)
    return steps


async def _policy(session: AsyncSession, case: CaseFile) -> str | None:
    if case.policy_version_id is None:
        return None
    version = await session.get(PolicyVersion, case.policy_version_id)
    return version.digest if version else None
