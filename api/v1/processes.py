"""Processes that wait for an operator."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel

from api import routers
from api.deps import Now, SessionDep
from api.permissions import require
from services import rebuilding, sweeping
from services.identity.permissions import Permission
from services.identity.principal import Principal

router = routers.programs("/processes", tags=["processes"])


class StuckOut(BaseModel):
    """A case whose process met a refusal it cannot pass. `code` and `message` say which."""

    case_id: UUID
    key: str
    kind: str
    step: str
    code: str
    message: str
    since: datetime


class BacklogOut(BaseModel):
    """Cases that should have been looked at, since when the oldest waits, and how many are stuck."""

    waiting: int
    oldest: datetime | None
    stuck: int


@router.get("/stuck", response_model=list[StuckOut])
async def stuck(
    session: SessionDep, _: Annotated[Principal, require(Permission.OPERATE_PROCESSES)]
) -> list[StuckOut]:
    """Stuck processes, the longest stuck first. See POST /cases/{id}/stuck/retry and /skip."""
    return [StuckOut.model_validate(line, from_attributes=True) for line in await rebuilding.stuck(session)]


@router.get("/backlog", response_model=BacklogOut)
async def backlog(
    session: SessionDep, now: Now, _: Annotated[Principal, require(Permission.READ_HEALTH)]
) -> BacklogOut:
    """The health metric of processes."""
    found = await sweeping.backlog(session, now=now)
    return BacklogOut(waiting=found.waiting, oldest=found.oldest, stuck=found.stuck)
