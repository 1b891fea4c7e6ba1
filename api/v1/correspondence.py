"""The messages and documents of a case."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi.responses import StreamingResponse

from api import routers
from api.deps import Now, PartsDep, SessionDep
from api.permissions import require
from api.principals import ReadPurpose
from api.uploads import attachment
from api.v1.cases import DEFAULT_PURPOSE, Reader, load, noted
from api.v1.shapes import FromRow
from services import correspondence, papers, unissued
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.timeline.past import reads_as_company

router = routers.programs(tags=["correspondence"])


class MessageOut(FromRow):
    """Something somebody is told. `recipient` is masked; `delivery` is what became of the mail."""

    id: UUID
    template: str
    lane: str
    recipient: str
    state: str
    state_reason: str | None
    planned_for: datetime
    not_before: datetime
    done_at: datetime | None
    read_at: datetime | None
    delivery: str | None
    message_id: str | None


class DocumentOut(FromRow):
    """A stored file. Only `clean` ones can be opened."""

    id: UUID
    kind: str
    filename: str
    media_type: str
    size: int
    sha256: str
    scan_state: str
    created_at: datetime


@router.get("/cases/{case_id}/messages", response_model=list[MessageOut])
async def messages(
    case_id: UUID, session: SessionDep, user: Reader, purpose: ReadPurpose
) -> Sequence[MessageOut]:
    """What was told to whom about this case, the newest first. Companies see their own notices."""
    case = await load(session, case_id, user)
    await noted(session, user, case, purpose)
    for_company = reads_as_company(user, case)
    found = await correspondence.messages(session, case_id, for_company=for_company)
    return [MessageOut.model_validate(line) for line in found]


@router.get("/cases/{case_id}/documents", response_model=list[DocumentOut])
async def documents(
    case_id: UUID,
    session: SessionDep,
    user: Annotated[Principal, require(Permission.READ_DOCUMENT)],
    purpose: ReadPurpose,
) -> list[DocumentOut]:
    """The files of this case, the newest first."""
    case = await load(session, case_id, user, Permission.READ_DOCUMENT)
    await noted(session, user, case, purpose)
    found = await correspondence.documents(session, case_id)
    hidden = await unissued.drafts(session, [row.id for row in found]) if reads_as_company(user, case) else ()
    return [DocumentOut.model_validate(row) for row in found if row.id not in hidden]


@router.get("/documents/{document_id}/content", response_class=StreamingResponse)
async def download(
    document_id: UUID,
    parts: PartsDep,
    now: Now,
    user: Annotated[Principal, require(Permission.READ_DOCUMENT)],
    purpose: ReadPurpose,
) -> StreamingResponse:
    """The bytes of a file, always as an attachment. 409 while it waits for its scan, and for ever if that failed.

    A letter that its company opens here is served, as anywhere.
    """
    async with parts.sessions.begin() as session:  # ends before the file leaves
        paper = await papers.opened(session, user, document_id, now=now)
        await log_read(
            session, user, what="document", purpose=purpose or DEFAULT_PURPOSE,
            account_id=paper.document.account_id, case_id=paper.document.case_id,
        )  # fmt: skip
    return await attachment(parts.store, paper.document)
