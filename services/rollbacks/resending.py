"""A reopened report is sent again: in time, or not at all."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.deadlines import store
from services.deadlines.derivation import ONE_SECOND
from services.errors import NotFound, TransitionRefused
from services.extension_requests import ending as more_time
from services.i18n import N_
from services.models import CaseFile, Deadline, Outcome, ReportVersion, Rollback, RollbackStatus
from services.rollbacks import dates


async def require_open(session: AsyncSession, report_id: UUID, *, now: datetime) -> CaseFile:
    """The locked request under which a reopened report is sent. TransitionRefused once its time is over.

    The instant of arrival decides, whether or not the process has acted on it yet.
    """
    query = select(col(Rollback.case_id)).where(
        col(Rollback.report_id) == report_id, col(Rollback.status) == RollbackStatus.REOPENED
    )
    case_id = (await session.execute(query)).scalar_one_or_none()
    if case_id is None:
        raise NotFound
    case = await cases.lock(session, case_id)
    due = await session.get(Deadline, (case_id, dates.RESEND), populate_existing=True)
    if due is None:
        raise NotFound
    if now >= due.due_before:
        over = N_(
            "Masa perbaikan data berakhir {until}. Laporan yang semula dikirim tetap berlaku "
            "(kebijakan layanan atas Permenperin 13/2025)."
        )
        raise TransitionRefused(over, until=due.due_before - ONE_SECOND)
    return case


async def resent(
    session: AsyncSession, case: CaseFile, version: ReportVersion, *, actor: str, now: datetime
) -> None:
    """The corrected report has arrived: the request has done its work. Both submissions stay, word for word."""
    rollback = await session.get_one(Rollback, case.id, populate_existing=True)
    before = await _sections(session, rollback.report_id, rollback.submission)
    after = version.content["sections"]
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    cases.move(case, RollbackStatus.RESENT)
    rollback.status, rollback.ended_at = RollbackStatus.RESENT, now
    rollback.resent_submission = version.submission
    await store.meet(session, case.id, None, now=now)
    data = {"submission": version.submission, "changed": changed}
    await cases.record(session, case, "resent", now=now, actor=actor, data=data)
    await more_time.duty_over(session, case, actor=actor, now=now)
    cases.close(case, Outcome.DONE, now)


async def _sections(session: AsyncSession, report_id: UUID, submission: int) -> dict[str, object]:
    query = select(col(ReportVersion.content)).where(
        col(ReportVersion.case_id) == report_id, col(ReportVersion.submission) == submission
    )
    content = (await session.execute(query)).scalar_one()
    sections: dict[str, object] = content["sections"]
    return sections
