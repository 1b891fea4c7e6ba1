"""Why a date is what it is, on paper: the explanation of a deadline as PDF/A."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.deps import Arrival, PartsDep
from api.pages import labels
from api.parts import Parts
from api.permissions import require
from api.principals import ReadPurpose
from api.v1 import letters
from api.v1.cases import DEFAULT_PURPOSE, load, noted
from services.deadlines import letters as explanations
from services.deadlines.letters import ExplanationLetter
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import CaseFile

router = APIRouter(prefix="/cases", tags=["cases"])


@router.get("/{case_id}/deadlines/{name}/explanation.pdf", response_class=StreamingResponse)
async def letter(
    case_id: UUID,
    name: str,
    parts: PartsDep,
    now: Arrival,
    user: Annotated[Principal, require(Permission.READ_CASE)],
    purpose: ReadPurpose,
) -> StreamingResponse:
    """The explanation of a date as PDF/A, for an objection; its QR code opens the public check."""

    async def find(session: AsyncSession) -> ExplanationLetter:
        case = await load(session, case_id, user)
        await noted(session, user, case, purpose or DEFAULT_PURPOSE)
        return await entered(session, parts, case, name, now=now)

    return await letters.kept(parts, user, find)


async def entered(
    session: AsyncSession, parts: Parts, case: CaseFile, name: str, *, now: datetime
) -> ExplanationLetter:
    """The explanation in the registry, under the name people call the date by."""
    return await explanations.explanation(
        session,
        case,
        name,
        label=labels.word("deadline", name),
        public_url=parts.settings.public_url,
        now=now,
        specimen=parts.specimen,
    )
