"""What a program of the operator does with mail: let a lane that is held send again."""

from typing import Annotated

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api import routers
from api.deps import SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.messages import lanes
from services.models import Lane

router = routers.programs("/mail", tags=["mail"])


class LaneOut(BaseModel):
    """A lane of the post office, and whether it stands still."""

    lane: Lane
    held: bool


class ReleaseIn(BaseModel):
    """Why the lane may send again; kept with who released it, and when."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=lanes.REASON_MOST)


@router.post("/lanes/{lane}/release", response_model=LaneOut)
async def release(
    lane: Lane,
    body: ReleaseIn,
    session: SessionDep,
    user: Annotated[Principal, require(Permission.OPERATE_MAIL)],
    once: OnceDep,
) -> JSONResponse:
    """Let a held lane send again, as the page of the service's health does: legal mail is held after a restore.

    Letters that were held one by one, because nobody knows whether they left, still wait for a person.
    """

    async def command() -> LaneOut:
        await lanes.release_lane(session, lane, reason=body.reason, by=user.actor)
        return LaneOut(lane=lane, held=False)

    return await once(command)
