"""Stored files for those who may read them: downloaded, or shown beside what has to be decided about them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi.responses import StreamingResponse

from api import routers
from api.deps import Now, PartsDep
from api.pages.officer import reading
from api.pages.urls import PATHS, url
from api.parts import Parts
from api.permissions import require
from api.uploads import attachment
from services import papers
from services.documents.inspection import MediaType
from services.errors import NotFound
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import Document

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_DOCUMENT)]

# What a browser shows by itself without running anything of it: the intake lets nothing else in as a scan.
_SHOWN = {MediaType.PDF: "pdf", MediaType.JPEG: "image", MediaType.PNG: "image"}


@router.get(PATHS["document"])
async def download(parts: PartsDep, now: Now, document: UUID, user: Reader) -> StreamingResponse:
    """The file as an attachment."""
    return await attachment(parts.store, await _opened(parts, user, document, now))


@router.get(PATHS["document_view"])
async def view(parts: PartsDep, now: Now, document: UUID, user: Reader) -> StreamingResponse:
    """The file for a frame of our own pages."""
    found = await _opened(parts, user, document, now)
    if found.media_type not in _SHOWN:
        raise NotFound
    return await attachment(parts.store, found, inline=True)


def beside(document: Document) -> dict[str, Any]:
    """What `_components/beside.html` shows."""
    kind = _SHOWN.get(MediaType(document.media_type), "")
    return {
        "name": document.filename,
        "href": url("document", document=document.id),
        "view": url("document_view", document=document.id) if kind else "",
        "size": document.size,
        "kind": kind,
        "state": document.scan_state,
    }


async def _opened(parts: Parts, user: Principal, document_id: UUID, now: datetime) -> Document:
    """The file, if this reader may; officials' readings are logged."""
    async with parts.sessions.begin() as session:  # ends before the file leaves
        paper = await papers.opened(session, user, document_id, now=now)
        await reading.log_document(session, user, paper.document, paper.case)
        return paper.document
