"""Tracking Pemrosesan: what happened to a report since it was sent, and the officers' notes to answer."""

from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import forms, shapes
from api.pages.company import more_time, report_frame
from api.pages.company.report_frame import TRACKING, Writer, authorised
from api.pages.forms import Done
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from services.errors import DomainError, FieldError, InvalidInput
from services.i18n import N_, Translator, translator
from services.identity.permissions import Permission
from services.models import CorrectionAnswer, ReportCorrection, ReportStatus, Rollback
from services.reports import reading
from services.reports.reading import ReportView
from services.reviews import corrections, differences
from services.reviews import reading as reviews
from services.rollbacks import reading as rollbacks
from services.rollbacks import requesting
from services.timeline.future import FutureLine, future
from services.timeline.past import PastLine, past

router = routers.pages()
_TONES = {
    "sent": "positive",
    "report_validated": "positive",
    "report_returned": "warning",
    "correction_lapsed": "negative",
    "rollback_reopened": "positive",
    "rollback_refused": "negative",
    "rollback_expired": "negative",
}


@router.get(PATHS["report_tracking"])
async def show(request: Request, session: SessionDep, now: Now, report: UUID, user: Writer) -> Response:
    """The story of the report, its notes, its corrections."""
    await authorised(session, user, report)
    return await _render(request, session, report, now, None, Form())


@router.post(PATHS["report_correction"])
async def answer(
    request: Request, session: SessionDep, now: Now, report: UUID, correction: UUID, user: Writer
) -> Response:
    """Perbaiki or Tanggapi one note."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await authorised(session, user, report, Permission.SEND_REPORT, lock=True)
        named = forms.text(typed, "answer")
        if named not in list(CorrectionAnswer):
            raise InvalidInput(N_("Pilih Perbaiki atau Tanggapi."))
        note = await corrections.answer(
            session, report, correction, CorrectionAnswer(named), forms.text(typed, _field(correction)),
            actor=user.actor, now=now,
        )  # fmt: skip
        return Done(to=_next(report, note), message=N_("Jawaban Anda disimpan."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, _placed(outcome, correction), translator(locale_of(request)))
    return await _render(request, session, report, now, correction, form, status=outcome.status)


def _field(correction: UUID) -> str:
    """The box of one note: a page shows several."""
    return f"response-{correction}"


def _placed(refused: DomainError, correction: UUID) -> DomainError:
    if refused.field != "response":
        return refused
    field = FieldError(_field(correction), refused.message, refused.params)
    return InvalidInput(refused.message, fields=[field])


def _next(report: UUID, note: ReportCorrection) -> str:
    """Perbaiki leads to the page that is wrong; Tanggapi stays with the notes."""
    if note.answer == CorrectionAnswer.FIXED and note.section != corrections.WHOLE_REPORT:
        return url("report_section", report=report, section=note.section)
    return url("report_tracking", report=report)


async def _render(
    request: Request,
    session: AsyncSession,
    report: UUID,
    now: datetime,
    refused: UUID | None,
    form: Form,
    status: int = 200,
) -> Response:
    words = translator(locale_of(request))
    view = await reading.read(session, report, now=now)
    notes = await corrections.of_report(session, report)
    story = await past(session, view.case, for_company=True, locale=words.locale)
    ahead = await future(session, view.case, now=now, locale=words.locale, for_company=True)
    possible = await requesting.possible(session, report, now=now)
    sent = view.report.submission > 0
    return await report_frame.render(
        request,
        session,
        "company/report_tracking.html",
        view,
        TRACKING,
        words,
        status=status,
        notes=[_note(view, note, refused, form, words) for note in notes],
        answerable=view.case.status == ReportStatus.RETURNED and view.case.closed_at is None,
        past=[_past(line) for line in story],
        future=[_future(line) for line in ahead],
        changes=await _changes(session, view, words) if sent else [],
        rollbacks=[_rollback(one) for one in await rollbacks.of_report(session, report)],
        may_ask=possible.refusal is None,
        refusal=words.gettext(possible.refusal.message, **possible.refusal.params)
        if possible.refusal and sent
        else "",
        window=possible.window.due_before if sent else None,
        ask=url("rollback_request", report=report),
        statement=url("report_statement", report=report),
        more_time=await more_time.offers(session, report, words, now),
    )


def _note(
    view: ReportView, note: ReportCorrection, refused: UUID | None, form: Form, words: Translator
) -> dict[str, Any]:
    titles = {page.section.id: words.gettext(page.section.title) for page in view.pages}
    own = note.id == refused
    return {
        "id": note.id,
        "section": titles.get(note.section, words.gettext(N_("Seluruh laporan"))),
        "href": url("report_section", report=view.case.id, section=note.section)
        if note.section in titles
        else "",
        "text": note.note,
        "at": note.raised_at,
        "submission": note.submission,
        "answer": note.answer or "",
        "response": note.response or "",
        "action": url("report_correction", report=view.case.id, correction=note.id),
        "form": form if own else Form(),
    }


def _past(line: PastLine) -> shapes.PastEvent:
    ground = " · ".join(part for part in (line.instrument, line.reason) if part)
    return shapes.PastEvent(
        line.at, line.text, line.actor, line.recorded_at, detail=ground, tone=_TONES.get(line.type, "")
    )


def _future(line: FutureLine) -> shapes.FutureStep:
    return shapes.FutureStep(line.text, line.at, certain=line.certain, reasons=line.why)


async def _changes(session: AsyncSession, view: ReportView, words: Translator) -> list[dict[str, Any]]:
    """What each sending after the first changed."""
    sent = (await reviews.view(session, view.case.id)).submissions
    return [
        {
            "submission": after.submission,
            "sent_at": after.sent_at,
            "pages": [
                {"title": page.title, "lines": page.lines, "unasked": False}
                for page in differences.compare(before, after, words)
            ],
        }
        for before, after in pairwise(sent)
    ]


def _rollback(one: Rollback) -> dict[str, Any]:
    return {
        "status": one.status,
        "reason": one.reason,
        "requested_at": one.requested_at,
        "decided_at": one.decided_at,
        "decision_reason": one.decision_reason or "",
        "ended_at": one.ended_at,
    }
