"""An extraordinary event: thousands of companies asked for data at once, their mails gone, their processes running."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text, true

from benchmarks.machine import Meter
from benchmarks.table import Row
from services.data_requests import creation
from services.data_requests.orders import Order
from services.models import RequestChannel, RequestKind
from stack.postgres import DURABLE
from tests.engine import running_postgres, running_temporal
from tests.world import World, opened
from workflows.advance import Advance

START = "2026-07-06T09:00:00+07:00"
LIMIT = 240.0
CREATION = 20.0
COMPLETE = text(
    """
    SELECT (SELECT count(*) FROM case_file WHERE kind = 'data-request' AND wake_at > app_now() AND nudges = 0)
               AS asleep,
           (SELECT count(*) FROM message WHERE template = 'data_request' AND state = 'done') AS mailed,
           (SELECT count(*) FROM case_event WHERE type = 'requested') AS recorded
    """
)


async def measure(count: int) -> list[Row]:
    """Two rows: the order itself, and everything until each process sleeps and each mail is accepted."""
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
            return await _measure(world, meter, count)


async def _measure(world: World, meter: Meter, count: int) -> list[Row]:
    await world.companies(count)
    order = Order(
        kinds=(RequestKind.EXTRAORDINARY,),
        channel=RequestChannel.EMAIL,
        question="Apakah pabrik terdampak banjir?",
        mandate="Instruksi Menteri Contoh 7/2026",
        everyone=True,
    )
    with meter.measure() as whole:
        with meter.measure() as giving:
            async with world.transaction() as (session, now):
                row = await creation.give(session, order, true(), actor="benchmark", now=now)
        await Advance(world.sessions, world.gateway, patience=4 * LIMIT).rest()
    async with world.sessions() as session:
        done = (await session.execute(COMPLETE)).one()
    assert row.counts["requests"] == count
    assert (done.asleep, done.mailed, done.recorded) == (count, count, count), done
    return [
        Row("data requests ordered", count, giving, limit=CREATION),
        Row("data requests delivered, processes running", count, whole, limit=LIMIT),
    ]
