"""Warnings about one duty: letters, proof of service, an excuse, and what is decided after the last."""

from typing import Annotated
from uuid import UUID

from fastapi import File, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse

from api import routers
from api.deps import Arrival, LocaleDep, Now, PartsDep, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.security import MAX_UPLOAD_BODY
from api.uploads import attachment, taken_in
from api.v1.cases import DEFAULT_PURPOSE, load, noted
from api.v1.correspondence import DocumentOut
from api.v1.warning_shapes import (
    ClosingIn,
    EvidenceIn,
    ExcuseIn,
    SanctionDecisionIn,
    SanctionIn,
    WarningOut,
    warning_out,
)
from services.documents import records
from services.errors import NotFound
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import CaseFile, CaseKind, Document, Sanction
from services.service_proof.evidence import Receipt
from services.timeline.past import reads_as_company
from services.warnings import excuses, facts, post, sanctions, service

router = routers.programs("/warnings", tags=["warnings"])
DOCUMENT_KIND = "warning_evidence"
Reader = Annotated[Principal, require(Permission.READ_CASE)]
Recorder = Annotated[Principal, require(Permission.RECORD_SERVICE)]
Excuser = Annotated[Principal, require(Permission.EXCUSE_OBLIGATION)]
Approver = Annotated[Principal, require(Permission.APPROVE_WARNING)]
Decider = Annotated[Principal, require(Permission.APPROVE_WARNING, recent=True)]


@router.get("", response_model=list[WarningOut])
async def find(
    account_id: UUID, session: SessionDep, user: Reader, purpose: ReadPurpose, locale: LocaleDep
) -> list[WarningOut]:
    """The warnings of which a company has had a letter."""
    policy.authorise(user, Permission.READ_CASE, await policy.account_target(session, account_id))
    found = await facts.of_account(session, account_id)
    purpose = purpose or DEFAULT_PURPOSE
    await log_read(session, user, what="list:warnings", purpose=purpose, account_id=account_id)
    company = account_id in user.accounts
    return [warning_out(one, locale, for_company=company) for one in found]


@router.get("/{warning_id}", response_model=WarningOut)
async def read(
    warning_id: UUID, session: SessionDep, user: Reader, purpose: ReadPurpose, locale: LocaleDep
) -> WarningOut:
    """One ladder: its letters and what was decided."""
    case = await _authorised(session, warning_id, user, Permission.READ_CASE)
    await noted(session, user, case, purpose)
    return await _out(session, case, user, locale)


@router.get("/{warning_id}/letters/{letter}", response_class=StreamingResponse)
async def open_letter(
    warning_id: UUID, letter: int, parts: PartsDep, now: Now, user: Reader, purpose: ReadPurpose
) -> StreamingResponse:
    """The PDF of a letter. When the company opens it, it is served."""
    async with parts.sessions.begin() as session:
        case = await _authorised(session, warning_id, user, Permission.READ_CASE)
        await noted(session, user, case, purpose)
        if reads_as_company(user, case):
            await service.opened(session, warning_id, letter, actor=user.actor, now=now)
        found = await facts.load(session, warning_id)
        document = next((one.document for one in found.letters if one.letter.rung == letter), None)
    if document is None:
        raise NotFound
    return await attachment(parts.store, document)


@router.post(
    "/{warning_id}/documents", status_code=201, response_model=DocumentOut, max_body_size=MAX_UPLOAD_BODY
)
async def upload(
    warning_id: UUID,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    user: Recorder,
    once: OnceDep,
    document: Annotated[UploadFile, File()],
) -> JSONResponse:
    """Take in a scan that evidence, an excuse or a decision will name in `document_id`."""
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await _authorised(early, warning_id, user, Permission.RECORD_SERVICE)
    accepted = await taken_in(parts.intake, document, "document")

    async def command() -> DocumentOut:
        case = await _authorised(session, warning_id, user, Permission.RECORD_SERVICE)
        row = await records.add(
            session, accepted, kind=DOCUMENT_KIND, uploaded_by=user.actor, now=now, account_id=case.account_id
        )
        return DocumentOut.model_validate(row)

    return await once(command, status=201, fingerprint=accepted.sha256)


@router.post("/{warning_id}/service-evidence", response_model=WarningOut)
async def record_service(
    warning_id: UUID,
    body: EvidenceIn,
    session: SessionDep,
    now: Now,
    user: Recorder,
    once: OnceDep,
    locale: LocaleDep,
) -> JSONResponse:
    """Record that a letter of your office was received; refused for a receipt before the sending."""

    async def command() -> WarningOut:
        case = await _authorised(session, warning_id, user, Permission.RECORD_SERVICE)
        await service.require_issuer(session, warning_id, user, Permission.RECORD_SERVICE, body.letter)
        document = await _document(session, case, body.document_id)
        receipt = Receipt(body.kind, body.received_at, body.note, document)
        await service.record(
            session,
            warning_id,
            receipt,
            actor=user.actor,
            now=now,
            rung=body.letter,
            author_id=user.person_id,
        )
        return await _out(session, case, user, locale)

    return await once(command)


@router.post("/{warning_id}/posting", response_model=WarningOut)
async def send_by_post(
    warning_id: UUID, session: SessionDep, now: Now, user: Approver, once: OnceDep, locale: LocaleDep
) -> JSONResponse:
    """The mail did not arrive: the same letter of your office goes by post."""

    async def command() -> WarningOut:
        case = await _authorised(session, warning_id, user, Permission.APPROVE_WARNING)
        await service.require_issuer(session, warning_id, user, Permission.APPROVE_WARNING)
        await post.by_post_instead(session, warning_id, actor=user.actor, now=now)
        return await _out(session, case, user, locale)

    return await once(command)


@router.post("/{warning_id}/excuse", response_model=WarningOut)
async def excuse(
    warning_id: UUID,
    body: ExcuseIn,
    session: SessionDep,
    now: Now,
    user: Excuser,
    once: OnceDep,
    locale: LocaleDep,
) -> JSONResponse:
    """Accept the company's excuse, which needs its letter. The duty and its warnings end at once."""

    async def command() -> WarningOut:
        case = await _authorised(session, warning_id, user, Permission.EXCUSE_OBLIGATION)
        document = await _document(session, case, body.document_id)
        await excuses.accept(
            session, warning_id, document=document, reason=body.reason, actor=user.actor, now=now
        )
        return await _out(session, case, user, locale)

    return await once(command)


@router.post("/{warning_id}/sanctions", status_code=201, response_model=WarningOut)
async def propose_sanction(
    warning_id: UUID,
    body: SanctionIn,
    session: SessionDep,
    now: Now,
    user: Approver,
    once: OnceDep,
    locale: LocaleDep,
) -> JSONResponse:
    """After the last warning: lay a decision before a second person."""

    async def command() -> WarningOut:
        case = await _authorised(session, warning_id, user, Permission.APPROVE_WARNING)
        given = body.model_dump(exclude={"document_id"})
        document = await _document(session, case, body.document_id)
        await sanctions.propose(
            session, warning_id, sanctions.Draft(document=document, **given), user, now=now
        )
        return await _out(session, case, user, locale)

    return await once(command, status=201)


@router.post("/{warning_id}/sanctions/{sanction_id}/decision", response_model=WarningOut)
async def decide_sanction(
    warning_id: UUID,
    sanction_id: UUID,
    body: SanctionDecisionIn,
    session: SessionDep,
    now: Now,
    user: Decider,
    once: OnceDep,
    locale: LocaleDep,
) -> JSONResponse:
    """The second person imposes it, or refuses it with a reason."""

    async def command() -> WarningOut:
        case = await _authorised(session, warning_id, user, Permission.APPROVE_WARNING)
        sanction = await session.get(Sanction, sanction_id)
        if sanction is None or sanction.case_id != warning_id:
            raise NotFound
        await sanctions.decide(session, sanction_id, user, approve=body.approve, note=body.note, now=now)
        return await _out(session, case, user, locale)

    return await once(command)


@router.post("/{warning_id}/closing", response_model=WarningOut)
async def close(
    warning_id: UUID,
    body: ClosingIn,
    session: SessionDep,
    now: Now,
    user: Decider,
    once: OnceDep,
    locale: LocaleDep,
) -> JSONResponse:
    """The desk decides nothing more about this duty; with a reason."""

    async def command() -> WarningOut:
        case = await _authorised(session, warning_id, user, Permission.APPROVE_WARNING)
        await sanctions.close(session, warning_id, user, reason=body.reason, now=now)
        return await _out(session, case, user, locale)

    return await once(command)


async def _authorised(
    session: SessionDep, warning_id: UUID, user: Principal, permission: Permission
) -> CaseFile:
    """The ladder's case. A company knows of it once a letter has left."""
    case = await load(session, warning_id, user, permission)
    if case.kind != CaseKind.WARNING:
        raise NotFound
    return case


async def _document(session: SessionDep, case: CaseFile, document_id: UUID | None) -> Document | None:
    """A file taken in for this company. NotFound for another's."""
    if document_id is None:
        return None
    document = await session.get(Document, document_id)
    if document is None or document.account_id != case.account_id:
        raise NotFound
    return document


async def _out(session: SessionDep, case: CaseFile, user: Principal, locale: str) -> WarningOut:
    await session.flush()
    await session.refresh(case)
    found = await facts.load(session, case.id)
    return warning_out(found, locale, for_company=reads_as_company(user, case))
