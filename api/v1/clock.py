"""The legal clock of a rehearsal. Elsewhere there is nothing here."""

import logging
from datetime import datetime
from typing import Annotated

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.advancing import AdvancesDep
from api.deps import PartsDep, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from services import advances, rehearsal
from services.identity.permissions import Permission
from services.identity.principal import Principal

log = logging.getLogger("tenggat.clock")

router = routers.programs("/clock", tags=["clock"])


class ClockOut(BaseModel):
    """`target` is set while an advance is under way; `moments` counts the moments it stopped at, ever.

    `failure` says how the last advance ended before its target: not_at_rest (something does not come to an end; is
    a worker running?), broken, or interrupted (its process was stopped). The next advance goes on from there.
    """

    now: datetime
    target: datetime | None
    advancing: bool
    moments: int
    failure: str | None = None


class AdvanceIn(BaseModel):
    """One of: `by` ("30d", "12h", "2w") or `to` (ISO; without an offset WIB)."""

    model_config = ConfigDict(extra="forbid")

    by: str | None = Field(default=None, max_length=40)
    to: str | None = Field(default=None, max_length=40)


@router.get("", response_model=ClockOut)
async def read(
    session: SessionDep,
    _: Annotated[Principal, require(Permission.READ_PERIOD)],
) -> ClockOut:
    """Where the rehearsal stands, and how far an advance has come. `failure`: why the last one ended early."""
    return await _read(session)


@router.post("/advance", status_code=202, response_model=ClockOut)
async def advance(
    body: AdvanceIn,
    session: SessionDep,
    parts: PartsDep,
    own: AdvancesDep,
    _: Annotated[Principal, require(Permission.ADVANCE_CLOCK)],
    once: OnceDep,
) -> JSONResponse:
    """Let time pass, moment by moment, until the world is at rest at the target. Goes on after this answer."""
    clock = await rehearsal.read(session)

    async def command() -> ClockOut:
        await own.begin(parts, advances.target(clock.now, by=body.by, to=body.to))
        return await _read(session)

    return await once(command, status=202)


async def _read(session: AsyncSession) -> ClockOut:
    standing = await advances.standing(session)
    clock = standing.clock
    return ClockOut(
        now=clock.now,
        target=clock.target if standing.advancing else None,
        advancing=standing.advancing,
        moments=clock.moments,
        failure=standing.failure,
    )
