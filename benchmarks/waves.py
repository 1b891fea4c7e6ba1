"""A quarter for everyone: open, remind, extend, each on the real engine and beside its floor in bare SQL."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from sqlalchemy import text

from benchmarks import floors
from benchmarks.machine import Meter, Usage
from benchmarks.table import Row
from services import seeding
from services.deadlines import extensions
from services.deadlines.extensions import ExtensionDraft
from services.messages.claiming import UNWANTED
from services.models import ExtensionScope
from settings import libpq_url
from stack.postgres import DURABLE
from tests.engine import Engine, running_postgres, running_temporal
from tests.world import World, opened

PERIOD, FLOOR_PERIOD = "2026-Q4", "2031-Q4"
START = "2026-12-20T08:00:00+07:00"
SECONDS = {"open": 30.0, "remind": 20.0, "extend": 20.0}
TIMES_FLOOR = 2.5

# What a sender would still find wanted, though it speaks of a date that is no longer in force.
_MISLEADING = f"""
    SELECT count(*) FROM message m JOIN deadline d ON d.case_id = m.case_id AND d.name = 'report_due'
    WHERE m.template = 'report_reminder' AND m.state IN ('queued', 'claimed', 'done')
      AND (m.context ->> 'due_before')::timestamptz <> d.due_before AND {UNWANTED} IS NULL
"""  # noqa: S608 -- our own constant


async def measure(count: int) -> list[Row]:
    """Rows of the table for `count` obligations. AssertionError where a count is wrong: then there is no rate."""
    with (
        TemporaryDirectory() as directory,
        running_postgres(Path(directory), DURABLE) as engine,
        running_temporal(engine) as temporal,
    ):
        database = engine.clone()
        async with opened(database, temporal.address, Path(directory), START, sandboxed=False) as world:
            world.advance = type(world.advance)(world.sessions, world.gateway, patience=900)
            meter = Meter(_roles(engine, temporal.process.pid if temporal.process else 0))
            rows = await _quarter(world, libpq_url(database.app_url), meter, count)
            await _nobody_is_misled(world, libpq_url(database.migrator_url), count)
            return rows


def _roles(engine: Engine, temporal: int) -> dict[str, int]:
    postgres = engine.postgres.process
    return {
        "worker and client": os.getpid(),
        "postgres": postgres.pid if postgres else 0,
        "temporal": temporal,
    }


async def _quarter(world: World, url: str, meter: Meter, count: int) -> list[Row]:
    await _hold_mail(world)
    await _seed(world, count)
    # The process that has just started loads calendars and rules once; that is no part of a wave.
    await world.advance_to("2026-12-20T09:00:00+07:00")
    rows = [
        await _open(world, url, meter, count),
        await _remind(world, url, meter, count),
        await _extend(world, url, meter, count),
    ]
    await world.advance_to("2027-01-12T12:00:00+07:00")
    early = await _count(world, "SELECT count(*) FROM case_event WHERE type = 'became_overdue'")
    assert early == 0, f"{early} of {count} extended cases were acted on at their old date"
    return rows


async def _nobody_is_misled(world: World, owner: str, count: int) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:  # a count over everything wants a plan for it
        connection.execute("ANALYZE")
    misled = await _count(world, _MISLEADING)
    assert misled == 0, f"{misled} of {count} would still be reminded of their old date"


async def _open(world: World, url: str, meter: Meter, count: int) -> Row:
    usage = await _timed(meter, lambda: world.advance_to("2026-12-23T06:00:00+07:00"))
    done = await _count(world, "SELECT count(*) FROM report WHERE period = '2026-Q4'")
    assert done == count, f"{done} of {count} opened"
    policy, derivation, due = await _first(
        world,
        "SELECT c.policy_version_id, d.derivation_id, d.due_before FROM deadline d JOIN case_file c"
        " ON c.id = d.case_id WHERE d.name = 'report_due' LIMIT 1",
    )
    now = await world.now()
    floor = await _plain(lambda: floors.open_all(url, FLOOR_PERIOD, now, due, policy, derivation))
    return Row("open obligations", count, usage, floor, SECONDS["open"] * count / 100_000, TIMES_FLOOR)


async def _remind(world: World, url: str, meter: Meter, count: int) -> Row:
    usage = await _timed(meter, lambda: world.advance_to("2026-12-23T09:30:00+07:00"))
    done = await _count(world, "SELECT count(*) FROM message WHERE template = 'report_reminder'")
    assert done == count, f"{done} of {count} reminded"
    now = await world.now()
    floor = await _plain(lambda: floors.remind_all(url, FLOOR_PERIOD, now))
    return Row("queue reminders", count, usage, floor, SECONDS["remind"] * count / 100_000, TIMES_FLOOR)


async def _extend(world: World, url: str, meter: Meter, count: int) -> Row:
    async with world.transaction() as (session, now):
        draft = ExtensionDraft(ExtensionScope.PERIOD, date(2027, 1, 20), "SE Contoh", "uji", period=PERIOD)
        extension = await extensions.draft(session, draft, actor="one", now=now)
    async with world.transaction() as (session, now):
        await extensions.dry_run(session, extension.id, actor="one", now=now)

    async def approve() -> None:
        async with world.transaction() as (session, now):
            await extensions.approve(session, extension.id, actor="two", now=now)
        await world.rest()

    usage = await _timed(meter, approve)
    done = await _count(world, "SELECT count(*) FROM extension_line WHERE active")
    told = await _count(world, "SELECT count(*) FROM message WHERE template = 'extension_granted'")
    assert done == told == count, f"{done} of {count} extended, {told} told"
    now = await world.now()
    floor = await _plain(lambda: floors.extend_all(url, FLOOR_PERIOD, now, extension.id))
    return Row("extend", count, usage, floor, SECONDS["extend"] * count / 100_000, TIMES_FLOOR)


async def _seed(world: World, count: int) -> None:
    left = count
    while left:
        batch = min(left, 10_000)
        async with world.transaction() as (session, now):
            await seeding.companies(session, batch, region="64", now=now)
        left -= batch


async def _hold_mail(world: World) -> None:
    """Queueing is measured here, delivery elsewhere."""
    async with world.transaction() as (session, _):
        await session.execute(text("UPDATE lane_state SET held_at = now(), reason = 'benchmark'"))


async def _timed(meter: Meter, work: Callable[[], Awaitable[None]]) -> Usage:
    with meter.measure() as usage:
        await work()
    return usage


async def _plain(work: Callable[[], int]) -> float:
    started = time.perf_counter()
    await asyncio.to_thread(work)
    return time.perf_counter() - started


async def _count(world: World, query: str) -> int:
    (number,) = await _first(world, query)
    return int(number)


async def _first(world: World, query: str) -> tuple[Any, ...]:
    async with world.sessions() as session:
        return tuple((await session.execute(text(query))).one())
