"""Pendaftaran: the form, its receipt on the page and as PDF."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import letters, routers
from api.applicants import ANYONE, limited
from api.deps import Arrival, PartsDep, SessionDep, locale_of
from api.pages import forms, keeping, places
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.public import human, registrations
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import Csrf, public
from services.documents import records
from services.documents.uploads import Accepted
from services.errors import DomainError
from services.i18n import translator
from services.identity.principal import Principal
from services.models import Deadline
from services.registrations import receipt, submission
from services.registrations.form import CHECK_FIELDS, CheckedForm
from services.registrations.receipt import Receipt

router = routers.pages()
NOBODY = Principal(actor=ANYONE)


@router.get(PATHS["register"], dependencies=[public()])
async def show(request: Request, session: SessionDep) -> Response:
    """The empty form."""
    return await _form(request, session, Form(), None)


@router.post(
    PATHS["register"],
    dependencies=[public(Csrf.FORM), Depends(limited)],
    max_body_size=keeping.MAX_FORM_BODY,
)
async def register(request: Request, session: SessionDep, now: Arrival) -> Response:
    """Take in a registration. Everything wrong with it is said at once; the file is not asked for twice."""
    typed = await forms.typed(request)
    doubts = await human.problems(request, typed)
    read = await registrations.read(request, typed, needs_document=True, now=now)
    refused = keeping.together(doubts, read.refused, CHECK_FIELDS)
    if read.checked is None or read.document is None or refused is not None:
        return await _again(request, session, typed, refused, read.document)
    checked, document = read.checked, read.document

    async def command() -> Done:
        return Done(to=url("register_done", registration=await _submit(session, checked, document, now)))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if isinstance(outcome, DomainError):
        return await _again(request, session, typed, outcome, document)
    return outcome


@router.get(PATHS["register_done"], dependencies=[public()])
async def done(request: Request, session: SessionDep, registration: UUID) -> Response:
    """Bukti Pendaftaran Akun on the page. Whoever has the unguessable address may see it."""
    case, found = await registrations.find(session, registration)
    target = await session.get_one(Deadline, (case.id, submission.TARGET))
    page = await page_for(request, session)
    shown = {
        "id": case.id,
        "number": found.number,
        "submitted_at": found.submitted_at,
        "company_name": found.company_name,
        "email": registrations.masked(found.email),
        "due_before": target.due_before,
    }
    return answer("public/register_done.html", page, registration=shown)


@router.get(PATHS["register_receipt"], dependencies=[public()])
async def printed(parts: PartsDep, now: Arrival, registration: UUID) -> Response:
    """The same as PDF, with a code that anyone can check."""

    async def found(session: AsyncSession) -> Receipt:
        await registrations.find(session, registration)
        return await receipt.receipt(
            session, registration, public_url=parts.settings.public_url, now=now,
            specimen=parts.specimen,
        )  # fmt: skip

    return await letters.kept(parts, NOBODY, found)


async def _submit(session: AsyncSession, checked: CheckedForm, accepted: Accepted, now: datetime) -> UUID:
    row = await records.add(session, accepted, kind="nib", uploaded_by=ANYONE, now=now)
    registration = await submission.submit(session, checked, row, actor=ANYONE, now=now)
    return registration.case_id


async def _again(
    request: Request,
    session: AsyncSession,
    typed: dict[str, Any],
    refused: DomainError | None,
    document: Accepted | None,
) -> Response:
    words = translator(locale_of(request))
    form = Form.refused(typed, refused, words) if refused else Form(typed)
    return await _form(request, session, form, document, refused.status if refused else 422)


async def _form(
    request: Request, session: AsyncSession, form: Form, document: Accepted | None, status: int = 200
) -> Response:
    page = await page_for(request, session)
    token = forms.text(form.values, human.TOKEN)
    question = human.check_of(request, token)
    if question["token"] != token:
        form = Form({**form.values, human.ANSWER: ""}, form.errors, form.message)
    return answer(
        "public/register.html",
        page,
        status=status,
        form=form,
        regions=places.choices(),
        document=keeping.shown(document),
        document_token=forms.text(form.values, keeping.TOKEN) if document else "",
        human_check=question,
    )
