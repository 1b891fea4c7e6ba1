"""Reading uploaded files chunk by chunk, and handing stored ones out as attachments."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile

from api.security import DOCUMENT_POLICY
from services.documents.store import DocumentStore
from services.documents.uploads import Accepted, Intake
from services.models import Document

CHUNK = 256 * 1024


async def chunks(upload: UploadFile) -> AsyncIterator[bytes]:
    """The bytes of an upload, never all at once."""
    while chunk := await upload.read(CHUNK):
        yield chunk


def uploaded_name(upload: UploadFile) -> str:
    """The name the sender gave the file."""
    return upload.filename or ""


async def taken_in(intake: Intake, upload: UploadFile, field: str) -> Accepted:
    """An upload, judged and stored. InvalidInput or TooLarge, at the field it was sent in."""
    return await intake.accept(chunks(upload), filename=uploaded_name(upload), field=field)


async def attachment(store: DocumentStore, document: Document, *, inline: bool = False) -> StreamingResponse:
    """A stored file under its own name (RFC 6266). `inline` only for PDF and scans shown beside a checklist."""
    disposition = "inline" if inline else "attachment"
    headers = {
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(document.filename)}",
        "Content-Length": str(document.size),
        "Content-Security-Policy": DOCUMENT_POLICY if inline else "default-src 'none'; sandbox",
    }
    stream = await store.open(document.storage_key)
    return StreamingResponse(stream, media_type=document.media_type, headers=headers)
