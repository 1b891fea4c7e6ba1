"""Where a registration stands, and correcting one that the UPP returned."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.applicants import ANYONE
from api.deps import Arrival, PartsDep, SessionDep, locale_of
from api.pages import deadlines, forms, keeping, places, shapes
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.public import registrations
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import Csrf, public
from api.principals import ClientAddress
from services.documents import records
from services.documents.uploads import Accepted
from services.errors import DomainError, NotFound
from services.i18n import N_, Translator, translator
from services.identity import ratelimit, tokens
from services.identity.errors import LinkExpired
from services.identity.tokens import Purpose
from services.models import CaseFile, Document, Registration, RegistrationStatus
from services.registrations import official_letter, submission
from services.registrations.form import CheckedForm

router = routers.pages()
Token = Annotated[str, Query(max_length=200)]

_SENT: Final = N_("Pendaftaran dikirim")
_CHECKED: Final = {
    RegistrationStatus.SUBMITTED: (N_("Diperiksa UPP"), "current"),
    RegistrationStatus.RETURNED: (N_("Dikembalikan untuk diperbaiki"), "problem"),
    RegistrationStatus.ACCEPTED: (N_("Diperiksa UPP"), "done"),
    RegistrationStatus.REJECTED: (N_("Ditolak UPP"), "problem"),
    RegistrationStatus.LAPSED: (N_("Gugur karena tidak diperbaiki"), "problem"),
}
_LINK_GONE: Final = N_("Tautan perbaikan ini sudah dipakai atau tidak berlaku lagi.")


@router.get(PATHS["registration_status"], dependencies=[public()])
async def status(request: Request, session: SessionDep, registration: UUID, token: Token = "") -> Response:
    """Where it stands, for whoever has the unguessable address."""
    case, found = await registrations.find(session, registration)
    page = await page_for(request, session)
    words = translator(page.locale)
    waits = case.status in (RegistrationStatus.SUBMITTED, RegistrationStatus.RETURNED)
    shown = {
        "id": case.id,
        "number": found.number,
        "status": case.status,
        "company_name": found.company_name,
        "submitted_at": found.submitted_at,
        "reason": found.decision_reason,
    }
    return answer(
        "public/registration_status.html",
        page,
        registration=shown,
        steps=_steps(RegistrationStatus(case.status), words, found.kind),
        deadline=await deadlines.view(session, case, submission.TARGET, words) if waits else None,
        correctable=bool(token) and await _holds(session, case, token),
    )


@router.get(PATHS["registration_correction"], dependencies=[public()])
async def correct(request: Request, session: SessionDep, registration: UUID, token: Token = "") -> Response:
    """The form as it was sent, with the UPP's note."""
    case, found = await registrations.find(session, registration)
    if case.status != RegistrationStatus.RETURNED or not await _holds(session, case, token):
        return await _gone(request, session, case, found)
    form = Form({name: getattr(found, name) for name in registrations.fields_of(found.kind)})
    return await _form(request, session, found, form, None, token)


@router.post(
    PATHS["registration_correction"],
    dependencies=[public(Csrf.FORM)],
    max_body_size=keeping.MAX_FORM_BODY,
)
async def corrected(
    request: Request,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    address: ClientAddress,
    registration: UUID,
) -> Response:
    """Take in the corrected registration; the link works once."""
    await ratelimit.hit(parts.sessions, ratelimit.Try(ratelimit.LINK_ADDRESS, address))
    typed = await forms.typed(request)
    token = forms.text(typed, "token")
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        case, sent = await registrations.find(early, registration)
        if not await _holds(early, case, token):
            raise LinkExpired
    read = await registrations.read(request, typed, needs_document=False, now=now, kind=sent.kind)
    outcome: Response | DomainError | None = read.refused
    if read.checked is not None and read.refused is None:
        checked, document = read.checked, read.document

        async def command() -> Done:
            await _resubmit(session, registration, token, checked, document, now)
            return Done(
                to=url("registration_status", registration=registration),
                message=N_("Perbaikan diterima. UPP melanjutkan pemeriksaan."),
            )

        outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if isinstance(outcome, Response):
        return outcome
    _, found = await registrations.find(session, registration)
    words = translator(locale_of(request))
    form = Form.refused(typed, outcome, words) if outcome else Form(typed)
    status = outcome.status if outcome else 422
    return await _form(request, session, found, form, read.document, token, status)


async def _resubmit(
    session: AsyncSession,
    case_id: UUID,
    token: str,
    checked: CheckedForm,
    accepted: Accepted | None,
    now: datetime,
) -> None:
    used = await tokens.use(session, token, Purpose.CORRECTION)
    if used.case_id != case_id:
        raise NotFound
    sort = official_letter.SCAN if checked.kind == official_letter.GOVERNMENT else "nib"
    row = await records.add(session, accepted, kind=sort, uploaded_by=ANYONE, now=now) if accepted else None
    await submission.resubmit(session, case_id, checked, row, actor=ANYONE, now=now)


async def _holds(session: AsyncSession, case: CaseFile, token: str) -> bool:
    """Whether this is the link that was mailed with the return of this registration."""
    try:
        return (await tokens.peek(session, token, Purpose.CORRECTION)).case_id == case.id
    except LinkExpired:
        return False


async def _gone(request: Request, session: AsyncSession, case: CaseFile, found: Registration) -> Response:
    """The link was used or has lapsed: the way to where it stands, and to a new registration."""
    page = await page_for(request, session)
    words = translator(page.locale)
    return answer(
        "public/link_gone.html",
        page,
        status=410,
        message=words.gettext(_LINK_GONE),
        actions=[
            shapes.Action(
                words.gettext(N_("Lihat status pendaftaran #{number}"), number=str(found.number)),
                url("registration_status", registration=case.id),
            )
        ],
    )


async def _form(
    request: Request,
    session: AsyncSession,
    found: Registration,
    form: Form,
    document: Accepted | None,
    token: str,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    kept = await session.get_one(Document, found.document_id)
    choices = registrations.institution_choices(translator(page.locale))
    company = {"institutions": [], "bases": [], "regions": places.choices()}
    return answer(
        "public/registration_correction.html",
        page,
        status=status,
        registration={"id": found.case_id, "number": found.number, "reason": found.decision_reason},
        form=form,
        kind=found.kind,
        **(choices if found.kind == official_letter.GOVERNMENT else company),
        document=keeping.shown(document) or shapes.StoredFile(kept.filename, kept.size),
        document_token=forms.text(form.values, keeping.TOKEN) if document else "",
        token=token,
    )


def _steps(status: RegistrationStatus, words: Translator, kind: str) -> list[shapes.Step]:
    label, state = _CHECKED[status]
    accepted = status is RegistrationStatus.ACCEPTED
    account = words.gettext(N_("Akun dibuat"))
    mailed = {
        "company": N_("Nama pengguna dan tautan kata sandi dikirim ke e-mail NIB."),
        official_letter.GOVERNMENT: N_("Nama pengguna dan tautan kata sandi dikirim ke e-mail dinas."),
    }
    hint = words.gettext(mailed[kind]) if accepted else ""
    return [
        shapes.Step(words.gettext(_SENT), "done"),
        shapes.Step(words.gettext(label), state),
        shapes.Step(account, "done" if accepted else "todo", hint),
    ]
