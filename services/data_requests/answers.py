"""The company's answer, which comes through the portal only: its files first, then its words and the sending."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.data_requests import dates, reading, receipt
from services.data_requests.reading import Opened
from services.deadlines import store
from services.errors import FieldError, InvalidInput, NotFound, TransitionRefused
from services.extension_requests import ending as more_time
from services.i18n import N_
from services.messages.intents import cancel_for_case
from services.models import (
    AttachmentSide,
    DataRequestAttachment,
    DataRequestStatus,
    Document,
    ScanState,
)
from services.warnings import standing

DOCUMENT_KIND: Final = "data_request"
MAX_ANSWER: Final = 20_000
MAX_FILES: Final = 20
REMINDING: Final = ("data_request", "data_request_followup", "data_request_reminder", "data_request_late")

_ANSWERED: Final = N_(
    "Pertanyaan ini sudah dijawab dan sedang diperiksa petugas. Bila perlu, petugas bertanya kembali."
)


async def attach(session: AsyncSession, case_id: UUID, document: Document) -> None:
    """Put a file beside the answer that is being written. Officers see it when the answer is sent."""
    opened = await reading.lock(session, case_id)
    _require_open(opened)
    if document.account_id != opened.request.account_id or document.scan_state == ScanState.REJECTED:
        raise NotFound
    files = select(func.count()).where(
        col(DataRequestAttachment.case_id) == case_id,
        col(DataRequestAttachment.question) == opened.question.number,
    )
    if (await session.execute(files.select_from(DataRequestAttachment))).scalar_one() >= MAX_FILES:
        raise InvalidInput(N_("Paling banyak {most} lampiran."), field="document", most=MAX_FILES)
    session.add(
        DataRequestAttachment(
            document_id=document.id,
            case_id=case_id,
            question=opened.question.number,
            side=AttachmentSide.ANSWER,
        )
    )
    await session.flush()


async def detach(session: AsyncSession, case_id: UUID, document_id: UUID) -> None:
    """Take a file away from an answer that is not sent yet; NotFound when it is not there."""
    opened = await reading.lock(session, case_id)
    _require_open(opened)
    gone = await session.execute(
        delete(DataRequestAttachment)
        .where(
            col(DataRequestAttachment.document_id) == document_id,
            col(DataRequestAttachment.case_id) == case_id,
            col(DataRequestAttachment.question) == opened.question.number,
        )
        .returning(col(DataRequestAttachment.document_id))
    )
    if gone.first() is None:
        raise NotFound


async def send(
    session: AsyncSession, case_id: UUID, text: str, *, sent_at: datetime, actor: str, now: datetime
) -> Opened:
    """Answer the open question with these words and the files beside it. `sent_at`: its arrival, which counts.

    An answer that nobody was asked to prove receipt of proves it itself. Late answers are taken, and are late.
    TransitionRefused when the question is answered already or the request closed; InvalidInput without words.
    """
    await receipt.read_by_company(session, case_id, actor=actor, now=now)
    opened = await reading.lock(session, case_id)
    _require_open(opened)
    if not text.strip():
        raise InvalidInput(N_("Periksa kembali isian yang ditandai."), fields=[_EMPTY])
    if len(text) > MAX_ANSWER:
        long = FieldError("answer", N_("Paling banyak {longest} karakter."), {"longest": MAX_ANSWER})
        raise InvalidInput(N_("Periksa kembali isian yang ditandai."), fields=[long])
    await _keep(session, opened, text.strip(), sent_at, actor)
    files = await reading.attachments(session, opened.request, AttachmentSide.ANSWER)
    for document in files:
        document.case_id = case_id
    cases.move(opened.case, DataRequestStatus.ANSWERED)
    await store.meet(session, case_id, None, now=now)
    await cancel_for_case(session, case_id, REMINDING, reason="already_answered", now=now)
    data = {"question": opened.question.number, "files": len(files)}
    await cases.record(session, opened.case, "answered", now=now, at=sent_at, actor=actor, data=data)
    await more_time.duty_over(session, opened.case, actor=actor, now=now)
    cases.wake(opened.case, now)
    await standing.duties_changed(session, [case_id], now=now, actor=actor)
    return opened


_EMPTY: Final = FieldError("answer", N_("Tuliskan jawaban; lampiran saja tidak cukup."))


async def _keep(session: AsyncSession, opened: Opened, text: str, sent_at: datetime, actor: str) -> None:
    """The words, and the dates by which they are on time or late, as they were in force."""
    due = await dates.deadline_of(session, opened.case.id)
    question = opened.question
    question.answer, question.answered_at, question.answered_by = text, sent_at, actor
    if due is not None:
        question.due_before, question.lenient_before = due.due_before, due.lenient_before


def _require_open(opened: Opened) -> None:
    if opened.case.closed_at is not None:
        raise TransitionRefused(receipt.CLOSED)
    if opened.case.status == DataRequestStatus.ANSWERED:
        raise TransitionRefused(_ANSWERED)
