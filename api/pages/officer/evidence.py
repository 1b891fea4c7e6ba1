"""The bundle of evidence from the page of its case."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from fastapi.responses import StreamingResponse

from api import evidence, routers
from api.deps import Arrival, PartsDep
from api.pages.officer import reading
from api.pages.urls import PATHS
from api.permissions import require
from services.identity import purposes
from services.identity.permissions import Permission
from services.identity.principal import Principal

router = routers.pages()
# A campaign, a period or a change of rules is nobody's individual data: taking its bundle is supervision.
DEFAULT = "supervision"


@router.get(PATHS["case_evidence"])
async def bundle(
    request: Request,
    parts: PartsDep,
    _: Arrival,
    case: UUID,
    user: Annotated[Principal, require(Permission.EXPORT_INDIVIDUAL)],
) -> StreamingResponse:
    """One ZIP, under the purpose of the task or the one stated a short while ago."""
    async with parts.sessions.begin() as session:
        found = await reading.open_case(
            request, session, user, case, permission=Permission.EXPORT_INDIVIDUAL, what="evidence"
        )
        purpose = purposes.of_task(user, found) or await purposes.stated(
            session, user, account_id=found.account_id, case_id=found.id
        )
    return await evidence.handed_out(parts, user.actor, found, purpose or DEFAULT)
