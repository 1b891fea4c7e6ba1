"""Why a date is what it is, on paper: the explanation of a deadline as PDF/A."""

from typing import Annotated
from uuid import UUID

from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import letters, routers
from api.deps import Arrival, PartsDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1.cases import DEFAULT_PURPOSE, load, noted
from services.deadlines.letters import ExplanationLetter
from services.identity.permissions import Permission
from services.identity.principal import Principal

router = routers.programs("/cases", tags=["cases"])


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
        return await letters.explanation(session, parts, case, name, now=now)

    return await letters.kept(parts, user, find)
