"""A worker that is killed by kill -9 just where a test wants it: behind a lock that the test holds."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import sql

from settings import Settings, libpq_url
from tests.engine import Database
from tests.faults.victim import BATCH

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 4  # seconds; leases of mail follow from it
LONGEST = 120.0  # seconds until a killed worker's successor must be where the next kill awaits it


@dataclass
class Victim:
    """The worker of a world, in a process of its own."""

    settings: Settings
    database: Database
    batch: int
    kills: int = 0
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Begin to work, as `tenggat up` starts a worker."""
        command = [sys.executable, "-m", "tests.faults.victim"]
        told = environment(self.settings) | {"DATABASE_URL": self.database.app_url, BATCH: str(self.batch)}
        with (self.settings.home / "worker.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=told, stdout=log, stderr=log)

    def kill(self) -> None:
        """kill -9: nothing is finished, nothing is handed back."""
        assert self._process is not None
        assert self._process.poll() is None, "it had ended by itself"
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.kills += 1

    def stop(self) -> None:
        """The test is over."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def environment(given: Settings) -> dict[str, str]:
    """What a process of its own is told of these settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TENGGAT_MAIL")}
    return own | {
        "TENGGAT_HOME": str(given.home),
        "TENGGAT_ENV": given.environment,
        "TENGGAT_SECRET_KEY": given.secret_key,
        "TENGGAT_MAIL_JOURNAL": str(given.mail_journal),
        "TENGGAT_MAIL_PATIENCE": str(PATIENCE),
        "DATABASE_URL": given.database_url,
        "TEMPORAL_ADDRESS": given.temporal_address or "",
        "SMTP_URL": given.smtp_url or "",
        "MAIL_FROM": given.mail_from,
        "DOCUMENTS_URL": given.documents_url,
        "PYTHONUNBUFFERED": "1",
    }


@dataclass(frozen=True)
class Gate:
    """A lock in whose way the worker comes: while it waits here its transaction is open."""

    connection: psycopg.AsyncConnection

    async def reached(self, waiting: int = 1) -> None:
        """Until so many wait for what this gate holds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LONGEST
        mine = self.connection.info.backend_pid
        query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND %s = ANY(pg_blocking_pids(pid))"
        while True:
            row = await (await self.connection.execute(query, [mine])).fetchone()
            if row is not None and row[0] >= waiting:
                return
            assert loop.time() < deadline, "the worker never came here"
            await asyncio.sleep(0.05)

    async def open(self) -> None:
        """Let whoever waits go on."""
        await self.connection.rollback()


@asynccontextmanager
async def gate(
    database: Database, *, cases: Sequence[UUID] = (), table: str | None = None
) -> AsyncIterator[Gate]:
    """Hold cases, or every insertion into a table, until the block ends or the gate is opened."""
    async with await psycopg.AsyncConnection.connect(libpq_url(database.superuser_url)) as connection:
        if cases:
            await connection.execute("SELECT FROM case_file WHERE id = ANY(%s) FOR UPDATE", [list(cases)])
        if table is not None:
            statement = sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(table))
            await connection.execute(statement)
        yield Gate(connection)
        await connection.rollback()
