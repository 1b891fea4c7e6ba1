"""Tracking Pemrosesan: what officers asked to correct, section by section, and how the company answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.errors import FieldError, InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.models import CorrectionAnswer, ReportCorrection, ReportStatus, ReviewDesk, new_id
from services.reports.definition import Form

MAX_NOTE: Final = 2000
WHOLE_REPORT: Final = "report"
"""The section of a note that concerns no single page."""


@dataclass(frozen=True)
class Note:
    """What is wrong in one section (its id in the form, or `WHOLE_REPORT`)."""

    section: str
    text: str


def check(notes: Sequence[Note], form: Form) -> None:
    """InvalidInput unless there is a note, and each names a page of the form and says something."""
    if not notes:
        raise InvalidInput(
            N_("Tuliskan catatan pada bagian yang perlu diperbaiki sebelum mengembalikan laporan."),
            field="notes",
        )
    problems = [problem for note in notes for problem in _problems(note, form)]
    if problems:
        raise InvalidInput(N_("Catatan belum lengkap."), fields=problems)


def _problems(note: Note, form: Form) -> list[FieldError]:
    field = f"notes.{note.section}"
    if note.section != WHOLE_REPORT and form.section(note.section) is None:
        return [FieldError(field, N_("Bagian ini tidak ada dalam formulir laporan."))]
    if not note.text.strip():
        return [FieldError(field, N_("Tuliskan apa yang perlu diperbaiki."))]
    if len(note.text) > MAX_NOTE:
        return [FieldError(field, N_("Paling banyak {longest} karakter."), {"longest": MAX_NOTE})]
    return []


def raise_all(
    session: AsyncSession,
    report_id: UUID,
    submission: int,
    notes: Sequence[Note],
    *,
    desk: ReviewDesk,
    directorate: str | None,
    actor: str,
    now: datetime,
) -> None:
    """Keep the notes of one return."""
    for note in notes:
        correction = ReportCorrection(
            id=new_id(),
            case_id=report_id,
            submission=submission,
            section=note.section,
            note=note.text.strip(),
            raised_in=desk,
            directorate=directorate,
            raised_at=now,
            raised_by=actor,
        )
        session.add(correction)


async def of_report(session: AsyncSession, report_id: UUID) -> list[ReportCorrection]:
    """Every note about a report, in order."""
    query = select(ReportCorrection).where(col(ReportCorrection.case_id) == report_id)
    found = await session.execute(
        query.order_by(col(ReportCorrection.id)).execution_options(populate_existing=True)
    )
    return list(found.scalars())


async def answer(
    session: AsyncSession,
    report_id: UUID,
    correction_id: UUID,
    how: CorrectionAnswer,
    response: str,
    *,
    actor: str,
    now: datetime,
) -> ReportCorrection:
    """Perbaiki: the company says that it corrected the page. Tanggapi: it says why the data stand.

    TransitionRefused unless the report lies with the company; InvalidInput for a Tanggapan without words.
    """
    case = await cases.lock(session, report_id)
    note = await session.get(ReportCorrection, correction_id, populate_existing=True)
    if note is None or note.case_id != case.id:
        raise NotFound
    if case.status != ReportStatus.RETURNED or case.closed_at is not None:
        raise TransitionRefused(N_("Catatan ini tidak dapat dijawab lagi: laporan sudah dikirim kembali."))
    said = response.strip()
    if how is CorrectionAnswer.RESPONDED and not said:
        raise InvalidInput(N_("Tuliskan tanggapan Anda."), field="response")
    if len(said) > MAX_NOTE:
        raise InvalidInput(N_("Paling banyak {longest} karakter."), field="response", longest=MAX_NOTE)
    note.answer, note.response = how, said or None
    note.answered_at, note.answered_by = now, actor
    await session.flush()
    data = {"correction": str(note.id), "answer": how.value}
    await cases.record(session, case, "correction_answered", now=now, actor=actor, data=data)
    return note


async def require_answered(session: AsyncSession, report_id: UUID) -> None:
    """InvalidInput while a note waits for Perbaiki or Tanggapi: the report is not sent past it."""
    query = (
        select(ReportCorrection)
        .where(col(ReportCorrection.case_id) == report_id, col(ReportCorrection.answer).is_(None))
        .order_by(col(ReportCorrection.id))
    )
    waiting = (await session.execute(query)).scalars().all()
    if waiting:
        unanswered = N_("Jawab catatan petugas ini: Perbaiki atau Tanggapi.")
        raise InvalidInput(
            N_("Jawab semua catatan petugas di Tracking Pemrosesan sebelum mengirim kembali."),
            fields=[FieldError(note.section, unanswered) for note in waiting],
        )
