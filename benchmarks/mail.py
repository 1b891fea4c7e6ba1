"""Mail: queueing reminders set-based, and delivering them against a bare pooled client on the same sink.

    python -m benchmarks.mail [N]

The database is durable (fsync on). Rounds interleave: bare, real, bare, real. Every count is verified first.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any
from uuid import UUID

import aiosmtplib
import psutil
import psycopg
import uvloop
from sqlalchemy import text

from services.database import Sessions, make_engine, make_sessions
from services.messages.config import CONNECTIONS, MailConfig, Relay
from services.messages.examples import ABOUT, EXAMPLES
from services.messages.intents import intend_many
from services.messages.mime import Letterhead, build
from services.messages.post_office import deliver_due
from services.messages.sending import renderer_for
from services.models import Lane
from settings import Helpdesk
from stack.postgres import DURABLE, ONE_MACHINE
from tests.engine import Database, running_postgres

ROUNDS = 2
BATCH = 1000
DUE = datetime(2099, 1, 10, 17, tzinfo=UTC)

_CASES = """
INSERT INTO organisation (id, name) VALUES ('01940000-0000-7000-8000-000000000001', 'PT Contoh');
INSERT INTO derivation (id, digest, rule, due_before, steps)
VALUES ('01940000-0000-7000-8000-000000000002', 'x', 'report_due', %(due)s, '[]');
INSERT INTO account (id, organisation_id, type, status, username, name, email, region_code, zone, address,
                     address_key, operating_commercially, expanding, cross_region, created_at)
SELECT uuidv7(), '01940000-0000-7000-8000-000000000001', 'A', 'active', 'contoh' || n,
       'PT Contoh Rotan Mahakam ' || n, 'a' || n || '@rotan.example', '64.72', 'Asia/Makassar', '', n::text,
       true, false, false, now()
FROM generate_series(1, %(n)s) n;
INSERT INTO case_file (id, kind, key, title, account_id, zone, kbli, period, stage, status, version, milestones,
                       nudges, opened_at)
SELECT uuidv7(), 'report', 'report/' || a.id, '', a.id, a.zone, '{}', '2098-Q4', 'production', 'not_started', 1,
       '{}', 0, now()
FROM account a;
INSERT INTO deadline (case_id, name, derivation_id, base_before, due_before, set_at, pauses)
SELECT id, 'report_due', '01940000-0000-7000-8000-000000000002', %(due)s, %(due)s, now(), '[]' FROM case_file;
ANALYZE;
"""


@dataclass(frozen=True)
class Cell:
    """One measurement: N things in so many seconds, and the CPU seconds of each part."""

    name: str
    count: int
    seconds: float
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    def line(self) -> str:
        cpu = "  ".join(f"{part} {seconds:5.1f}" for part, seconds in self.cpu.items())
        return f"{self.name:<34} {self.count:>7} in {self.seconds:6.1f} s = {self.rate:6.0f}/s   CPU s: {cpu}"


class Sink:
    """The counting server, as a process."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "benchmarks.sink"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdin and self.process.stdout
        self._in, self._out = self.process.stdin, self.process.stdout
        self.port = int(self._out.readline())

    def counts(self) -> dict[str, int]:
        self._in.write("?\n")
        self._in.flush()
        counts: dict[str, int] = json.loads(self._out.readline())
        return counts


@contextmanager
def sink() -> Iterator[Sink]:
    server = Sink()
    try:
        yield server
    finally:
        server.process.stdin and server.process.stdin.close()
        server.process.wait(10)


class Meter:
    """CPU seconds of this process, the sink and the database server with its children."""

    def __init__(self, sink_pid: int, postgres_pid: int) -> None:
        self._sink = psutil.Process(sink_pid)
        self._postgres = psutil.Process(postgres_pid)

    async def measure(self, name: str, count: int, work: Callable[[], Awaitable[Any]]) -> Cell:
        before, started = self._cpu(), time.perf_counter()
        await work()
        seconds, after = time.perf_counter() - started, self._cpu()
        return Cell(name, count, seconds, {part: after[part] - before[part] for part in after})

    def _cpu(self) -> dict[str, float]:
        servers = [self._postgres, *self._postgres.children()]
        return {
            "sender": _seconds(psutil.Process()),
            "sink": _seconds(self._sink),
            "postgres": sum(_seconds(process) for process in servers),
        }


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def make_config(port: int, journal: Path) -> MailConfig:
    return MailConfig(
        relay=Relay("127.0.0.1", port, starttls=False),
        letterhead=Letterhead("Tenggat <tenggat@tenggat.example>"),
        public_url="https://tenggat.example",
        helpdesk=Helpdesk(),
        allow_list=(".example",),
        journal=journal,
    )


async def send_bare(config: MailConfig, count: int) -> None:
    """The floor: a pooled client that sends ready bytes and writes nothing down."""
    rendered = renderer_for(config).render(
        "report_reminder", EXAMPLES["report_reminder"], now=datetime.now(UTC), about=ABOUT
    )
    head, sender = config.letterhead.headers(), config.letterhead.envelope_from
    mails = [
        (
            f"a{n}@rotan.example",
            build(
                head,
                rendered,
                recipient=f"a{n}@rotan.example",
                message_id=f"<{n}@bare.example>",
                at=datetime.now(UTC),
            ),
        )
        for n in range(count)
    ]

    async def client() -> None:
        async with aiosmtplib.SMTP(
            hostname=config.relay.host, port=config.relay.port, start_tls=False
        ) as smtp:
            while mails:
                recipient, mail = mails.pop()
                await smtp.sendmail(sender, [recipient], mail)

    await asyncio.gather(*(client() for _ in range(CONNECTIONS[Lane.NOTICES])))


async def queue(sessions: Sessions, case_ids: list[UUID], occurrence: str) -> None:
    for start in range(0, len(case_ids), BATCH):
        async with sessions.begin() as session:
            now = (await session.execute(text("SELECT app_now()"))).scalar_one()
            told = await intend_many(
                session,
                template="report_reminder",
                case_ids=case_ids[start : start + BATCH],
                occurrence=occurrence,
                now=now,
                extra={"basis": "Permenperin 13/2025"},
            )
            assert len(told) == len(case_ids[start : start + BATCH])


async def run(count: int, database: Database, postgres_pid: int, journal: Path) -> list[Cell]:
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        for statement in filter(str.strip, _CASES.split(";")):
            connection.execute(statement, {"n": count, "due": DUE})  # type: ignore[arg-type]  # our own constant
        case_ids = [row[0] for row in connection.execute("SELECT id FROM case_file ORDER BY id")]
    engine = make_engine(database.app_url)
    sessions = make_sessions(engine)
    cells = []
    with sink() as server:
        config, meter = make_config(server.port, journal), Meter(server.process.pid, postgres_pid)
        for number in range(ROUNDS):
            cells.append(await meter.measure("bare pooled client", count, lambda: send_bare(config, count)))
            verify(server, count)
            queueing = await meter.measure(
                "queue reminders (set-based)", count, lambda n=number: queue(sessions, case_ids, str(n))
            )
            cells.append(queueing)
            cells.append(
                await meter.measure(
                    "deliver (claim, write, send, mark)",
                    count,
                    lambda: deliver_due(sessions, config, Lane.NOTICES),
                )
            )
            verify(server, count)
            async with sessions() as session:
                done = await session.execute(text("SELECT count(*) FROM message WHERE state = 'done'"))
                assert done.scalar_one() == count * (number + 1)
    await engine.dispose()
    return cells


def verify(server: Sink, count: int) -> None:
    counts = server.counts()
    assert counts == {"mails": count, "distinct": count}, f"FAIL: {counts}, expected {count} of each"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        place.chmod(0o755)
        with running_postgres(place / "home", {**ONE_MACHINE, **DURABLE}) as engine:
            assert engine.postgres.process is not None
            database = engine.clone()
            cells = uvloop.run(run(count, database, engine.postgres.process.pid, place / "journal"))
    for cell in cells:
        print(cell.line())
    bare = mean(cell.rate for cell in cells if cell.name.startswith("bare"))
    real = mean(cell.rate for cell in cells if cell.name.startswith("deliver"))
    print(f"delivered {real:.0f}/s = {real / bare:.0%} of the bare client (target: 400/s and 40%)")


if __name__ == "__main__":
    main()
