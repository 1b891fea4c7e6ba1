"""A type D registration, entered by the UPP from an official letter or an agreement that it received."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Arrival, SessionDep, locale_of
from api.pages import forms, keeping
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.public import registrations
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.documents import records
from services.documents.uploads import Accepted
from services.errors import DomainError
from services.i18n import N_, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.registrations import official_letter, submission
from services.registrations.form import CheckedForm

router = routers.pages()
Officer = Annotated[Principal, require(Permission.DECIDE_REGISTRATION)]


@router.get(PATHS["institution_registration"], dependencies=[require(Permission.DECIDE_REGISTRATION)])
async def show(request: Request, session: SessionDep) -> Response:
    """The empty form."""
    return await _form(request, session, Form(), None)


@router.post(PATHS["institution_registration"], max_body_size=keeping.MAX_FORM_BODY)
async def enter(request: Request, session: SessionDep, now: Arrival, user: Officer) -> Response:
    """Take the letter in. Everything wrong is said at once, and the scan is not asked for twice."""
    typed = await forms.typed(request)
    read = await registrations.read(
        request, typed, needs_document=True, now=now, kind=official_letter.GOVERNMENT
    )
    outcome: Response | DomainError | None = read.refused
    if read.checked is not None and read.document is not None and outcome is None:
        checked, scan = read.checked, read.document

        async def command() -> Done:
            made = await _submit(session, user, checked, scan, now)
            return Done(
                to=url("registration_decision", case=made),
                message=N_("Pendaftaran instansi dicatat. Cocokkan dengan surat, lalu putuskan."),
            )

        outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if isinstance(outcome, Response):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request))) if outcome else Form(typed)
    return await _form(request, session, form, read.document, outcome.status if outcome else 422)


async def _submit(
    session: AsyncSession, user: Principal, checked: CheckedForm, scan: Accepted, now: datetime
) -> UUID:
    official_letter.within(user, checked.region_code)
    row = await records.add(session, scan, kind=official_letter.SCAN, uploaded_by=user.actor, now=now)
    return (await submission.submit(session, checked, row, actor=user.actor, now=now)).case_id


async def _form(
    request: Request, session: AsyncSession, form: Form, scan: Accepted | None, status: int = 200
) -> Response:
    page = await page_for(request, session)
    context: dict[str, Any] = {
        "form": form,
        **registrations.institution_choices(translator(page.locale)),
        "document": keeping.shown(scan),
        "document_token": forms.text(form.values, keeping.TOKEN) if scan else "",
    }
    return answer("officer/institution_registration.html", page, status=status, **context)
