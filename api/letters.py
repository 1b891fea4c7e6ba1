"""Letters as PDF: rendered when first asked for, outside any transaction, and kept."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.pages import labels
from api.parts import Parts
from api.uploads import attachment
from services.clock import app_now
from services.deadlines import letters as explanations
from services.deadlines.letters import ExplanationLetter
from services.documents import records
from services.documents.letters import Letter
from services.identity.principal import Principal
from services.models import CaseFile, Document, IssuedDocument

PDF = "application/pdf"


class Entry(Protocol):
    """A letter in the registry. `document` is the stored PDF, None while nobody has asked for it."""

    @property
    def issued(self) -> IssuedDocument: ...
    @property
    def letter(self) -> Letter: ...
    @property
    def document(self) -> Document | None: ...


async def kept(
    parts: Parts, user: Principal, find: Callable[[AsyncSession], Awaitable[Entry]]
) -> StreamingResponse:
    """The stored PDF of what `find` enters in the registry; whoever asks first has it made."""
    async with parts.sessions.begin() as session:
        found = await find(session)
    if found.document is not None:
        return await attachment(parts.store, found.document)
    stored = await parts.store.put_bytes(await parts.typesetter.render(found.letter))
    async with parts.sessions.begin() as session:
        now = await app_now(session)
        document = await records.keep_letter(session, found.issued.id, stored, actor=user.actor, now=now)
    return await attachment(parts.store, document)


async def fresh(parts: Parts, letter: Letter) -> Response:
    """A letter that is printed and signed on paper: made anew each time, always of the same bytes."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(letter.number)}.pdf"}
    return Response(await parts.typesetter.render(letter), media_type=PDF, headers=headers)


async def explanation(
    session: AsyncSession, parts: Parts, case: CaseFile, name: str, *, now: datetime
) -> ExplanationLetter:
    """Why a date is what it is, entered in the registry under the name people call the date by."""
    return await explanations.explanation(
        session,
        case,
        name,
        label=labels.word("deadline", name),
        public_url=parts.settings.public_url,
        now=now,
        specimen=parts.specimen,
    )
