"""The officer decides: granted, once for an account and period, or refused with a reason."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines import store
from services.errors import Conflict, InvalidInput, TransitionRefused
from services.i18n import N_
from services.models import Outcome, ReportReview, ReportStatus, Rollback, RollbackStatus
from services.reviews import dates as review_dates
from services.reviews.examination import last_version
from services.rollbacks import dates, locking, notices
from services.rollbacks.locking import Held
from services.rollbacks.requesting import ALREADY_GRANTED, MAX_REASON, granted_before

_ONE_GRANTED: Final = "uq_rollback_one_granted"


async def grant(session: AsyncSession, case_id: UUID, *, actor: str, now: datetime) -> Rollback:
    """The report may be corrected. Its process opens it; the days for sending it again count from now."""
    held = await _requested(session, case_id)
    if await granted_before(session, held.rollback.account_id, held.rollback.period):
        raise Conflict(ALREADY_GRANTED, code=held.rollback.period)
    cases.move(held.case, RollbackStatus.GRANTED)
    _decided(held, RollbackStatus.GRANTED, actor, now)
    held.rollback.granted_at = now
    try:
        await session.flush()
    except IntegrityError as error:  # the other stage's request was granted in the same moment
        if _ONE_GRANTED not in str(error.orig):
            raise
        raise Conflict(ALREADY_GRANTED, code=held.rollback.period) from error
    await store.meet(session, held.case.id, [dates.DECISION], now=now)
    cases.reach(held.case, "decided_at", now)
    await cases.record(session, held.case, "granted", now=now, actor=actor)
    cases.wake(held.case, now)
    return held.rollback


async def refuse(session: AsyncSession, case_id: UUID, reason: str, *, actor: str, now: datetime) -> Rollback:
    """The report stands as it was sent, and its review goes on where it stood still."""
    held = await _requested(session, case_id)
    written = reason.strip()
    if not written:
        raise InvalidInput(N_("Tuliskan alasan untuk perusahaan."), field="reason")
    if len(written) > MAX_REASON:
        raise InvalidInput(N_("Paling banyak {longest} karakter."), field="reason", longest=MAX_REASON)
    cases.move(held.case, RollbackStatus.REFUSED)
    _decided(held, RollbackStatus.REFUSED, actor, now)
    held.rollback.decision_reason, held.rollback.ended_at = written, now
    cases.reach(held.case, "decided_at", now)
    await store.meet(session, held.case.id, None, now=now)
    await cases.record(session, held.case, "refused", now=now, actor=actor)
    await resume_review(session, held, "rollback_refused", actor=actor, now=now)
    await notices.tell_company(session, held, "rollback_refused", now=now, reason=written)
    cases.close(held.case, Outcome.REFUSED, now)
    await session.flush()
    return held.rollback


async def resume_review(
    session: AsyncSession, held: Held, event: str, *, actor: str, now: datetime, at: datetime | None = None
) -> None:
    """The report is again where it was when the correction was asked for; the office's clock runs on."""
    before = ReportStatus(held.rollback.report_status)
    cases.move(held.report_case, before)
    data = {"rollback": str(held.rollback.case_id), "submission": held.rollback.submission}
    await cases.record(session, held.report_case, event, now=now, at=at, actor=actor, data=data)
    review = await session.get(
        ReportReview, (held.report_case.id, held.rollback.submission), populate_existing=True
    )
    if before is ReportStatus.VERIFIED and review is not None and review.verified_at is not None:
        await review_dates.resume(
            session, held.report_case, review_dates.VALIDATION, review.verified_at, now=now
        )
    else:
        sent_at = (await last_version(session, held.report_case.id)).sent_at
        await review_dates.resume(session, held.report_case, review_dates.VERIFICATION, sent_at, now=now)
    cases.wake(held.report_case, now)


async def _requested(session: AsyncSession, case_id: UUID) -> Held:
    held = await locking.lock(session, case_id)
    if held.case.status != RollbackStatus.REQUESTED or held.case.closed_at is not None:
        raise TransitionRefused(N_("Permohonan ini sudah diputuskan."))
    return held


def _decided(held: Held, status: RollbackStatus, actor: str, now: datetime) -> None:
    held.rollback.status = status
    held.rollback.decided_at, held.rollback.decided_by = now, actor
