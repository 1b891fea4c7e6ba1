"""Perbaikan data: the company asks that its sent report be opened again."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import forms, shapes
from api.pages.company import report_frame
from api.pages.company.report_frame import TRACKING, authorised
from api.pages.forms import Done
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.deadlines.explanation import explain
from services.errors import DomainError
from services.i18n import N_, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.reports import reading
from services.rollbacks import requesting
from services.rollbacks.requesting import Asked

router = routers.pages()
Asker = Annotated[Principal, require(Permission.REQUEST_ROLLBACK)]


@router.get(PATHS["rollback_request"])
async def show(request: Request, session: SessionDep, now: Now, report: UUID, user: Asker) -> Response:
    """Whether a correction can be asked for, until when, and the form."""
    await authorised(session, user, report, Permission.REQUEST_ROLLBACK)
    return await _render(request, session, report, now, Form())


@router.post(PATHS["rollback_request"])
async def ask(request: Request, session: SessionDep, now: Now, report: UUID, user: Asker) -> Response:
    """Ask. What is refused is refused with its rule, and nothing has changed."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await authorised(session, user, report, Permission.REQUEST_ROLLBACK, lock=True)
        asked = Asked(forms.text(typed, "reason"), forms.texts(typed, "sections"))
        await requesting.request(session, report, asked, actor=user.actor, now=now)
        return Done(
            to=url("report_tracking", report=report),
            message=N_(
                "Permohonan diajukan. Sampai ada keputusan, laporan yang sudah dikirim tetap berlaku."
            ),
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, report, now, form, status=outcome.status)


async def _render(
    request: Request, session: AsyncSession, report: UUID, now: datetime, form: Form, status: int = 200
) -> Response:
    words = translator(locale_of(request))
    view = await reading.read(session, report, now=now)
    possible = await requesting.possible(session, report, now=now)
    refusal = possible.refusal
    return await report_frame.render(
        request,
        session,
        "company/rollback_request.html",
        view,
        TRACKING,
        words,
        status=status,
        refusal=words.gettext(refusal.message, **refusal.params) if refusal else "",
        window=shapes.DeadlineView(
            words.gettext(N_("Permohonan perbaikan data")),
            possible.window.due_before,
            lenient_before=possible.window.lenient_before,
            reasons=[
                f"{step.text} ({step.basis})" if step.basis else step.text
                for step in explain(possible.window.derivation, words.locale)
            ],
        ),
        pages_of_form=[
            shapes.Option(page.section.id, words.gettext(page.section.title)) for page in view.pages
        ],
        form=form,
    )
