"""What the process of a review does by itself: examine, remind, escalate, note that a correction is overdue.

It never approves and never returns anything.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines import store
from services.identity import people
from services.models import CaseFile, Report, ReportStatus, ReviewDesk, Role
from services.periods import planning
from services.processes import GRACE
from services.reviews import dates, desk, examination, notices
from services.warnings import overdue

examine = examination.examine


async def remind_verifiers(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Half of the time for verification is gone."""
    if case.status == ReportStatus.SENT:
        await _remind(session, case, ReviewDesk.VERIFICATION, dates.VERIFICATION_HALF, now)


async def escalate_verification(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The target of verification has passed. Nothing is approved by it."""
    if case.status == ReportStatus.SENT:
        await _escalate(session, case, ReviewDesk.VERIFICATION, dates.VERIFICATION, now)


async def remind_validators(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Half of the time for validation is gone: the directorates that have not approved are reminded."""
    if case.status == ReportStatus.VERIFIED:
        await _remind(session, case, ReviewDesk.VALIDATION, dates.VALIDATION_HALF, now)


async def escalate_validation(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The target of validation has passed. Nothing is approved by it."""
    if case.status == ReportStatus.VERIFIED:
        await _escalate(session, case, ReviewDesk.VALIDATION, dates.VALIDATION, now)


async def lapse(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The report did not come back in time: its first sending no longer counts, and it is owed again."""
    if case.status != ReportStatus.RETURNED:
        return
    [correction] = await store.dates(session, case.id, dates.CORRECTION)
    correction.acted_at = now
    report = await session.get_one(Report, case.id, populate_existing=True)
    report.sent_at = None
    await cases.record(session, case, "correction_lapsed", now=now, at=correction.due_before)
    [due] = await store.dates(session, case.id, planning.DUE)
    due.met_at = None
    await notices.tell_company(
        session, case, "report_correction_lapsed", now=now, due_before=correction.due_before
    )
    if due.due_before + GRACE <= now:
        due.acted_at = now
        await cases.record(
            session, case, "became_overdue", now=now, at=max(due.due_before, correction.due_before)
        )
        await overdue.warn_late(session, case, now=now)


async def _remind(session: AsyncSession, case: CaseFile, at: ReviewDesk, name: str, now: datetime) -> None:
    [half] = await store.dates(session, case.id, name)
    half.acted_at = now
    told = await notices.tell_desk(session, case, at, await _divisions(session, case, at), now=now)
    data = {"desk": at.value, "officials": told}
    await cases.record(session, case, "reviewers_reminded", now=now, at=half.due_before, data=data)


async def _escalate(session: AsyncSession, case: CaseFile, at: ReviewDesk, name: str, now: datetime) -> None:
    [target] = await store.dates(session, case.id, name)
    target.acted_at = now
    told = await notices.tell_desk(session, case, at, await _divisions(session, case, at), now=now)
    administrators = await people.holding(session, Role.ADMINISTRATOR, region=case.region_code)
    context = {"desk": at.value, "status": case.status}
    await notices.tell_people(
        session, administrators, "review_escalation", at.value, now=now, context=context
    )
    data = {"desk": at.value, "officials": told + len(administrators)}
    await cases.record(session, case, "review_escalated", now=now, at=target.due_before, data=data)


async def _divisions(session: AsyncSession, case: CaseFile, at: ReviewDesk) -> list[str]:
    """The KBLI divisions still waited for; none in verification, which is not divided."""
    if at is ReviewDesk.VERIFICATION:
        return []
    report = await session.get_one(Report, case.id, populate_existing=True)
    parts = await desk.validations(session, case.id, report.submission)
    return [division for part in parts if part.approved_at is None for division in part.divisions]
