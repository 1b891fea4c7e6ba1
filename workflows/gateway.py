"""The way into Temporal: connecting, nudging processes and post offices, the sweep's schedule."""

import asyncio
import logging
from collections.abc import Awaitable, Iterable

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
)
from temporalio.common import WorkflowIDReusePolicy
from temporalio.envconfig import ClientConfigProfile
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import CaseRef
from services.database import in_a_line
from services.deadlines.zones import WIB
from services.models import Lane
from services.waking import Nudge
from workflows.contracts import (
    CHORES,
    CHORES_AT,
    POST_OFFICE,
    RESCAN,
    RESCAN_EVERY,
    SWEEP,
    SWEEP_EVERY,
    TASK_QUEUE,
    WORKFLOW_TYPES,
    post_office_id,
)
from workflows.payloads import DATA_CONVERTER

log = logging.getLogger(__name__)

# How long a nudge may take before it is given up: the sweep repeats it anyway.
PATIENCE = 15.0
AT_ONCE = 32
# Mail of a burst is announced to its lane once: whatever commits within GATHER shares one nudge, and while mail
# keeps coming a lane hears of it every PACE; its post office takes all that waits, however often it is told.
GATHER = 0.1
PACE = 1.0


async def connect(address: str | None, namespace: str, *, lazy: bool = False) -> Client:
    """A client on `address`, or on what the SDK's own environment settings name (TLS, API key, address)."""
    config = ClientConfigProfile.load().to_client_connect_config()
    config["namespace"] = namespace
    if address:
        config["target_host"] = address
    return await Client.connect(**config, lazy=lazy, data_converter=DATA_CONVERTER)


_PASSING = frozenset(
    {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.RESOURCE_EXHAUSTED}
)


def away(error: Exception) -> str | None:
    """Why Temporal cannot be reached, in a line; None for anything that waiting does not mend."""
    if isinstance(error, RPCError):
        return in_a_line(error) if error.status in _PASSING else None
    # The SDK has no class of its own for an address where nobody answers.
    return in_a_line(error) if isinstance(error, RuntimeError) else None


class Gateway:
    """Nudges: signal-with-start without payload, after the commit. Lost ones are logged and swept up later."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._running: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._gathering: set[str] = set()
        self._announced: dict[str, float] = {}

    def nudge(self, cases: Iterable[Nudge], lanes: Iterable[str]) -> None:
        """Nudge in the background; never raises, never waits."""
        for case in cases:
            self._spawn(self.nudge_case(case))
        for lane in set(lanes) - self._gathering:
            self._gathering.add(lane)
            self._spawn(self._nudge_soon(lane))

    async def nudge_case(self, case: Nudge) -> bool:
        """Start the case's process, or tell it to look at its row. False when Temporal could not be reached."""
        start = self.client.start_workflow(
            WORKFLOW_TYPES[case.kind],
            CaseRef(case.case_id),
            id=case.key,
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal="changed",
        )
        return await self._attempt(start, case.key)

    async def nudge_lane(self, lane: str) -> bool:
        """Start the lane's post office, or tell it that there is mail."""
        start = self.client.start_workflow(
            POST_OFFICE,
            Lane(lane),
            id=post_office_id(lane),
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal="changed",
        )
        return await self._attempt(start, post_office_id(lane))

    async def nudge_all(self, cases: Iterable[Nudge], lanes: Iterable[str]) -> int:
        """Nudge and wait; how many got through."""
        nudges = [self.nudge_case(case) for case in cases] + [self.nudge_lane(lane) for lane in lanes]
        return sum(await asyncio.gather(*nudges))

    async def drain(self) -> None:
        """Wait for the nudges that are under way, at shutdown."""
        if self._running:
            await asyncio.wait(self._running, timeout=PATIENCE)

    async def _nudge_soon(self, lane: str) -> bool:
        now = asyncio.get_running_loop().time
        await asyncio.sleep(max(GATHER, self._announced.get(lane, -PACE) + PACE - now()))
        self._gathering.discard(lane)  # first: who commits from here on needs a nudge of its own
        self._announced[lane] = now()
        return await self.nudge_lane(lane)

    def _spawn(self, nudge: Awaitable[bool]) -> None:
        async def run() -> None:
            await nudge

        task = asyncio.create_task(run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _attempt(self, start: Awaitable[object], workflow_id: str) -> bool:
        async with self._slots:
            try:
                async with asyncio.timeout(PATIENCE):
                    await start
            # A lazy client that cannot connect raises RuntimeError, not RPCError.
            except (RPCError, RuntimeError, TimeoutError) as error:
                log.warning("nudge of %s lost (%s); the sweep will repeat it", workflow_id, error)
                return False
        return True


async def ensure_sweep(client: Client) -> None:
    """The schedule that nudges, every minute, whatever a lost nudge left behind."""
    await _ensure(client, SWEEP, ScheduleSpec(intervals=[ScheduleIntervalSpec(every=SWEEP_EVERY)]))


async def ensure_chores(client: Client) -> None:
    """The schedules of the daily chores; a night that was missed is made up for when the engine is back."""
    hour, minute = CHORES_AT
    at = ScheduleCalendarSpec(hour=[ScheduleRange(hour)], minute=[ScheduleRange(minute)])
    await _ensure(client, CHORES, ScheduleSpec(calendars=[at], time_zone_name=str(WIB)))
    await _ensure(client, RESCAN, ScheduleSpec(intervals=[ScheduleIntervalSpec(every=RESCAN_EVERY)]))


async def _ensure(client: Client, name: str, spec: ScheduleSpec) -> None:
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(name, id=name, task_queue=TASK_QUEUE),
        spec=spec,
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
    try:
        await client.create_schedule(name, schedule)
    except ScheduleAlreadyRunningError:
        return
