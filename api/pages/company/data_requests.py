"""Permintaan data: what the ministry asks of the company. Opening one is its receipt; it is answered here only."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Arrival, Now, PartsDep, SessionDep, locale_of
from api.pages import data_requests, forms, keeping, shapes
from api.pages.acting import ActingAccount
from api.pages.company import more_time
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.officer.case import document_row
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import Csrf, public, require
from api.uploads import attachment
from services.data_requests import answers, reading, receipt
from services.documents import records
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.i18n import N_, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import AttachmentSide, CaseFile, DataRequestStatus

router = routers.pages()
Answerer = Annotated[Principal, require(Permission.ANSWER_DATA_REQUEST)]
_DOCUMENT: Final = "document"
OPEN: Final = (DataRequestStatus.SENT, DataRequestStatus.RECEIVED)


@router.get(PATHS["data_requests"])
async def listed(
    request: Request, session: SessionDep, now: Now, account_id: ActingAccount, user: Answerer
) -> Response:
    """Every request, the newest first. What is asked is not shown here: opening a request is its receipt."""
    policy.authorise(user, Permission.ANSWER_DATA_REQUEST, await policy.account_target(session, account_id))
    page = await page_for(request, session)
    words = translator(page.locale)
    lines = await reading.of_account(session, account_id, now=now)
    rows = [await data_requests.head(session, line, words) for line in lines]
    return answer("company/data_requests.html", page, requests=rows)


@router.get(PATHS["data_request"])
async def opened(request: Request, session: SessionDep, now: Now, case: UUID, user: Answerer) -> Response:
    """One request. The first opening of each question starts its three days."""
    await _own(session, user, case)
    await receipt.read_by_company(session, case, actor=user.actor, now=now)
    return await _render(request, session, case, Form(), now)


@router.post(PATHS["data_request_answer"])
async def send(request: Request, session: SessionDep, now: Now, case: UUID, user: Answerer) -> Response:
    """Send the answer: these words, and the files that were put beside them."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await _own(session, user, case)
        words = forms.text(typed, "answer")
        await answers.send(session, case, words, sent_at=now, actor=user.actor, now=now)
        return Done(to=url("data_request", case=case), message=N_("Jawaban terkirim. Petugas memeriksanya."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, case, form, now, outcome.status)


@router.post(PATHS["data_request_attach"], max_body_size=keeping.MAX_FORM_BODY)
async def attach(
    request: Request, session: SessionDep, parts: PartsDep, now: Arrival, case: UUID, user: Answerer
) -> Response:
    """Put a file beside the answer."""
    typed = await forms.typed(request)
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await _own(early, user, case)
    accepted, problems = await keeping.tried(request, typed, _DOCUMENT)
    if accepted is None and not problems:
        problems = [FieldError(_DOCUMENT, N_("Pilih berkasnya."))]

    async def command() -> Done:
        if problems or accepted is None:
            raise InvalidInput(N_("Berkas ini tidak dapat diterima."), fields=problems)
        found = await _own(session, user, case)
        row = await records.add(
            session, accepted, kind=answers.DOCUMENT_KIND, uploaded_by=user.actor, now=now,
            account_id=found.account_id,
        )  # fmt: skip
        await answers.attach(session, case, row)
        return Done(to=url("data_request", case=case) + "#lampiran", message=N_("Lampiran ditambahkan."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, {}, outcome, translator(locale_of(request)))
    return await _render(request, session, case, form, now, outcome.status)


@router.post(PATHS["data_request_detach"])
async def detach(
    request: Request, session: SessionDep, case: UUID, document: UUID, user: Answerer
) -> Response:
    """Take a file away from an answer that is not sent yet."""

    async def command() -> Done:
        await _own(session, user, case)
        await answers.detach(session, case, document)
        return Done(to=url("data_request", case=case) + "#lampiran", message=N_("Lampiran dihapus."))

    return await forms.once(request, session, command)


@router.get(PATHS["data_request_file"])
async def download(
    session: SessionDep,
    parts: PartsDep,
    case: UUID,
    document: UUID,
    user: Annotated[Principal, require(Permission.READ_DOCUMENT)],
) -> StreamingResponse:
    """A file that came with the question: it belongs to the order, not to one company."""
    _, asked = await reading.load(session, case)
    found = await session.get_one(CaseFile, case)
    policy.authorise(user, Permission.READ_DOCUMENT, Target.of_case(found))
    files = await reading.attachments(session, asked, AttachmentSide.QUESTION)
    if document not in {file.id for file in files}:
        raise NotFound
    return await attachment(parts.store, await records.readable(session, document))


@router.get(PATHS["data_request_confirm"])
async def ask(
    request: Request,
    session: SessionDep,
    case: UUID,
    viewer: Annotated[Principal | None, public(Csrf.FORM)],
    token: str = "",
) -> Response:
    """Where the link in the mail leads. Looking is no receipt yet: mail scanners look too. A person confirms."""
    if viewer is not None and await _acts_for(session, viewer, case):
        return RedirectResponse(url("data_request", case=case), 303)
    return await _confirmation(request, session, case, token, confirmed=False)


@router.post(PATHS["data_request_confirm"])
async def confirm(
    request: Request,
    session: SessionDep,
    now: Now,
    case: UUID,
    _: Annotated[Principal | None, public(Csrf.FORM)],
) -> Response:
    """Whoever reads the mail confirms that it arrived: the three days begin."""
    token = forms.text(await forms.typed(request), "token")
    await receipt.confirm(session, case, token, now=now)
    return await _confirmation(request, session, case, token, confirmed=True)


async def _confirmation(
    request: Request, session: AsyncSession, case: UUID, token: str, *, confirmed: bool
) -> Response:
    page = await page_for(request, session)
    try:
        asked = await receipt.of_token(session, case, token)
    except NotFound:
        return answer("public/data_request_receipt.html", page, status=404, request=None, token="", case=case)
    line = await reading.one(session, case, now=page.now)
    due = await data_requests.deadline(session, line, translator(page.locale))
    shown = {
        "number": asked.number,
        "confirmed": confirmed or line.question.received_at is not None,
        "deadline": replace(due, letter="") if due else None,  # printing it asks to sign in
        "open": line.case.closed_at is None,
    }
    return answer("public/data_request_receipt.html", page, request=shown, token=token, case=case)


async def _acts_for(session: AsyncSession, viewer: Principal, case_id: UUID) -> bool:
    found = await session.get(CaseFile, case_id)
    return found is not None and found.account_id in viewer.accounts


async def _own(session: AsyncSession, user: Principal, case_id: UUID) -> CaseFile:
    """The request's case, if it is to an account of this person; NotFound otherwise."""
    found, _ = await reading.load(session, case_id)
    if found.account_id not in user.accounts:
        raise NotFound
    policy.authorise(user, Permission.ANSWER_DATA_REQUEST, Target.of_case(found))
    return found


async def _render(
    request: Request, session: AsyncSession, case_id: UUID, form: Form, now: datetime, status: int = 200
) -> Response:
    line = await reading.one(session, case_id, now=now)
    page = await page_for(request, session, account_id=line.request.account_id)
    words = translator(page.locale)
    attached = await reading.attachments(session, line.request, AttachmentSide.QUESTION)
    asked = await data_requests.questions(session, line, for_company=True)
    context: dict[str, Any] = {
        "request": await data_requests.head(session, line, words),
        "questions": [{**each, "files": [document_row(file) for file in each["files"]]} for each in asked],
        "files": [_order_file(case_id, file) for file in attached],
        "beside": [{"id": file.id, "name": file.filename, "size": file.size} for file in asked[-1]["files"]],
        "more_time": await more_time.offers(session, case_id, words, now),
        "answerable": line.case.status in OPEN and line.case.closed_at is None,
        "form": form,
    }
    return answer("company/data_request.html", page, status=status, **context)


def _order_file(case_id: UUID, file: Any) -> shapes.DocumentRow:
    row = document_row(file)
    return shapes.DocumentRow(
        row.name,
        url("data_request_file", case=case_id, document=file.id),
        row.size,
        row.type,
        row.uploaded_at,
    )
