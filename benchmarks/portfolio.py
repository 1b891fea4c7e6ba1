"""Two hundred thousand open dates at once: an extension tried out, and a decree that moves every one of them."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from benchmarks import floors
from benchmarks.machine import Meter, Usage
from benchmarks.table import Row
from services import instance, rulebook, seeding
from services.clock import app_now
from services.database import Sessions, make_engine, make_sessions
from services.deadlines import extensions, recipes, store
from services.deadlines.derivation import derive
from services.deadlines.extensions import ExtensionDraft
from services.deadlines.periods import Period
from services.decrees import drafting
from services.decrees.carrying_out import CarryingOut
from services.decrees.drafting import DecreeDraft
from services.decrees.lines import RawLine
from services.models import ExtensionScope, HolidayDecree
from services.periods import planning
from services.waking import Nudge
from settings import libpq_url
from stack.postgres import DURABLE
from tests.engine import Engine, running_postgres

START = "2027-01-11T08:00:00+07:00"  # a Monday
PERIOD, NAME = "2026-Q4", "report_correction_due"
RETURNED_ON = (6, 7, 8, 10)  # days of January: five working days later, Tuesday 12 is among those counted
DECREED = "2027-01-12"
SECONDS = {"dry run": 5.0, "recompute": 30.0}
TIMES_FLOOR = 2.5


class Nobody:
    """Nudges go nowhere: no process waits for these dates."""

    def nudge(self, cases: Iterable[Nudge], lanes: Iterable[str]) -> None:
        """Nothing."""


async def measure(count: int) -> list[Row]:
    """Rows of the table for `count` open dates. AssertionError where a count is wrong: then there is no rate."""
    with TemporaryDirectory() as directory, running_postgres(Path(directory), DURABLE) as engine:
        database = engine.clone()
        instance.create(database.migrator_url, rehearsal=True, start=datetime.fromisoformat(START))
        pool = make_engine(database.app_url, 5)
        sessions = make_sessions(pool)
        await _seed(database.app_url, count)
        meter = Meter(_roles(engine))
        url = libpq_url(database.app_url)
        rows = [await _dry_run(sessions, url, meter, count), await _recompute(sessions, url, meter, count)]
        await pool.dispose()
        return rows


def _roles(engine: Engine) -> dict[str, int]:
    postgres = engine.postgres.process
    return {"client": os.getpid(), "postgres": postgres.pid if postgres else 0}


@asynccontextmanager
async def _transaction(sessions: Sessions) -> AsyncIterator[tuple[AsyncSession, datetime]]:
    async with sessions() as session, session.begin():
        yield session, await app_now(session)


async def _dry_run(sessions: Sessions, url: str, meter: Meter, count: int) -> Row:
    async with _transaction(sessions) as (session, now):
        draft = ExtensionDraft(ExtensionScope.PERIOD, date(2027, 2, 20), "SE Contoh", "uji", period=PERIOD)
        extension = await extensions.draft(session, draft, actor="one", now=now)

    async def tried() -> None:
        async with _transaction(sessions) as (session, now):
            preview = await extensions.dry_run(session, extension.id, actor="one", now=now)
        assert preview.moving == count, f"{preview.moving} of {count} would move"

    usage = await _timed(meter, tried)
    floor = await _plain(lambda: floors.count_dates(url, PERIOD))
    return Row("dry run of an extension", count, usage, floor, SECONDS["dry run"] * count / 200_000)


async def _recompute(sessions: Sessions, url: str, meter: Meter, count: int) -> Row:
    decree = await _decreed(sessions, "SKB Contoh 1/2027")

    async def tried() -> None:
        async with _transaction(sessions) as (session, now):
            foreseen = await drafting.dry_run(session, decree.case_id, actor="one", now=now)
        assert foreseen.moving == foreseen.told == count, f"{foreseen.moving} of {count} would move"

    await tried()
    async with _transaction(sessions) as (session, now):
        await drafting.approve(session, decree.case_id, actor="two", now=now)
    work = CarryingOut(sessions, Nobody(), lambda _: None)
    usage = await _timed(meter, lambda: work.apply(decree.case_id))
    moved = await _count(sessions, "SELECT count(*) FROM decree_line WHERE state = 'moved'")
    told = await _count(sessions, "SELECT count(*) FROM message WHERE template = 'deadline_moved'")
    noted = await _count(sessions, "SELECT count(*) FROM case_event WHERE type = 'deadline_recalculated'")
    assert moved == told == noted == count, f"{moved} of {count} moved, {told} told, {noted} noted"
    other = await _decreed(sessions, "SKB Contoh 2/2027")
    async with _transaction(sessions) as (_, now):
        moment = now
    floor = await _plain(lambda: floors.move_all(url, PERIOD, moment, other.case_id))
    limit = SECONDS["recompute"] * count / 200_000
    return Row("recompute for a decreed day", count, usage, floor, limit, TIMES_FLOOR, "told and noted")


async def _decreed(sessions: Sessions, instrument: str) -> HolidayDecree:
    days = (RawLine(1, DECREED, "joint_leave", "Cuti Bersama Contoh"),)
    async with _transaction(sessions) as (session, now):
        return await drafting.draft(session, DecreeDraft(instrument, "uji", days), actor="one", now=now)


async def _seed(url: str, count: int) -> None:
    """Companies, each with a returned report: its due date, and the date by which it is corrected."""
    patient = create_async_engine(
        url, connect_args={"options": "-c timezone=UTC"}
    )  # none of a command's limits
    sessions, left = make_sessions(patient), count
    while left:
        batch = min(left, 20_000)
        async with _transaction(sessions) as (session, now):
            await seeding.companies(session, batch, region="64", now=now)
        left -= batch
    async with _transaction(sessions) as (session, now):
        rules = await rulebook.current(session, now=now)
        due = planning.due_of(Period.parse(PERIOD), rules)
        given = {
            "period": PERIOD,
            "now": now,
            "due": due.due_before,
            "policy": rules.version_id,
            "derivation": await store.keep_derivation(session, due),
        }
        await session.execute(text(_CASES), given)
        for place, day in enumerate(RETURNED_ON):
            returned = datetime(2027, 1, day, 2, tzinfo=UTC)
            derived = derive(rules.policies.rule(NAME), returned, rules.calendars())
            assert derived.recipe is not None
            await session.execute(
                text(_DATES),
                {
                    "name": NAME, "place": place, "returned": returned, "now": now,
                    "due": derived.due_before, "version": derived.calendar_version,
                    "steps": json.dumps(derived.as_json()), "recipe": json.dumps(dict(derived.recipe)),
                    "digest": recipes.digest(derived.recipe),
                },
            )  # fmt: skip
    async with sessions() as session, session.begin():
        await session.execute(text("ANALYZE case_file, case_chain, deadline, derivation, account"))
    await patient.dispose()


_CASES = """
    WITH opened AS (
        INSERT INTO case_file (id, kind, key, title, account_id, region_code, zone, kbli, period, stage, status,
                               version, milestones, nudges, policy_version_id, opened_at)
        SELECT uuidv7(), 'report', 'report/' || number || '/' || :period || '/production', name, id, region_code,
               zone, '{}', :period, 'production', 'returned', 1, '{}', 0, :policy, :now
        FROM account RETURNING id
    ), chained AS (
        INSERT INTO case_chain (case_id, last_seq, last_hash) SELECT id, 0, '' FROM opened
    )
    INSERT INTO deadline (case_id, name, derivation_id, base_before, due_before, set_at, pauses)
    SELECT id, 'report_due', :derivation, :due, :due, :now, '[]'
    FROM opened
"""
# Every report was returned at a second of its own, so every date has a derivation of its own.
_DATES = """
    WITH chosen AS (
        SELECT c.id, uuidv7() AS derivation,
               CAST(:returned AS timestamptz) + make_interval(secs => row_number() OVER ()) AS at
        FROM case_file c
        WHERE c.kind = 'report' AND abs(hashtext(c.id::text)) % 4 = :place
    ), derived AS (
        INSERT INTO derivation (id, digest, rule, due_before, calendar_version, steps, recipe, recipe_digest)
        SELECT derivation, id::text, :name, :due, :version,
               jsonb_build_array(jsonb_set(CAST(:steps AS jsonb) -> 0, '{params,at}', to_jsonb(instant_text(at))))
                   || (CAST(:steps AS jsonb) - 0),
               jsonb_set(CAST(:recipe AS jsonb), '{at}', to_jsonb(instant_text(at))), :digest
        FROM chosen
    )
    INSERT INTO deadline (case_id, name, derivation_id, base_before, due_before, set_at, pauses)
    SELECT id, :name, derivation, :due, :due, :now, '[]' FROM chosen
"""


async def _timed(meter: Meter, work: Callable[[], Awaitable[None]]) -> Usage:
    with meter.measure() as usage:
        await work()
    return usage


async def _plain(work: Callable[[], int]) -> float:
    started = time.perf_counter()
    await asyncio.to_thread(work)
    return time.perf_counter() - started


async def _count(sessions: Sessions, query: str) -> Any:
    async with sessions() as session:
        return (await session.execute(text(query))).scalar_one()
