"""Registration processes a second, against the same workflow with empty steps: what our rows and rules cost."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text
from temporalio import activity
from temporalio.worker import Worker

from activities.contracts import CaseRef, StepResult
from benchmarks.machine import Usage
from benchmarks.table import Row
from services.models import new_id
from services.processes import Answer, Question, Sight
from services.waking import Nudge
from stack.postgres import DURABLE
from tests.engine import running_postgres, running_temporal
from tests.world import World, opened
from worker import sandbox
from workflows.contracts import TASK_QUEUE
from workflows.registration import RegistrationWorkflow

TIMES_EMPTY = 1 / 0.8
HALF_A_DAY = 4 * 3600.0
START = "2026-07-06T08:00:00+07:00"


@dataclass
class EmptySteps:
    """The same activities without a database: acknowledged, looked at, asleep."""

    wanted: int
    looks: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @activity.defn(name="case.look")
    async def look(self, _: Question) -> Answer:
        self.looks += 1
        if self.looks == self.wanted:
            self.done.set()
        return Answer(Sight.SLEEP, seconds=HALF_A_DAY)  # a timer runs, as it does for the real ones

    @activity.defn(name="registration.acknowledge")
    async def acknowledge(self, _: CaseRef) -> StepResult:
        return StepResult.DONE


async def measure(count: int) -> list[Row]:
    """One row: processes from their start to their end, with the rate of empty ones as the floor."""
    with (
        TemporaryDirectory() as directory,
        running_postgres(Path(directory), DURABLE) as engine,
        running_temporal(engine) as temporal,
    ):
        home = Path(directory)
        async with opened(engine.clone(), temporal.address, home, START) as world:
            real = await _real(world, count)
        async with opened(engine.clone(), temporal.address, home, START, working=False) as world:
            empty = await _empty(world, count)
    usage = Usage(seconds=real)
    return [Row("registration processes", count, usage, empty, None, TIMES_EMPTY, "floor: empty steps")]


async def _real(world: World, count: int) -> float:
    """Registrations are there, their processes are not: started, acknowledged (with the mail), looked at, asleep."""
    async with world.transaction() as (session, _):
        await session.execute(text("UPDATE lane_state SET held_at = now(), reason = 'benchmark'"))
    for _ in range(count):
        await world.register(nudged=False)
    started = time.perf_counter()
    await world.rest()
    seconds = time.perf_counter() - started
    async with world.sessions() as session:
        done = (
            await session.execute(text("SELECT count(*) FROM case_step WHERE step = 'acknowledge'"))
        ).scalar_one()
    assert done == count, f"{done} of {count} acknowledged"
    return seconds


async def _empty(world: World, count: int) -> float:
    steps = EmptySteps(count)
    worker = Worker(
        world.client, task_queue=TASK_QUEUE, workflows=[RegistrationWorkflow],
        activities=[steps.look, steps.acknowledge], workflow_runner=sandbox(), max_concurrent_workflow_tasks=64,
        max_concurrent_local_activities=32,
    )  # fmt: skip
    nudges = [Nudge("registration", f"registration/empty-{number}", new_id()) for number in range(count)]
    async with worker:
        started = time.perf_counter()
        await world.gateway.nudge_all(nudges, ())
        await steps.done.wait()
        return time.perf_counter() - started
