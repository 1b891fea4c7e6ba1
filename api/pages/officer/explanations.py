"""Why a date is what it is, printed from the page of its case, for officials and for the company itself."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import letters, routers
from api.deps import Arrival, PartsDep
from api.pages.officer import reading
from api.pages.urls import PATHS
from api.permissions import require
from services.deadlines.letters import ExplanationLetter
from services.identity.permissions import Permission
from services.identity.principal import Principal

router = routers.pages()


@router.get(PATHS["deadline_letter"])
async def letter(
    request: Request,
    parts: PartsDep,
    now: Arrival,
    case: UUID,
    deadline: str,
    user: Annotated[Principal, require(Permission.READ_CASE)],
) -> StreamingResponse:
    """The explanation of one date as PDF/A; an official's reading is logged under the purpose stated."""

    async def find(session: AsyncSession) -> ExplanationLetter:
        opened = await reading.open_case(request, session, user, case, what="deadline")
        return await letters.explanation(session, parts, opened, deadline, now=now)

    return await letters.kept(parts, user, find)
