"""What the process of a correction does by itself: remind, open the report, let an unused correction expire."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines import store
from services.extension_requests import ending as more_time
from services.identity import people
from services.models import (
    CaseFile,
    Outcome,
    ReportStatus,
    Role,
    RollbackStatus,
)
from services.reports import statement
from services.reviews import notices as desk_notices
from services.rollbacks import dates, draft, locking, notices
from services.rollbacks.decisions import resume_review


async def remind_officers(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The target has passed without a decision: nothing is granted or refused by it."""
    if case.status != RollbackStatus.REQUESTED:
        return
    [target] = await store.dates(session, case.id, dates.DECISION)
    target.acted_at = now
    officials = await people.holding(session, Role.VERIFIER, region=case.region_code)
    context = {"desk": "rollbacks"}
    await desk_notices.tell_people(
        session, officials, "review_reminder", "rollbacks", now=now, context=context
    )
    data = {"officials": len(officials)}
    await cases.record(session, case, "rollback_waiting", now=now, at=target.due_before, data=data)


async def reopen(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Granted: the company may write again. What was sent stays as it is, word for word."""
    if case.status != RollbackStatus.GRANTED:
        return
    held = await locking.lock(session, case.id)
    granted_at = held.rollback.granted_at or now
    held.rollback.before = await draft.keep(session, held.report)
    cases.move(held.case, RollbackStatus.REOPENED)
    cases.move(held.report_case, ReportStatus.REOPENED)
    held.rollback.status, held.rollback.reopened_at = RollbackStatus.REOPENED, now
    statement.begin_again(held.report)
    due = await dates.set_resend(session, held.case, granted_at, now=now)
    data = {"rollback": str(case.id), "submission": held.rollback.submission}
    await cases.record(session, held.report_case, "rollback_reopened", now=now, data=data)
    await cases.record(session, held.case, "reopened", now=now, data=data)
    await notices.tell_company(session, held, "rollback_granted", now=now, due_before=due.due_before)


async def remind_company(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Part of the time is gone and the corrected report has not come."""
    if case.status != RollbackStatus.REOPENED:
        return
    reminder, due = await store.dates(session, case.id, dates.RESEND_REMINDER, dates.RESEND)
    reminder.acted_at = now
    held = await locking.lock(session, case.id)
    await notices.tell_company(session, held, "rollback_resend_reminder", now=now, due_before=due.due_before)
    await cases.record(session, case, "resend_reminded", now=now, at=reminder.due_before)


async def expire(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Not sent again in time: the report stands as it was sent, and its review goes on."""
    if case.status != RollbackStatus.REOPENED:
        return
    [due] = await store.dates(session, case.id, dates.RESEND)
    held = await locking.lock(session, case.id)
    cases.move(held.case, RollbackStatus.EXPIRED)
    held.rollback.status, held.rollback.ended_at = RollbackStatus.EXPIRED, due.due_before
    await draft.restore(session, held.report, held.rollback.before or {})
    await store.meet(session, case.id, None, now=now)
    await cases.record(session, held.case, "expired", now=now, at=due.due_before)
    await more_time.duty_over(session, held.case, actor=cases.SYSTEM, now=now)
    await resume_review(session, held, "rollback_expired", actor=cases.SYSTEM, now=now, at=due.due_before)
    await notices.tell_company(session, held, "rollback_expired", now=now, due_before=due.due_before)
    cases.close(held.case, Outcome.LAPSED, now)
