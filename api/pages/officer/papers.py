"""Stored files for those who may read them: downloaded, or shown beside what has to be decided about them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, PartsDep
from api.pages.officer import reading
from api.pages.urls import PATHS, url
from api.parts import Parts
from api.permissions import require
from api.uploads import attachment
from services import opening, unissued
from services.documents import records
from services.documents.inspection import MediaType
from services.errors import NotFound
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, Document

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_DOCUMENT)]

# What a browser shows by itself without running anything of it: the intake lets nothing else in as a scan.
_SHOWN = {MediaType.PDF: "pdf", MediaType.JPEG: "image", MediaType.PNG: "image"}


@router.get(PATHS["document"])
async def download(parts: PartsDep, now: Now, document: UUID, user: Reader) -> StreamingResponse:
    """The file as an attachment."""
    return await attachment(parts.store, await _readable(parts, user, document, now))


@router.get(PATHS["document_view"])
async def view(parts: PartsDep, now: Now, document: UUID, user: Reader) -> StreamingResponse:
    """The file for a frame of our own pages."""
    found = await _readable(parts, user, document, now)
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


async def _readable(parts: Parts, user: Principal, document_id: UUID, now: datetime) -> Document:
    """The file, if this reader may; officials' readings are logged, a letter that its company opens is served.

    404 before 403 before the file's own state.
    """
    async with parts.sessions.begin() as session:  # ends before the file leaves
        found = await session.get(Document, document_id)
        if found is None:
            raise NotFound
        case = await session.get(CaseFile, found.case_id) if found.case_id else None
        target = await _target(session, found, case)
        policy.authorise(user, Permission.READ_DOCUMENT, target)
        own = target.account_id in user.accounts
        if own and await unissued.drafts(session, [document_id]):
            raise NotFound
        await reading.log_document(session, user, found, case)
        readable = await records.readable(session, document_id)
        if own:
            await opening.letter(session, document_id, actor=user.actor, now=now)
        return readable


async def _target(session: AsyncSession, document: Document, case: CaseFile | None) -> Target:
    """A file is as visible as what it belongs to; one that belongs to nothing is hidden."""
    if case is not None:
        return Target.of_case(case)
    if document.account_id is not None:
        return await policy.account_target(session, document.account_id)
    raise NotFound
