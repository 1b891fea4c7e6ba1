"""Processes started a second, and steps of those that run, against the same workflow with empty steps."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import text
from temporalio import activity
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.contracts import CaseRef, StepResult
from benchmarks.machine import Meter, Usage
from benchmarks.table import Row
from services.models import Role, new_id
from services.processes import Answer, Question, Sight
from services.registrations.submission import REMINDER
from services.waking import Nudge
from stack.postgres import DURABLE
from tests.engine import Engine, running_postgres, running_temporal
from tests.world import World, opened
from worker import SLOTS
from workflows.advance import Advance
from workflows.contracts import TASK_QUEUE
from workflows.registration import RegistrationWorkflow

TIMES_EMPTY = 1 / 0.8
STEPS_PER_SECOND = 50
PATIENCE = 600.0  # seconds
HALF_A_DAY = 4 * 3600.0
START, LATER = "2026-07-06T08:00:00+07:00", "2026-07-07T12:00:00+07:00"
DONE = text(
    "SELECT count(*) FROM case_step JOIN case_file ON id = case_id AND wake_at > app_now() WHERE step = :step"
)


@dataclass
class EmptySteps:
    """The same activities without a database: acknowledged, looked at, asleep; nudged, reminded, asleep again."""

    wanted: int
    reminding: bool = False
    asleep: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)
    _reminded: set[UUID] = field(default_factory=set)

    @activity.defn(name="case.look")
    async def look(self, question: Question) -> Answer:
        if self.reminding and question.case_id not in self._reminded:
            self._reminded.add(question.case_id)
            return Answer(Sight.REACHED, name=REMINDER)
        self.asleep += 1
        if self.asleep == self.wanted:
            self.done.set()
        return Answer(Sight.SLEEP, seconds=HALF_A_DAY)  # a timer runs, as it does for the real ones

    @activity.defn(name="registration.acknowledge")
    async def acknowledge(self, _: CaseRef) -> StepResult:
        return StepResult.DONE

    @activity.defn(name="registration.remind")
    async def remind(self, _: CaseRef) -> StepResult:
        return StepResult.DONE

    async def round(self, world: World, nudges: list[Nudge], *, reminding: bool) -> float:
        """Seconds until everybody who was nudged sleeps."""
        self.reminding, self.asleep = reminding, 0
        self.done.clear()
        started = time.perf_counter()
        await world.gateway.nudge_all(nudges, ())
        await self.done.wait()
        return time.perf_counter() - started


@dataclass(frozen=True)
class Taken:
    """How long both rounds took: processes started, processes that ran taking a step."""

    started: Usage
    stepped: Usage


async def measure(count: int) -> list[Row]:
    """Two rows: processes started, and one step of each; the same of empty ones is the floor."""
    with _engine() as (directory, engine, address, meter):
        async with opened(engine.clone(), address, directory, START, sandboxed=False) as world:
            world.advance = Advance(world.sessions, world.gateway, patience=PATIENCE)
            real = await _real(world, meter, count)
        async with opened(engine.clone(), address, directory, START, working=False) as world:
            starting, stepping = await _empty(world, count)
    note = "floor: empty steps"
    return [
        Row("registration processes", count, real.started, starting, None, TIMES_EMPTY, note),
        Row("case steps", count, real.stepped, stepping, count / STEPS_PER_SECOND, TIMES_EMPTY, note),
    ]


@contextmanager
def _engine() -> Iterator[tuple[Path, Engine, str, Meter]]:
    with (
        TemporaryDirectory() as directory,
        running_postgres(Path(directory), DURABLE) as engine,
        running_temporal(engine) as temporal,
    ):
        assert engine.postgres.process is not None
        assert temporal.process is not None
        parts = {
            "worker": os.getpid(),
            "postgres": engine.postgres.process.pid,
            "temporal": temporal.process.pid,
        }
        yield Path(directory), engine, temporal.address, Meter(parts)


async def _real(world: World, meter: Meter, count: int) -> Taken:
    """Registrations are there, their processes are not: started, acknowledged (with the mail), looked at, asleep.

    Then half of the UPP's time passes for all at once: nudged, looked at, reminded (with the mail), looked at, asleep.
    """
    async with world.transaction() as (session, _):
        await session.execute(text("UPDATE lane_state SET held_at = now(), reason = 'benchmark'"))
    await world.official(Role.UPP_OFFICER)
    for _ in range(count):
        await world.register(nudged=False)
    with meter.measure() as started:
        await world.rest()
    await _all_took(world, "acknowledge", count)
    with meter.measure() as stepped:
        await world.advance_to(LATER)
    await _all_took(world, "remind", count)
    return Taken(started, stepped)


async def _all_took(world: World, step: str, count: int) -> None:
    async with world.sessions() as session:
        done = (await session.execute(DONE, {"step": step})).scalar_one()
    assert done == count, f"{done} of {count} took {step} and sleep"


async def _empty(world: World, count: int) -> tuple[float, float]:
    steps = EmptySteps(count)
    worker = Worker(
        world.client, task_queue=TASK_QUEUE, workflows=[RegistrationWorkflow],
        activities=[steps.look, steps.acknowledge, steps.remind], workflow_runner=UnsandboxedWorkflowRunner(),
        **SLOTS,
    )  # fmt: skip
    nudges = [Nudge("registration", f"registration/empty-{number}", new_id()) for number in range(count)]
    async with worker:
        started = await steps.round(world, nudges, reminding=False)
        return started, await steps.round(world, nudges, reminding=True)
