"""Warnings for everyone overdue at once, and thousands of approved letters made, stored, queued and mailed."""

import asyncio
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import text

from benchmarks.machine import Meter
from benchmarks.table import Row
from services import seeding
from services.identity.principal import Grant, Principal
from services.models import Role
from services.warnings import approval
from services.warnings.desk import Filters
from stack.postgres import DURABLE
from tests.engine import running_postgres, running_temporal
from tests.world import World, opened
from workflows.advance import Advance

START = "2026-12-20T08:00:00+07:00"
BEFORE, AFTER = "2027-01-12T20:00:00+07:00", "2027-01-13T08:00:00+07:00"
LETTERS = 600.0
"""Seconds for 5,000 letters on two cores."""
OVERDUE = 60.0
"""Seconds for the proposals of 22,000 overdue reports."""

# Somebody of the ministry, which may act for every office.
OFFICER = Principal(
    "person:0190aaaa-0000-7000-8000-00000000000b",
    UUID("0190aaaa-0000-7000-8000-00000000000b"),
    roles=(Grant(Role.COMPLIANCE_OFFICER),),
    nda=True,
    recent=True,
)
_MADE = text(
    """
    SELECT (SELECT count(DISTINCT number) FROM warning_letter WHERE document_id IS NOT NULL) AS made,
           (SELECT last FROM letter_register) AS last,
           (SELECT count(*) FROM message WHERE template = 'warning_letter' AND state = 'done') AS mailed,
           (SELECT count(*) FROM caught_mail WHERE subject LIKE 'Surat Peringatan%') AS accepted
    """
)


async def measure(overdue: int, letters: int) -> list[Row]:
    """Two rows: the proposals of everyone overdue, the letters of those approved. AssertionError for a wrong count."""
    with (
        TemporaryDirectory() as directory,
        running_postgres(Path(directory), DURABLE) as engine,
        running_temporal(engine) as temporal,
    ):
        assert engine.postgres.process is not None
        assert temporal.process is not None
        meter = Meter(
            {
                "web, worker": os.getpid(),
                "postgres": engine.postgres.process.pid,
                "temporal": temporal.process.pid,
            }
        )
        async with opened(engine.clone(), temporal.address, Path(directory), START, sandboxed=False) as world:
            world.advance = Advance(world.sessions, world.gateway, patience=4 * LETTERS)
            return await _measure(world, meter, overdue, letters)


async def _measure(world: World, meter: Meter, overdue: int, letters: int) -> list[Row]:
    await _hold_notices(world)
    async with world.transaction() as (session, now):
        await seeding.companies(session, overdue, region="64", now=now)
    await world.advance_to(BEFORE)
    with meter.measure() as proposing:
        await world.advance_to(AFTER)
    chosen = await _proposals(world, letters)
    assert len(chosen) == letters, f"{len(chosen)} of {letters} proposed"
    longest = asyncio.create_task(_longest_pause())
    with meter.measure() as making:
        async with world.transaction() as (session, now):
            await approval.approve(session, OFFICER, Filters(ids=tuple(chosen)), now=now)
        await world.rest()
    longest.cancel()
    async with world.sessions() as session:
        done = (await session.execute(_MADE)).one()
    assert (done.made, done.last, done.mailed, done.accepted) == (letters, letters, letters, letters), done
    pause = f"longest pause of the loop {max(PAUSES, default=0.0) * 1000:.0f} ms"
    return [
        Row("warnings proposed", overdue, proposing, limit=OVERDUE * overdue / 22_000),
        Row("letters made, stored, mailed", letters, making, limit=LETTERS * letters / 5_000, note=pause),
    ]


PAUSES: list[float] = []


async def _longest_pause() -> None:
    """How long everyone else had to wait while letters were set."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.01)
        PAUSES.append(time.perf_counter() - before - 0.01)


async def _proposals(world: World, letters: int) -> list[UUID]:
    query = text("SELECT case_id FROM warning_ladder WHERE ended_at IS NULL ORDER BY case_id LIMIT :most")
    async with world.sessions() as session:
        return list((await session.execute(query, {"most": letters})).scalars())


async def _hold_notices(world: World) -> None:
    """Reminders are measured elsewhere."""
    async with world.transaction() as (session, _):
        await session.execute(
            text("UPDATE lane_state SET held_at = now(), reason = 'benchmark' WHERE lane = 'notices'")
        )
