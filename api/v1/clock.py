"""The legal clock of a rehearsal. Elsewhere there is nothing here."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.deps import PartsDep, SessionDep
from api.idempotency import OnceDep
from api.parts import Parts
from api.permissions import require
from services import advances, rehearsal
from services.errors import Conflict
from services.i18n import N_
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.rehearsal import Clock
from workflows.advance import Advance

log = logging.getLogger("tenggat.clock")

# How long a caller waits to learn that an advance could not begin.
BEGINNING = 1.0


@dataclass
class Advances:
    """The advance that this process is carrying out, if any. How one ended stands in the clock's own row."""

    running: asyncio.Task[Clock] | None = None

    async def begin(self, parts: Parts, target: datetime) -> None:
        """Start advancing in the background. A refusal comes before this returns."""
        if self.running is not None and not self.running.done():
            raise Conflict(N_("Jam simulasi sedang dimajukan."))
        advance = Advance(parts.sessions, parts.gateway)
        self.running = task = asyncio.create_task(advance.to(target))
        done, _ = await asyncio.wait({task}, timeout=BEGINNING)
        if done:
            task.result()
        else:
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Clock]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("the advance ended early", exc_info=error)

    async def stop(self) -> None:
        """At shutdown: the lock is let go, the clock stays where it is."""
        if self.running is not None and not self.running.done():
            self.running.cancel()
            await asyncio.wait({self.running})


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One set of advances for the process."""
    app.state.advances = Advances()
    yield
    await app.state.advances.stop()


router = APIRouter(prefix="/clock", tags=["clock"], lifespan=lifespan)


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


def advances_of(request: Request) -> Advances:
    """The advances of this process."""
    found: Advances = request.app.state.advances
    return found


AdvancesDep = Annotated[Advances, Depends(advances_of)]


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
