"""Worker and web started while Postgres or Temporal is away: they wait, say so, and work once it is there."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from services import database, instance
from services.patience import Stopped, until_there
from stack import namespace, ports
from tests.engine import Database
from workflows import gateway

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 240  # a machine that runs three test processes imports slowly


class Away(Exception):
    """Nobody answers."""


def _away(error: Exception) -> str | None:
    return "gone fishing" if isinstance(error, Away) else None


async def test_each_try_is_one_line_and_the_pauses_grow(caplog: pytest.LogCaptureFixture) -> None:
    left = [Away(), Away(), Away()]

    async def ask() -> str:
        if left:
            raise left.pop()
        return "here"

    caplog.set_level(logging.WARNING)
    assert await until_there("The sea", ask, _away, first=0.1) == "here"
    assert caplog.messages == [
        "The sea is away: gone fishing (try 1, again in 0.1 s)",
        "The sea is away: gone fishing (try 2, again in 0.2 s)",
        "The sea is away: gone fishing (try 3, again in 0.4 s)",
    ]


async def test_what_waiting_does_not_mend_is_raised() -> None:
    async def ask() -> str:
        raise ValueError("wrong address")

    with pytest.raises(ValueError, match="wrong address"):
        await until_there("The sea", ask, _away)


async def test_whoever_is_told_to_end_does_not_wait_on() -> None:
    stopping = asyncio.Event()

    async def ask() -> str:
        stopping.set()
        raise Away

    async with asyncio.timeout(5):
        with pytest.raises(Stopped):
            await until_there("The sea", ask, _away, stopping=stopping, first=60)


async def test_a_port_without_anybody_is_away_and_a_statement_that_is_wrong_is_not() -> None:
    engine = database.make_engine(f"postgresql+psycopg://nobody@127.0.0.1:{ports.choose(1)[0]}/nothing", 1)
    with pytest.raises(OperationalError) as refused:
        await engine.connect()
    await engine.dispose()
    reason = database.away(refused.value)
    assert reason is not None
    assert ("refused" in reason, "\n" in reason) == (True, False)
    wrong = ProgrammingError("SELECT", {}, Exception("no such table"))
    assert (database.away(wrong), database.away(ValueError("x")), gateway.away(ValueError("x"))) == (
        None,
    ) * 3


class Program:
    """One of our programs, started by itself; `said` is what it has logged so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process, self.said = process, ""

    async def says(self, words: str, times: int = 1) -> None:
        """Until it has logged these words so often; its end is a failure."""
        assert self.process.stderr is not None
        async with asyncio.timeout(START_SECONDS):
            while self.said.count(words) < times:
                line = await self.process.stderr.readline()
                assert line, f"it ended with {await self.process.wait()}: {self.said}"
                self.said += line.decode()

    async def ends(self) -> int:
        """Asked to end: its exit code."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.stderr is not None
        async with asyncio.timeout(30):
            self.said += (await self.process.stderr.read()).decode()
            return await self.process.wait()


@asynccontextmanager
async def started(home: Path, *arguments: str, **env: str) -> AsyncIterator[Program]:
    """`python -m …` with these settings and no others."""
    own = {
        "TENGGAT_HOME": str(home), "TENGGAT_ENV": "rehearsal", "TENGGAT_SECRET_KEY": "k" * 40,
        "SMTP_URL": "smtp://127.0.0.1:25", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments, cwd=ROOT, env=os.environ | own | env, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield Program(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@asynccontextmanager
async def leading(port: int, address: str) -> AsyncIterator[None]:
    """The port leads to an address, host:port or the directory of Postgres' sockets, from now on."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while part := await reader.read(65536):
            writer.write(part)
        writer.close()

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if address.startswith("/"):
            there = await asyncio.open_unix_connection(f"{address}/.s.PGSQL.5432")
        else:
            host, _, number = address.rpartition(":")
            there = await asyncio.open_connection(host, int(number))
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer), return_exceptions=True)

    server = await asyncio.start_server(lead, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


@pytest.fixture
def way(database: Database) -> tuple[int, str, str]:
    """A port that leads nowhere yet, a database address through it, and where it is to lead."""
    port = ports.choose(1)[0]
    real = make_url(database.app_url)
    there = str(real.query.get("host") or f"{real.host}:{real.port or 5432}")
    through = real.set(host="127.0.0.1", port=port, query={})
    return port, through.render_as_string(hide_password=False), there


@pytest.mark.temporal
@pytest.mark.timeout(800)
async def test_a_worker_waits_for_postgres_and_for_temporal(
    database: Database, temporal: str, way: tuple[int, str, str], tmp_path: Path
) -> None:
    who = instance.create(database.migrator_url)
    await namespace.ensure(temporal, who.namespace)
    (port, url, there), engine, beat = way, ports.choose(1)[0], tmp_path / "beat"
    settings = {"TEMPORAL_ADDRESS": f"127.0.0.1:{engine}", "TENGGAT_WORKER_BEAT": str(beat)}
    async with started(tmp_path, "worker", DATABASE_URL=url, **settings) as worker, AsyncExitStack() as stack:
        await worker.says("Postgres is away", times=2)
        assert beat.exists(), "it lives while it waits"
        await stack.enter_async_context(leading(port, there))
        await worker.says("Temporal is away")
        await stack.enter_async_context(leading(engine, temporal))
        await worker.says(f"working in namespace {who.namespace}")
        assert await worker.ends() == 0
    assert "Traceback" not in worker.said


@pytest.mark.timeout(800)
async def test_the_web_waits_for_postgres(
    database: Database, way: tuple[int, str, str], tmp_path: Path
) -> None:
    instance.create(database.migrator_url)
    (port, url, there), listening = way, ports.choose(1)[0]
    settings = {"DATABASE_URL": url, "TENGGAT_PORT": str(listening), "TEMPORAL_ADDRESS": "127.0.0.1:1"}
    where = f"127.0.0.1:{listening}"
    async with started(tmp_path, "api.serving", "--listen", where, **settings) as web:
        await web.says("Postgres is away", times=2)
        assert await web.ends() != 0, "it hears that it is to end while it waits"
    async with started(tmp_path, "api.serving", "--listen", where, **settings) as web:
        await web.says("Postgres is away")
        async with leading(port, there), httpx.AsyncClient(base_url=f"http://{where}", timeout=10) as client:
            await web.says("Uvicorn running")
            answer = await client.get("/health/ready")
            assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
            assert await web.ends() in (0, -signal.SIGTERM)
    assert "Traceback" not in web.said
