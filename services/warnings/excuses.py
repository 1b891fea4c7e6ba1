"""An excuse accepted by an officer: only with the company's letter, and it ends the duty and its warnings at once."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines import store
from services.errors import FieldError, InvalidInput, NotFound, TransitionRefused
from services.extension_requests import ending as more_time
from services.i18n import N_
from services.messages.intents import cancel_for_case
from services.models import (
    CaseFile,
    CaseKind,
    DataRequestStatus,
    Deadline,
    Document,
    Outcome,
    ReportStatus,
    ScanState,
    WarningLadder,
)
from services.warnings import standing
from services.warnings.duties import DUTIES

MAX_REASON: Final = 2000
NO_LETTER: Final = N_(
    "Alasan hanya dapat diterima dengan surat perusahaan yang ditandatangani (kebijakan layanan)."
)
_EXCUSABLE: Final = {
    CaseKind.REPORT: (
        ReportStatus.UPCOMING,
        ReportStatus.NOT_STARTED,
        ReportStatus.DRAFT,
        ReportStatus.RETURNED,
    ),
    CaseKind.DATA_REQUEST: (DataRequestStatus.SENT, DataRequestStatus.RECEIVED),
}
_END: Final = {CaseKind.REPORT: ReportStatus.EXCUSED, CaseKind.DATA_REQUEST: DataRequestStatus.WITHDRAWN}


async def accept(
    session: AsyncSession,
    ladder_id: UUID,
    *,
    document: Document | None,
    reason: str,
    actor: str,
    now: datetime,
) -> CaseFile:
    """Accept the excuse of a company under warning; returns the duty, excused.

    InvalidInput without the company's letter or a reason; TransitionRefused when the duty was met meanwhile.
    """
    ladder = await session.get(WarningLadder, ladder_id)
    if ladder is None:
        raise NotFound
    await cases.lock_many(session, [ladder.obligation_id, ladder_id])
    duty = await cases.lock(session, ladder.obligation_id)
    await session.refresh(ladder)
    letter = _check(document, reason, ladder)
    letter.case_id = duty.id
    ladder.excuse_document_id = letter.id
    ladder.end_note = reason.strip()[:MAX_REASON]
    await excuse(session, duty, letter.id, actor=actor, now=now)
    return duty


async def excuse(
    session: AsyncSession, duty: CaseFile, document_id: UUID, *, actor: str, now: datetime
) -> None:
    """End a locked duty as excused by the company's letter: its demands and its warnings end with it.

    A report that was sent and returned is owed again once the days of its correction are over. TransitionRefused when
    the duty was met or closed meanwhile.
    """
    due = await session.get(Deadline, (duty.id, DUTIES[duty.kind]), populate_existing=True)
    met = due is not None and due.met_at is not None
    if met or duty.closed_at is not None or duty.status not in _EXCUSABLE[CaseKind(duty.kind)]:
        raise TransitionRefused(N_("Kewajiban ini sudah dipenuhi atau sudah ditutup."))
    cases.move(duty, _END[CaseKind(duty.kind)])
    await store.meet(session, duty.id, None, now=now)
    data = {"document": str(document_id)}
    await cases.record(session, duty, "excused", now=now, actor=actor, data=data)
    await more_time.duty_over(session, duty, actor=actor, now=now)
    cases.close(duty, Outcome.EXCUSED, now)
    await cancel_for_case(session, duty.id, _DEMANDS, reason="excused", now=now)
    await standing.duties_changed(session, [duty.id], now=now, actor=actor)


_DEMANDS: Final = (
    "report_reminder",
    "report_reminder_last",
    "report_overdue",
    "report_returned",
    "report_correction_lapsed",
    "data_request_reminder",
)


def _check(document: Document | None, reason: str, ladder: WarningLadder) -> Document:
    errors = []
    if document is None:
        errors.append(FieldError("document", NO_LETTER))
    elif document.scan_state != ScanState.CLEAN or document.account_id not in (None, ladder.account_id):
        errors.append(FieldError("document", N_("Berkas ini tidak dapat dipakai.")))
    if not reason.strip():
        errors.append(FieldError("reason", N_("Tuliskan mengapa alasan ini diterima.")))
    if errors or document is None:
        raise InvalidInput(N_("Periksa kembali isian yang ditandai."), fields=errors)
    return document
