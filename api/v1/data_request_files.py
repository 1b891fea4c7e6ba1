"""The files of requests for Data Lain: of orders, of answers, scans of evidence, and the letter for the post."""

from typing import Annotated
from uuid import UUID

from fastapi import File, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse

from api import letters, routers
from api.deps import Arrival, PartsDep, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.security import MAX_UPLOAD_BODY
from api.uploads import attachment, taken_in
from api.v1.correspondence import DocumentOut
from api.v1.data_requests import Answerer, Asker, Recorder, authorised
from services.data_requests import answers, letter, reading
from services.documents import records
from services.errors import NotFound
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import AttachmentSide

router = routers.programs("/data-requests", tags=["data requests"])


@router.post("/attachments", status_code=201, response_model=DocumentOut, max_body_size=MAX_UPLOAD_BODY)
async def attach_to_order(
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    user: Asker,
    once: OnceDep,
    document: Annotated[UploadFile, File()],
) -> JSONResponse:
    """Take in a file that an order will name in `document_ids`."""
    accepted = await taken_in(parts.intake, document, "document")

    async def command() -> DocumentOut:
        row = await records.add(
            session, accepted, kind=answers.DOCUMENT_KIND, uploaded_by=user.actor, now=now
        )
        return DocumentOut.model_validate(row)

    return await once(command, status=201, fingerprint=accepted.sha256)


@router.post(
    "/{request_id}/evidence", status_code=201, response_model=DocumentOut, max_body_size=MAX_UPLOAD_BODY
)
async def upload_evidence(
    request_id: UUID,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    user: Recorder,
    once: OnceDep,
    document: Annotated[UploadFile, File()],
) -> JSONResponse:
    """Take in the scan that a receipt will name in `document_id`."""
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await authorised(early, request_id, user, Permission.RECORD_SERVICE)
    accepted = await taken_in(parts.intake, document, "document")

    async def command() -> DocumentOut:
        case = await authorised(session, request_id, user, Permission.RECORD_SERVICE)
        row = await records.add(
            session, accepted, kind="evidence", uploaded_by=user.actor, now=now, account_id=case.account_id
        )
        return DocumentOut.model_validate(row)

    return await once(command, status=201, fingerprint=accepted.sha256)


@router.post(
    "/{request_id}/attachments", status_code=201, response_model=DocumentOut, max_body_size=MAX_UPLOAD_BODY
)
async def attach(
    request_id: UUID,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    user: Answerer,
    once: OnceDep,
    document: Annotated[UploadFile, File()],
) -> JSONResponse:
    """Put a file beside the answer that is being written; officers see it once the answer is sent."""
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await authorised(early, request_id, user, Permission.ANSWER_DATA_REQUEST)
    accepted = await taken_in(parts.intake, document, "document")

    async def command() -> DocumentOut:
        case = await authorised(session, request_id, user, Permission.ANSWER_DATA_REQUEST)
        row = await records.add(
            session, accepted, kind=answers.DOCUMENT_KIND, uploaded_by=user.actor, now=now,
            account_id=case.account_id,
        )  # fmt: skip
        await answers.attach(session, request_id, row)
        return DocumentOut.model_validate(row)

    return await once(command, status=201, fingerprint=accepted.sha256)


@router.delete("/{request_id}/attachments/{document_id}", status_code=204)
async def detach(request_id: UUID, document_id: UUID, session: SessionDep, user: Answerer) -> None:
    """Take a file away from an answer that is not sent yet."""
    await authorised(session, request_id, user, Permission.ANSWER_DATA_REQUEST)
    await answers.detach(session, request_id, document_id)


@router.get("/{request_id}/letter", response_class=StreamingResponse)
async def print_letter(request_id: UUID, parts: PartsDep, user: Recorder) -> StreamingResponse:
    """The open question as a numbered letter (PDF/A with a QR code), to be posted."""

    async def find_letter(session: SessionDep) -> letter.Entry:
        await authorised(session, request_id, user, Permission.RECORD_SERVICE)
        return await letter.enter(
            session, request_id, public_url=parts.settings.public_url, specimen=parts.specimen
        )

    return await letters.kept(parts, user, find_letter)


@router.get("/{request_id}/files/{document_id}", response_class=StreamingResponse)
async def download(
    request_id: UUID,
    document_id: UUID,
    session: SessionDep,
    parts: PartsDep,
    user: Annotated[Principal, require(Permission.READ_DOCUMENT)],
) -> StreamingResponse:
    """A file that came with the question."""
    await authorised(session, request_id, user, Permission.READ_DOCUMENT)
    _, request = await reading.load(session, request_id)
    files = await reading.attachments(session, request, AttachmentSide.QUESTION)
    if document_id not in {document.id for document in files}:
        raise NotFound
    return await attachment(parts.store, await records.readable(session, document_id))
