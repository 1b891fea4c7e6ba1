"""Advancing a rehearsal: moment by moment, waiting each time until the world is at rest."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from services import rehearsal, sweeping
from services.clock import app_now
from services.database import Sessions
from services.errors import Conflict
from services.i18n import N_
from services.periods import planning
from services.rehearsal import Clock, Unrest
from workflows.gateway import Gateway

log = logging.getLogger(__name__)

# How soon to look whether the world is at rest, and how long to pause at most while a wave is under way;
# a nudge is repeated after a little longer.
SHORTEST, LONGEST = 0.02, 0.25
NUDGE_AGAIN = timedelta(seconds=10)


class NotAtRest(RuntimeError):
    """The world did not come to rest: a worker is missing, or a case cannot go on."""


@dataclass(frozen=True)
class Advance:
    """Moves one rehearsal's clock. `patience` bounds how long one moment may take, in real seconds."""

    sessions: Sessions
    gateway: Gateway
    patience: float = 600
    progress: Callable[[Clock], None] = lambda _: None

    async def to(self, target: datetime) -> Clock:
        """Advance to the target and rest there. Conflict when another advance is under way."""
        async with self._alone():
            async with self.sessions() as session, session.begin():
                await rehearsal.aim(session, target)
                await planning.ensure_planned(session, now=await app_now(session))
            try:
                await self.rest()
                while await self._step(target):
                    await self.rest()
            except Exception as error:
                await self._give_up(error)
                raise
        async with self.sessions() as session:
            return await rehearsal.read(session)

    async def _give_up(self, error: Exception) -> None:
        why = "not_at_rest" if isinstance(error, NotAtRest) else "broken"
        try:
            async with self.sessions() as session, session.begin():
                await rehearsal.give_up(session, why)
        except SQLAlchemyError:  # with the database away the target that stays behind says as much
            log.warning("the end of the advance could not be noted", exc_info=True)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Hold the advisory lock on a connection of its own, outside any transaction."""
        engine: AsyncEngine = self.sessions.kw["bind"]
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            key = {"key": rehearsal.ADVISORY_LOCK}
            got = await connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key)
            if not got.scalar_one():
                raise Conflict(N_("Jam simulasi sedang dimajukan."))
            try:
                yield
            finally:
                await connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)

    async def _step(self, target: datetime) -> bool:
        async with self.sessions() as session, session.begin():
            moved = await rehearsal.step(session, target)
            if moved:
                await planning.ensure_planned(session, now=await app_now(session))
            self.progress(await rehearsal.read(session))
        return moved

    async def rest(self) -> None:
        """Nudge what is due, by the sweep itself, and wait until nothing is left to do at this instant."""
        deadline = asyncio.get_running_loop().time() + self.patience
        pause = SHORTEST
        while True:
            state = await self._nudge()
            if state.at_rest:
                return
            if asyncio.get_running_loop().time() > deadline:
                raise NotAtRest(f"after {self.patience:.0f} s there is still {state}")
            await asyncio.sleep(pause)
            pause = min(pause * 1.25, LONGEST)

    async def _nudge(self) -> Unrest:
        async with self.sessions() as session, session.begin():
            now = await app_now(session)
            state = await rehearsal.unrest(session, now=now)
            if state.at_rest:
                return state
            due = await sweeping.due(session, now=now, pause=NUDGE_AGAIN)
            lanes = await sweeping.lanes_with_mail(session, now=now)
        await self.gateway.nudge_all(due, lanes)
        return state
