"""Starting every process anew from its row: after the engine's database was lost, or a backup was restored."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from services import rebuilding, reconciling
from services.audit import FIRST
from services.clock import app_now
from services.database import Sessions
from services.reconciling import Lost
from workflows.contracts import WORKFLOW_TYPES
from workflows.gateway import Gateway, ensure_chores, ensure_sweep

REASON: Final = "rebuilt from the rows"
PROCESSES: Final = frozenset(WORKFLOW_TYPES.values())


@dataclass(frozen=True)
class Rebuilt:
    """How many executions were ended, cases looked for, and nudges that reached the engine; what the rows lost."""

    terminated: int
    cases: int
    nudged: int
    lanes: int
    lost: Lost


@dataclass(frozen=True)
class Rebuild:
    """Ends what runs in this database's namespace and lets every open case's process begin from the top.

    `letters` are those that the journal of legal mail knows to have left.
    """

    sessions: Sessions
    client: Client
    gateway: Gateway
    rehearsal: bool
    letters: Collection[str] = ()
    progress: Callable[[int], None] = lambda _: None

    async def run(self) -> Rebuilt:
        """Safe to repeat: steps that were done are done, and a row tells where its case stands."""
        lost = await self._compare()
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
        return Rebuilt(terminated, cases, nudged, lanes, lost)

    async def _compare(self) -> Lost:
        """Before anything is touched: what the engine and the journal remember and the rows do not."""
        newest: dict[str, tuple[datetime, WorkflowExecutionStatus | None]] = {}
        async for execution in self.client.list_workflows():
            if execution.workflow_type in PROCESSES:
                found = (execution.start_time, execution.status)
                newest[execution.id] = max(found, newest.get(execution.id, found), key=lambda one: one[0])
        ended = {key for key, (_, status) in newest.items() if status is WorkflowExecutionStatus.COMPLETED}
        async with self.sessions() as session:
            return await reconciling.compare(session, known=newest, ended=ended, letters=self.letters)

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
