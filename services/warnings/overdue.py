"""Everyone whose report is overdue at once: ladders that stood still go on, the others are proposed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.deadlines.derivation import Derived, derive
from services.models import CaseFile, CaseKind, Deadline, ReportStatus
from services.processes import GRACE
from services.rulebook import Rulebook
from services.warnings import proposals, standing
from services.warnings.duties import DUTIES
from services.warnings.proposals import LADDER, SETTLED

# Over the report's case `c` and its date `d`: not yet under a warning that goes on, nor left out by an officer, nor
# decided by the desk.
UNWARNED_REPORTS: Final = f"""
    NOT EXISTS (SELECT FROM warning_ladder w JOIN case_file wc ON wc.id = w.case_id
        WHERE w.obligation_id = c.id AND ((w.ended_at IS NULL AND w.suspended_at IS NULL)
        OR ({SETTLED})))"""


async def warn(session: AsyncSession, reports: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Propose warnings about locked, overdue reports; returns the new ladders. Repeating it changes nothing."""
    await standing.duties_changed(session, reports, now=now)
    warned: list[UUID] = []
    for rules, ids in await rulebook.of_cases(session, reports, now=now):
        query = select(col(CaseFile.id), col(CaseFile.status)).where(col(CaseFile.id).in_(ids))
        rows = await session.execute(query.order_by(col(CaseFile.id)))
        warned += [row.id for row in rows if warns_about(rules, row.status)]
    return await proposals.propose_many(session, warned, now=now)


async def warn_late(session: AsyncSession, case: CaseFile, *, now: datetime) -> None:
    """A duty that was held or met when its period's warnings were proposed is proposed when it is owed again."""
    if case.kind != CaseKind.REPORT or case.period is None:
        return
    deadline = await session.get(Deadline, (case.id, DUTIES[case.kind]), populate_existing=True)
    rules = await rulebook.of_case(session, case, now=now)
    if deadline is None or not proposals.enforceable(rules, case.period):
        return
    if not warns_about(rules, case.status):
        return
    if proposed_from(rules, deadline.due_before) + GRACE <= now:
        await proposals.propose(session, case, now=now)


def warns_about(rules: Rulebook, status: str) -> bool:
    """Whether the service proposes warnings about an overdue report: by policy not about one that was returned."""
    return status != ReportStatus.RETURNED or rules.policies.ladder(LADDER).lapsed_corrections


def proposed_from(rules: Rulebook, due_before: datetime) -> datetime:
    """From then on nobody can have a reading of the dates by which a warning would be too early."""
    return proposable(rules, due_before).due_before


def proposable(rules: Rulebook, due_before: datetime) -> Derived:
    """The same with its reasons: the correction window's end or the start of the ladder, whichever is later."""
    starts = rules.policies.ladder(LADDER).starts
    ends = [
        derive(rules.policies.rule(name), due_before, rules.calendars())
        for name in ("rollback_window", starts)
    ]
    return max(ends, key=lambda end: end.due_before)
