"""The printable explanation of one date of one case: its derivation, its pauses, its extensions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.deadlines import store
from services.deadlines.derivation import ONE_SECOND, Step
from services.deadlines.explanation import Reason, explain
from services.deadlines.waves import due_date
from services.errors import NotFound
from services.i18n import N_, translator
from services.models import CaseFile, Deadline, Derivation, Extension, ExtensionLine, PolicyVersion

# Steps with which a moment begins: people know it by its first instant, not by a last second.
_STARTS = frozenset({"from", "share", "wave"})
WAITING = N_("menunggu pihak lain")


@dataclass(frozen=True)
class Grant:
    """An extension of this date, in force or undone; not one of an earlier question or return."""

    extension_id: UUID
    instrument: str
    reason: str
    old_before: datetime
    target_before: datetime
    active: bool


@dataclass(frozen=True)
class Standstill:
    """A stretch in which the clock stood still; without `until` it still does."""

    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True)
class RulesUsed:
    """The version of the rules under which the case runs. `digest` is the SHA-256 of its canonical text."""

    id: UUID
    digest: str
    in_force_from: datetime | None


@dataclass(frozen=True)
class Explanation:
    """Everything an objection may ask: both readings, every step with its ground, versions of rules and calendars.

    `shown` is the instant people are told, `digest` the fingerprint of the derivation as it is stored.
    """

    name: str
    shown: datetime
    due_before: datetime
    lenient_before: datetime | None
    base_before: datetime
    set_at: datetime
    met_at: datetime | None
    steps: tuple[Reason, ...]
    extensions: tuple[Grant, ...]
    pauses: tuple[Standstill, ...]
    rule: str
    digest: str
    calendar_version: str | None
    policy_version: str | None
    policy: RulesUsed | None


async def of_deadline(session: AsyncSession, case: CaseFile, name: str, *, locale: str) -> Explanation:
    """Why a date of a case is what it is, in the reader's language. NotFound when it has no such date."""
    found = {deadline.name: (deadline, why) for deadline, why in await store.of_case(session, case.id)}
    if name not in found:
        raise NotFound
    deadline, derivation = found[name]
    grants = await _grants(session, deadline)
    policy = await _policy(session, case)
    steps = [Step.from_json(step) for step in derivation.steps] + _extended(deadline, grants)
    return Explanation(
        name=name,
        shown=last_second(deadline.due_before) if is_end(derivation) else deadline.due_before,
        due_before=deadline.due_before,
        lenient_before=deadline.lenient_before,
        base_before=deadline.base_before,
        set_at=deadline.set_at,
        met_at=deadline.met_at,
        steps=tuple(explain(steps, locale)),
        extensions=tuple(grants),
        pauses=_pauses(deadline, locale),
        rule=derivation.rule,
        digest=derivation.digest,
        calendar_version=derivation.calendar_version,
        policy_version=policy.digest if policy else None,
        policy=policy,
    )


def is_end(derivation: Derivation) -> bool:
    """Whether the date is known by its last second (a deadline), or by its first (a moment, a start)."""
    return not any(step["code"] in _STARTS for step in derivation.steps)


def last_second(due_before: datetime) -> datetime:
    """The last second that counts before an exclusive instant."""
    return due_before - ONE_SECOND


def _pauses(deadline: Deadline, locale: str) -> tuple[Standstill, ...]:
    words = translator(locale)
    over = []
    for pause in deadline.pauses:
        since, until = (datetime.fromisoformat(pause[end]) for end in ("since", "until"))
        reason = pause["reason"]
        over.append(Standstill(since, until, words.gettext(reason)))
    if deadline.paused_since is not None:
        over.append(Standstill(deadline.paused_since, None, words.gettext(WAITING)))
    return tuple(over)


async def _grants(session: AsyncSession, deadline: Deadline) -> list[Grant]:
    query = (
        select(ExtensionLine, Extension)
        .join(Extension, col(Extension.id) == col(ExtensionLine.extension_id))
        .where(
            col(ExtensionLine.case_id) == deadline.case_id,
            col(ExtensionLine.deadline_name) == deadline.name,
            or_(col(ExtensionLine.active), col(ExtensionLine.undone_at).is_not(None)),
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


async def _policy(session: AsyncSession, case: CaseFile) -> RulesUsed | None:
    if case.policy_version_id is None:
        return None
    version = await session.get(PolicyVersion, case.policy_version_id)
    return RulesUsed(version.id, version.digest, version.in_force_from) if version else None
