"""The sweep's one activity."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from temporalio import activity

from services import sweeping
from services.clock import app_now
from services.database import Sessions
from services.periods import planning
from services.waking import Nudge

NudgeAll = Callable[[Iterable[Nudge], Iterable[str]], Awaitable[int]]


@dataclass(frozen=True)
class SweepActivities:
    sessions: Sessions
    nudge_all: NudgeAll

    @activity.defn(name="sweep.nudge_waiting")
    async def nudge_waiting(self) -> int:
        """Nudges every case and lane that is due, batch by batch; returns how many nudges got through."""
        reached = 0
        async with self.sessions() as session, session.begin():
            await planning.ensure_planned(session, now=await app_now(session))
        while True:
            async with self.sessions() as session, session.begin():
                now = await app_now(session)
                waiting = await sweeping.due(session, now=now)
                lanes = await sweeping.lanes_with_mail(session, now=now)
            activity.heartbeat(len(waiting))
            reached += await self.nudge_all(waiting, lanes)
            if len(waiting) < sweeping.BATCH:
                return reached
