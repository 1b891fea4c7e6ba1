"""Data Lain at the officers' desk: one request with its evidence of receipt, and the decision on its answer."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import letters, routers
from api.deps import Arrival, Now, PartsDep, SessionDep, locale_of
from api.pages import data_requests, forms, keeping, shapes, views
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.officer import case as case_page
from api.pages.officer import reading as opening
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.data_requests import decisions, letter, reading, receipt
from services.deadlines.zones import WIB
from services.documents import records
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.i18n import N_, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import (
    AttachmentSide,
    CaseFile,
    CaseKind,
    DataRequestStatus,
    Document,
    EvidenceKind,
)
from services.service_proof import evidence
from services.service_proof.evidence import Receipt

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_CASE)]
Recorder = Annotated[Principal, require(Permission.RECORD_SERVICE)]
Decider = Annotated[Principal, require(Permission.ACCEPT_DATA_REQUEST)]
Asker = Annotated[Principal, require(Permission.CREATE_DATA_REQUEST)]
_DOCUMENT: Final = "document"


@router.get(PATHS["data_request_case"])
async def show(request: Request, session: SessionDep, now: Now, case: UUID, user: Reader) -> Response:
    """The questions and answers, what shows receipt, and what this official may do."""
    await _open(request, session, user, case)
    return await _render(request, session, user, case, now)


@router.post(PATHS["data_request_receipt"], max_body_size=keeping.MAX_FORM_BODY)
async def record(
    request: Request, session: SessionDep, parts: PartsDep, now: Arrival, case: UUID, user: Recorder
) -> Response:
    """Record evidence of receipt, with its scan where the kind needs one."""
    typed = await forms.typed(request)
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await _authorised(early, user, case, Permission.RECORD_SERVICE)
    accepted, problems = await keeping.tried(request, typed, _DOCUMENT)

    async def command() -> Done:
        found = await _authorised(session, user, case, Permission.RECORD_SERVICE)
        kind, moment = _typed(typed, problems)
        scan = None
        if accepted is not None:
            scan = await records.add(
                session, accepted, kind="evidence", uploaded_by=user.actor, now=now,
                account_id=found.account_id,
            )  # fmt: skip
        given = Receipt(kind, moment, forms.text(typed, "note"), scan)
        await receipt.record(session, case, given, actor=user.actor, now=now, author_id=user.person_id)
        return Done(to=url("data_request_case", case=case), message=N_("Bukti penerimaan dicatat."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(
        request,
        session,
        user,
        case,
        now,
        receipt_form=form,
        kept=keeping.shown(accepted),
        status=outcome.status,
    )


@router.post(PATHS["data_request_decision"])
async def decide(request: Request, session: SessionDep, now: Now, case: UUID, user: Decider) -> Response:
    """Accept the answer, or ask a further question."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await _authorised(session, user, case, Permission.ACCEPT_DATA_REQUEST)
        if forms.text(typed, "choice") == "accept":
            note = forms.text(typed, "remark")
            await decisions.accept(session, case, note=note, actor=user.actor, now=now)
            return Done(to=url("queue", query={"meja": "data_requests"}), message=N_("Jawaban diterima."))
        question = forms.text(typed, "question")
        await decisions.ask_again(session, case, question, actor=user.actor, now=now)
        to = url("data_request_case", case=case)
        return Done(to=to, message=N_("Pertanyaan lanjutan dikirim; tiga hari dihitung sejak diterima."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, user, case, now, decision_form=form, status=outcome.status)


@router.post(PATHS["data_request_withdrawal"])
async def withdraw(request: Request, session: SessionDep, now: Now, case: UUID, user: Asker) -> Response:
    """Take the request back, with a reason that the company reads."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await _authorised(session, user, case, Permission.CREATE_DATA_REQUEST)
        reason = forms.text(typed, "reason")
        await decisions.withdraw(session, case, reason=reason, actor=user.actor, now=now)
        return Done(to=url("data_request_case", case=case), message=N_("Permintaan ditarik."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, user, case, now, withdrawal_form=form, status=outcome.status)


@router.get(PATHS["data_request_letter"])
async def printed(parts: PartsDep, case: UUID, user: Recorder) -> StreamingResponse:
    """The open question as a numbered letter, to be posted."""

    async def find(session: AsyncSession) -> letter.Entry:
        await _authorised(session, user, case, Permission.RECORD_SERVICE)
        return await letter.enter(
            session, case, public_url=parts.settings.public_url, specimen=parts.specimen
        )

    return await letters.kept(parts, user, find)


def _typed(typed: dict[str, Any], problems: list[FieldError]) -> tuple[EvidenceKind, datetime | None]:
    """The kind and the moment (WIB) that were typed. Days count, so the hour may be missing."""
    wrong = list(problems)
    kind = forms.text(typed, "kind")
    if kind not in evidence.BY_OFFICERS:
        wrong.append(FieldError("kind", N_("Pilih jenis bukti penerimaan.")))
    day, clock = forms.text(typed, "received_at"), forms.text(typed, "received_time")
    moment = None
    try:
        moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}").replace(tzinfo=WIB)
    except ValueError:
        wrong.append(FieldError("received_at", N_("Tuliskan tanggal penerimaan.")))
    if wrong:
        raise InvalidInput(evidence.CHECK_FIELDS, fields=wrong)
    return EvidenceKind(kind), moment


async def _open(request: Request, session: AsyncSession, user: Principal, case_id: UUID) -> CaseFile:
    found = await opening.open_case(request, session, user, case_id, what="data-request")
    if found.kind != CaseKind.DATA_REQUEST:
        raise NotFound
    return found


async def _authorised(
    session: AsyncSession, user: Principal, case_id: UUID, permission: Permission
) -> CaseFile:
    found, _ = await reading.load(session, case_id)
    policy.authorise(user, permission, Target.of_case(found))
    return found


async def _render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    case_id: UUID,
    now: datetime,
    *,
    receipt_form: Form | None = None,
    decision_form: Form | None = None,
    withdrawal_form: Form | None = None,
    kept: shapes.StoredFile | None = None,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    line = await reading.one(session, case_id, now=now)
    target, is_open = Target.of_case(line.case), line.case.closed_at is None
    attached = await reading.attachments(session, line.request, AttachmentSide.QUESTION)
    asked = await data_requests.questions(session, line, for_company=False)
    context: dict[str, Any] = {
        "case": await views.case_head(session, line.case, words),
        "request": await data_requests.head(session, line, words),
        "questions": [
            {**each, "files": [case_page.document_row(file) for file in each["files"]]} for each in asked
        ],
        "files": [_file(case_id, file) for file in attached],
        "evidence": [await _proof(session, proof) for proof in await evidence.of_case(session, case_id)],
        "evidence_kinds": [
            shapes.Option(kind, words.gettext(evidence.LABELS[kind])) for kind in evidence.BY_OFFICERS
        ],
        "recordable": is_open and policy.can(user, Permission.RECORD_SERVICE, target),
        "decidable": line.case.status == DataRequestStatus.ANSWERED
        and policy.can(user, Permission.ACCEPT_DATA_REQUEST, target),
        "withdrawable": is_open and policy.can(user, Permission.CREATE_DATA_REQUEST, target),
        "order": url("data_request_order", order=line.request.order_id),
        "receipt_form": receipt_form or Form(),
        "decision_form": decision_form or Form(),
        "withdrawal_form": withdrawal_form or Form(),
        "kept": kept,
        "document_token": forms.text(receipt_form.values, keeping.TOKEN) if receipt_form else "",
    }
    return answer("officer/data_request.html", page, status=status, **context)


async def _proof(session: AsyncSession, proof: Any) -> dict[str, Any]:
    document = await session.get(Document, proof.document_id) if proof.document_id else None
    return {
        "kind": proof.kind,
        "question": proof.question,
        "received_at": proof.received_at,
        "recorded_at": proof.recorded_at,
        "document": url("document", document=document.id) if document else "",
    }


def _file(case_id: UUID, file: Document) -> shapes.DocumentRow:
    row = case_page.document_row(file)
    return shapes.DocumentRow(
        row.name,
        url("data_request_file", case=case_id, document=file.id),
        row.size,
        row.type,
        row.uploaded_at,
    )
