"""Connections torn down, all of them taken, parts restarted politely: people who try again lose nothing."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import httpx
import psycopg
import pytest

import settings
from tests.faults.load import Load
from tests.faults.table import FULL, Enter, Line
from tests.faults.test_kills import rows_of, token
from tests.instance import Instance, running

COMMANDS = 1000 if FULL else 60
BUSY_WITHIN, BACK_WITHIN = 10.0, 15.0  # seconds: one try for a connection, and two looks at readiness
pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200 if FULL else 300)]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with running(tmp_path_factory.mktemp("rough") / "home", "2027-01-04") as started:
        yield started


@pytest.fixture(scope="module")
def upp(instance: Instance) -> str:
    return token(instance, "upp_officer")


async def test_connections_to_postgres_are_torn_down(instance: Instance, upp: str, table: Enter) -> None:
    load = Load(instance.url)
    async with tearing_down(instance) as torn:
        await load.register(COMMANDS, upp)
    await _enter(instance, load, table, "connections to Postgres cut, two a second", f"{torn.total()} cut")


async def test_parts_are_restarted_politely(instance: Instance, upp: str, table: Enter) -> None:
    load = Load(instance.url)
    async with restarting(instance, "worker", "web") as restarts:
        await load.register(COMMANDS, upp, first=COMMANDS)
    parts = {
        part["name"]: part["restarts"] for part in (await asyncio.to_thread(instance.json, "status"))["parts"]
    }
    assert {part: parts[part] for part in restarts} == restarts, "each came back when it was started once"
    spelled = ", ".join(f"{part} {count}" for part, count in sorted(restarts.items()))
    await _enter(instance, load, table, "SIGTERM of web and worker in turn", f"restarts: {spelled}")


async def test_every_connection_is_taken_by_somebody_else(instance: Instance, upp: str, table: Enter) -> None:
    load = Load(instance.url)
    await _until(instance, 200, BACK_WITHIN)
    async with every_connection_taken(instance):
        busy = await _until(instance, 503, BUSY_WITHIN)
        meanwhile = asyncio.create_task(load.register(COMMANDS, upp, first=2 * COMMANDS))
        await asyncio.sleep(5)
        assert not load.acknowledged
    back = await _until(instance, 200, BACK_WITHIN)
    await meanwhile
    remarks = f"busy after {busy:.0f} s, back after {back:.0f} s"
    await _enter(instance, load, table, "every connection of Postgres taken", remarks)


async def _enter(instance: Instance, load: Load, table: Enter, fault: str, remarks: str) -> None:
    """Every command was acknowledged once, is there once, and its proof of registration went out."""
    assert set(load.statuses) <= {201, 503}, "a user who tries again sees nothing worse"
    assert load.unanswered == 0, "somebody always answers: what is away is said to be busy"
    await asyncio.to_thread(instance.run, "clock", "advance", "1h")
    given = {"ids": list(load.acknowledged)}
    async with rows_of(instance) as sessions, sessions() as session:
        connection = await session.connection()
        found = await connection.exec_driver_sql(PROVEN, given)
        proven = found.scalar_one()
    table(
        Line(
            fault,
            cases=COMMANDS,
            right=proven,
            lost=COMMANDS - len(load.acknowledged),
            remarks=f"{remarks}; answers {load.spelled}",
        )
    )


PROVEN = """
    SELECT count(*) FROM registration r JOIN message m ON m.case_id = r.case_id
    WHERE r.case_id = ANY(%(ids)s::uuid[]) AND m.template = 'registration_received' AND m.state = 'done'
"""


@asynccontextmanager
async def tearing_down(instance: Instance) -> AsyncIterator[Counter[str]]:
    """While the block runs, one connection of the application after another is cut, whatever it is doing."""
    torn, stop = Counter[str](), asyncio.Event()

    async def tear() -> None:
        async with await _connect(instance) as own:
            while not stop.is_set():
                rows = await (await own.execute(VICTIMS)).fetchall()
                if rows:
                    pid, name = random.choice(rows)
                    await own.execute("SELECT pg_terminate_backend(%s)", [pid])
                    torn[name] += 1
                await asyncio.sleep(0.5)

    tearing = asyncio.create_task(tear())
    try:
        yield torn
    finally:
        stop.set()
        await tearing


VICTIMS = """
    SELECT pid, application_name FROM pg_stat_activity
    WHERE usename = current_user AND pid <> pg_backend_pid() AND application_name LIKE 'tenggat%'
"""


@asynccontextmanager
async def restarting(instance: Instance, *parts: str) -> AsyncIterator[Counter[str]]:
    """While the block runs, parts are asked to end, as an update does; each is back before the next one goes."""
    restarts, stop = Counter[str](), asyncio.Event()

    async def restart_in_turn() -> None:
        while not stop.is_set():
            for part in parts:
                await asyncio.to_thread(instance.restart, part)
                restarts[part] += 1
                await asyncio.sleep(3)

    restarter = asyncio.create_task(restart_in_turn())
    try:
        yield restarts
    finally:
        stop.set()
        await restarter


@asynccontextmanager
async def every_connection_taken(instance: Instance) -> AsyncIterator[None]:
    """Somebody opens connections until there are none, and the application's own break meanwhile."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(await _connect(instance))
        refused = 0
        while refused < 3:
            try:
                await stack.enter_async_context(await _connect(instance))
            except psycopg.OperationalError:
                refused += 1
                await first.execute(CUT)
        yield


CUT = f"SELECT pg_terminate_backend(pid) FROM ({VICTIMS}) v"  # noqa: S608 -- our own constant


async def _connect(instance: Instance) -> psycopg.AsyncConnection:
    url = settings.libpq_url(settings.load(instance.home).database_url)
    return await psycopg.AsyncConnection.connect(url, autocommit=True, application_name="somebody else")


async def _until(instance: Instance, status: int, seconds: float) -> float:
    """How long until readiness answers with this status; AssertionError when it takes longer than allowed."""
    began = time.monotonic()
    async with httpx.AsyncClient(base_url=instance.url, timeout=30) as client:
        while True:
            with suppress(httpx.TransportError):  # it has only just been started again
                if (await client.get("/health/ready")).status_code == status:
                    return time.monotonic() - began
            assert time.monotonic() - began < seconds, f"{status} was not answered"
            await asyncio.sleep(0.25)
