"""Starting every process anew from its row: after the engine's database was lost, or a backup was restored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from services import rebuilding
from services.audit import FIRST
from services.clock import app_now
from services.database import Sessions
from workflows.gateway import Gateway, ensure_chores, ensure_sweep

REASON: Final = "rebuilt from the rows"


@dataclass(frozen=True)
class Rebuilt:
    """How many executions were ended, cases looked for, and nudges that reached the engine."""

    terminated: int
    cases: int
    nudged: int
    lanes: int


@dataclass(frozen=True)
class Rebuild:
    """Ends what runs in this database's namespace and lets every open case's process begin from the top."""

    sessions: Sessions
    client: Client
    gateway: Gateway
    rehearsal: bool
    progress: Callable[[int], None] = lambda _: None

    async def run(self) -> Rebuilt:
        """Safe to repeat: steps that were done are done, and a row tells where its case stands."""
        terminated = await self._terminate()
        cases, nudged, after = 0, 0, FIRST
        while True:
            async with self.sessions.begin() as session:
                now = await app_now(session)
                woken = await rebuilding.wake_batch(session, after, now=now)
            if not woken:
                break
            nudged += await self.gateway.nudge_all(woken, ())
            cases, after = cases + len(woken), woken[-1].case_id
            self.progress(cases)
        lanes = await self.gateway.nudge_all((), rebuilding.lanes())
        await ensure_chores(self.client)
        if not self.rehearsal:
            await ensure_sweep(self.client)
        return Rebuilt(terminated, cases, nudged, lanes)

    async def _terminate(self) -> int:
        ended = 0
        async for execution in self.client.list_workflows("ExecutionStatus = 'Running'"):
            handle = self.client.get_workflow_handle(execution.id, run_id=execution.run_id)
            try:
                await handle.terminate(reason=REASON)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:  # it ended by itself meanwhile
                    raise
            ended += 1
        return ended
