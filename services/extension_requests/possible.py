"""May more time be asked for here, and how much: the policy's answer, with its source."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.deadlines.derivation import last_day, moment
from services.deadlines.extensions import rule_for
from services.deadlines.periods import Period
from services.deadlines.rules import Rule
from services.errors import Conflict, DomainError, TransitionRefused
from services.i18n import N_
from services.models import (
    CaseFile,
    Deadline,
    ExtensionLine,
    ExtensionRequest,
    ExtensionRequestStatus,
    Rollback,
)
from services.policies.extension_requests import ExtensionRequestPolicy


@dataclass(frozen=True)
class Room:
    """What may be asked: up to `most` days after `in_force`, the last day people know the deadline by."""

    deadline: Deadline
    rule: Rule
    policy: ExtensionRequestPolicy
    in_force: date
    most: int

    def target(self, days: int) -> date:
        """The last day with so many more days."""
        return self.in_force + timedelta(days=days)

    def target_before(self, days: int) -> datetime:
        """The exclusive instant of that day."""
        return moment(self.rule, self.target(days))


async def room(session: AsyncSession, case: CaseFile, name: str, *, now: datetime) -> Room:
    """How much may be granted for this deadline now. TransitionRefused or Conflict says why nothing."""
    rules = await rulebook.current(session, now=now)
    policy = rules.policies.extension_request(name)
    deadline = await session.get(Deadline, (case.id, name), populate_existing=True)
    if policy is None or deadline is None:
        raise TransitionRefused(N_("Perpanjangan batas waktu ini tidak dapat dimohonkan secara daring."))
    if case.closed_at is not None or deadline.met_at is not None:
        raise TransitionRefused(N_("Kewajiban ini sudah dipenuhi atau ditutup; tidak ada yang diperpanjang."))
    rule = rule_for(rules, name, Period.parse(case.period) if case.period else None, now)
    in_force = last_day(rule, deadline.due_before)
    given = (in_force - last_day(rule, deadline.base_before)).days
    if given >= policy.max_days:
        raise Conflict(
            N_("Batas waktu ini sudah diperpanjang {given} hari; paling banyak {most} hari ({basis})."),
            given=given,
            most=policy.max_days,
            basis=policy.basis,
        )
    return Room(deadline, rule, policy, in_force, policy.max_days - given)


async def may_ask(session: AsyncSession, case: CaseFile, name: str, *, now: datetime) -> Room:
    """Room for a new request: asked in time, nothing waiting, not more often than policy allows."""
    found = await room(session, case, name, now=now)
    policy = found.policy
    if found.deadline.due_before <= now and not policy.after_due:
        raise TransitionRefused(
            N_("Perpanjangan dimohonkan sebelum batas waktu lewat ({basis})."), basis=policy.basis
        )
    waiting, granted = await _earlier(session, case.id, name)
    if waiting:
        raise Conflict(N_("Permohonan untuk batas waktu ini sedang menunggu keputusan."))
    if granted >= policy.grants:
        raise Conflict(
            N_("Perpanjangan atas permohonan paling banyak {most} kali untuk satu batas waktu ({basis})."),
            most=policy.grants,
            basis=policy.basis,
        )
    return found


async def askable(session: AsyncSession, case: CaseFile, name: str, *, now: datetime) -> Room | None:
    """The room for a new request, or None where none may be made: for pages that offer it."""
    try:
        return await may_ask(session, case, name, now=now)
    except DomainError:
        return None


async def offers(session: AsyncSession, case_id: UUID, *, now: datetime) -> list[Room]:
    """Every date of a case for which its company may ask for more time now, whatever the policy names; soonest first.

    Of a report also the date of a correction that was granted: that date stands on the correction's own case.
    """
    corrections = select(col(Rollback.case_id)).where(col(Rollback.report_id) == case_id)
    query = (
        select(CaseFile, col(Deadline.name))
        .join(Deadline, col(Deadline.case_id) == col(CaseFile.id))
        .where(or_(col(CaseFile.id) == case_id, col(CaseFile.id).in_(corrections)))
        .where(col(CaseFile.closed_at).is_(None), col(Deadline.met_at).is_(None))
        .order_by(col(Deadline.due_before), col(Deadline.name))
    )
    policies = (await rulebook.current(session, now=now)).policies
    dates = [row for row in await session.execute(query) if policies.extension_request(row[1])]
    found = [await askable(session, case, name, now=now) for case, name in dates]
    return [room for room in found if room is not None]


async def _earlier(session: AsyncSession, case_id: UUID, name: str) -> tuple[int, int]:
    """How many requests wait, and how many were granted and hold: not those for an earlier question or return."""
    holds = (
        select(ExtensionLine)
        .where(
            col(ExtensionLine.extension_id) == col(ExtensionRequest.extension_id),
            col(ExtensionLine.case_id) == case_id,
            col(ExtensionLine.deadline_name) == name,
            col(ExtensionLine.active),
        )
        .exists()
    )
    query = select(
        func.count().filter(col(ExtensionRequest.status) == ExtensionRequestStatus.SUBMITTED),
        func.count().filter(holds),
    ).where(col(ExtensionRequest.target_case_id) == case_id, col(ExtensionRequest.deadline_name) == name)
    waiting, granted = (await session.execute(query)).one()
    return waiting, granted
