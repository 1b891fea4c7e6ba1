"""What officers decide about one report: verify it, approve it for a directorate, or return it with notes.

Nothing here happens by the passing of time: every approval has somebody who gave it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines import store
from services.errors import NotFound, TransitionRefused
from services.i18n import N_
from services.models import (
    Outcome,
    ReportReview,
    ReportStatus,
    ReportValidation,
    ReviewDesk,
)
from services.reports import forms, statement
from services.reviews import corrections, dates, desk, notices
from services.reviews.corrections import Note
from services.reviews.desk import OnDesk
from services.reviews.examination import last_version


async def verify(
    session: AsyncSession, report_id: UUID, *, submission: int, actor: str, now: datetime
) -> ReportReview:
    """Pusdatin finds the data clear and complete: the supervising directorates are asked."""
    held = await desk.lock(session, report_id, ReviewDesk.VERIFICATION, submission=submission)
    cases.move(held.case, ReportStatus.VERIFIED)
    held.review.verified_at, held.review.verified_by = now, actor
    ask_directorates(session, held.review)
    await store.meet(session, report_id, [dates.VERIFICATION, dates.VERIFICATION_HALF], now=now)
    await dates.set_target(session, held.case, dates.VALIDATION, now, now=now)
    data = {"submission": submission}
    await cases.record(session, held.case, "report_verified", now=now, actor=actor, data=data)
    cases.wake(held.case, now)
    await session.flush()
    return held.review


def ask_directorates(session: AsyncSession, review: ReportReview) -> None:
    """A line for each directorate that supervises a KBLI of what was sent."""
    for directorate, divisions in review.supervising.items():
        part = ReportValidation(
            case_id=review.case_id,
            submission=review.submission,
            directorate=directorate,
            divisions=divisions,
        )
        session.add(part)


async def approve(
    session: AsyncSession, report_id: UUID, directorate: str, *, submission: int, actor: str, now: datetime
) -> ReportValidation:
    """One supervising directorate finds the data accurate. With the last of them the report is final."""
    held = await desk.lock(session, report_id, ReviewDesk.VALIDATION, submission=submission)
    part = part_of(held, directorate)
    part.approved_at, part.approved_by = now, actor
    data = {"submission": submission, "directorate": directorate}
    await cases.record(session, held.case, "report_approved", now=now, actor=actor, data=data)
    held.case.version += 1
    await session.flush()
    if not held.waiting:
        await _finish(session, held, actor=actor, now=now)
    cases.wake(held.case, now)
    return part


def part_of(held: OnDesk, directorate: str) -> ReportValidation:
    """That directorate's part, still waiting. NotFound for another's report, TransitionRefused when approved."""
    part = next((one for one in held.validations if one.directorate == directorate), None)
    if part is None:
        raise NotFound
    if part.approved_at is not None:
        raise TransitionRefused(N_("Direktorat ini sudah menyetujui laporan ini."))
    return part


async def _finish(session: AsyncSession, held: OnDesk, *, actor: str, now: datetime) -> None:
    cases.move(held.case, ReportStatus.VALIDATED)
    await store.meet(session, held.case.id, None, now=now)
    data = {"submission": held.report.submission}
    await cases.record(session, held.case, "report_validated", now=now, actor=actor, data=data)
    await notices.tell_company(session, held.case, "report_validated", now=now)
    cases.close(held.case, Outcome.DONE, now)


async def give_back(
    session: AsyncSession,
    report_id: UUID,
    at: ReviewDesk,
    notes: Sequence[Note],
    *,
    submission: int,
    actor: str,
    now: datetime,
    directorate: str | None = None,
) -> ReportReview:
    """Return a report with notes: the company fixes or answers them and goes on from the statement letter."""
    held = await desk.lock(session, report_id, at, submission=submission)
    if at is ReviewDesk.VALIDATION:
        part_of(held, directorate or "")
    version = await last_version(session, report_id)
    corrections.check(notes, forms.shipped().get(version.form_id, version.form_version))
    cases.move(held.case, ReportStatus.RETURNED)
    held.review.returned_at, held.review.returned_by, held.review.returned_in = now, actor, at
    corrections.raise_all(
        session, report_id, submission, notes,
        desk=at, directorate=directorate, actor=actor, now=now,
    )  # fmt: skip
    statement.begin_again(held.report)
    await store.meet(session, report_id, dates.TARGETS, now=now)
    correction = await dates.set_correction(session, held.case, now=now)
    data = {"submission": submission, "notes": len(notes), "in": at.value}
    await cases.record(session, held.case, "report_returned", now=now, actor=actor, data=data)
    await notices.tell_returned(session, held.case, notes, version, correction.due_before, now=now)
    cases.wake(held.case, now)
    await session.flush()
    return held.review
