"""A case as evidence: one ZIP with all that proves it, for officers who may pass individual data on."""

from typing import Annotated
from uuid import UUID

from fastapi.responses import StreamingResponse

from api import evidence, routers
from api.deps import Arrival, PartsDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1.cases import load
from services.identity.permissions import Permission
from services.identity.principal import Principal

router = routers.programs("/cases", tags=["cases"])


@router.get("/{case_id}/evidence", response_class=StreamingResponse)
async def bundle(
    case_id: UUID,
    parts: PartsDep,
    _: Arrival,
    user: Annotated[Principal, require(Permission.EXPORT_INDIVIDUAL)],
    purpose: ReadPurpose,
) -> StreamingResponse:
    """The bundle, checked by the VERIFY.py inside. X-Purpose says why it is taken; X-Evidence-Seal is its seal."""
    async with parts.sessions() as session:
        case = await load(session, case_id, user, Permission.EXPORT_INDIVIDUAL)
    return await evidence.handed_out(parts, user.actor, case, purpose or "")
