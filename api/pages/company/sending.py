"""Kirim Laporan: what is still missing, in the ministry's words, and the sending itself."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import IN_TURN, Now, SessionDep, locale_of
from api.pages import flash, forms, shapes
from api.pages.company import questions, report_frame, ways_out
from api.pages.company.report_frame import SEND, Writer, authorised
from api.pages.forms import Done
from api.pages.urls import PATHS, url
from api.permissions import require
from services.errors import DomainError
from services.i18n import N_, Translator, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import new_id
from services.reports import reading, receipts, sending
from services.reports.completeness import LICENCES_SECTION, STATEMENT_SECTION, Gap
from services.reports.reading import ReportView

router = routers.pages()
Sender = Annotated[Principal, require(Permission.SEND_REPORT)]


@router.get(PATHS["report_send"])
async def show(request: Request, session: SessionDep, now: Now, report: UUID, user: Writer) -> Response:
    """Every page and whether it is complete; once sent, the way to the receipt."""
    await authorised(session, user, report)
    return await _render(request, session, report, now)


@router.post(PATHS["report_send"], dependencies=[IN_TURN])
async def send(request: Request, session: SessionDep, now: Now, report: UUID, user: Sender) -> Response:
    """Send the report, once, however often the button is pressed."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await authorised(session, user, report, Permission.SEND_REPORT, lock=True)
        seen = forms.number(typed, "version")
        sent = await sending.send(
            session, report, command_id=f"{report}/{user.actor}/{forms.text(typed, 'command_id')[:64]}",
            expected_version=-1 if seen is None else seen, actor=user.actor, now=now,
        )  # fmt: skip
        message = N_("Laporan #{number} diterima.") if sent.on_time else N_(
            "Laporan #{number} diterima, setelah batas waktunya."
        )  # fmt: skip
        return Done(
            to=url("report_send", report=report), message=message, params={"number": sent.report.number or 0}
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    flash.now(request, outcome.message, "negative", **outcome.params)
    return await _render(request, session, report, now, outcome.status)


async def _render(
    request: Request, session: AsyncSession, report: UUID, now: datetime, status: int = 200
) -> Response:
    words = translator(locale_of(request))
    view = await reading.read(session, report, now=now)
    early = view.sending_opens_at > now
    return await report_frame.render(
        request,
        session,
        "company/report_send.html",
        view,
        SEND,
        words,
        status=status,
        checks=_checks(view, words),
        warnings=_warnings(view, words),
        sendable=view.editable and not view.gaps and not early,
        opens_at=view.sending_opens_at if early else None,
        version=view.report.content_version,
        command_id=new_id().hex,
        receipt=url("report_receipt", report=report) if not view.editable and view.report.submission else "",
        sent=await _sent(session, view) if not view.editable else None,
        class_message=report_frame.class_message(view, words) if view.form_available else "",
    )


async def _sent(session: AsyncSession, view: ReportView) -> dict[str, Any] | None:
    """What was received last: its number, when, and its fingerprint."""
    versions = await receipts.versions(session, view.case.id)
    if not versions:
        return None
    last = versions[-1]
    return {"number": view.report.number, "at": last.sent_at, "hash": last.content_hash}


def _checks(view: ReportView, words: Translator) -> list[shapes.Check]:
    """One line for every page, then the letter, the licences and what else stands in the way."""
    checks: list[shapes.Check] = []
    for page in view.pages:
        checks += [_check(view, gap, words) for gap in page.gaps]
        if not page.gaps:
            checks.append(shapes.Check(words.gettext(page.section.title), True))
    paged = {page.section.id for page in view.pages}
    checks += [_check(view, gap, words) for gap in view.gaps if gap.section not in paged]
    open_ = {gap.section for gap in view.gaps}
    done = {STATEMENT_SECTION: N_("Surat Pernyataan"), LICENCES_SECTION: N_("Perizinan")}
    if view.form_available:
        checks += [shapes.Check(words.gettext(t), True) for name, t in done.items() if name not in open_]
    return checks


def _check(view: ReportView, gap: Gap, words: Translator) -> shapes.Check:
    section = next((page.section for page in view.pages if page.section.id == gap.section), None)
    hints = [
        questions.spoken(section, error, words) if section else words.gettext(error.message, **error.params)
        for error in gap.fields
        if error.message != gap.message
    ]
    shown = " · ".join(hints[:3]) + (" …" if len(hints) > 3 else "")
    if section and ways_out.fell(section, gap.fields):
        shown = " · ".join(filter(None, (shown, words.gettext(ways_out.LOWERED_BY))))
    return shapes.Check(
        words.gettext(gap.message, **gap.params), False, report_frame.closes(view, gap), shown
    )


def _warnings(view: ReportView, words: Translator) -> list[Any]:
    said = [words.gettext(remark.message, **remark.params) for remark in view.remarks]
    for page in view.pages:
        title = words.gettext(page.section.title)
        said += [f"{title} – {questions.spoken(page.section, error, words)}" for error in page.warnings]
    return said
