"""The advance of a rehearsal's clock that this process is carrying out, whoever asked for it: a program or a page."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from api.parts import Parts
from services.errors import Conflict
from services.i18n import N_
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
async def running(app: FastAPI) -> AsyncIterator[None]:
    """One set of advances for the process."""
    app.state.advances = Advances()
    yield
    await app.state.advances.stop()


def advances_of(request: Request) -> Advances:
    """The advances of this process."""
    found: Advances = request.app.state.advances
    return found


AdvancesDep = Annotated[Advances, Depends(advances_of)]
