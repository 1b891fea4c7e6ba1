"""Mail: queueing reminders set-based, and delivering them against a bare pooled client on the same sink.

`python -m benchmarks.mail [N]` runs it alone. The database is durable; bare and real rounds interleave.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from uuid import UUID

import aiosmtplib
import psycopg
import uvloop
from sqlalchemy import text

from benchmarks.machine import Meter, Usage, described
from benchmarks.table import Row, print_rows
from services.clock import app_now
from services.database import Sessions, make_engine, make_sessions
from services.messages.config import CONNECTIONS, MailConfig, Relay
from services.messages.examples import ABOUT, EXAMPLES
from services.messages.intents import intend_many
from services.messages.mime import Letterhead, build
from services.messages.post_office import deliver_due
from services.messages.sending import renderer_for
from services.models import Lane
from settings import Helpdesk
from stack.postgres import DURABLE
from tests.engine import Database, running_postgres

ROUNDS = 2
BATCH = 1000
PER_SECOND = 400
TIMES_FLOOR = 2.5  # at least 40 % of the bare client's rate
DUE = datetime(2099, 1, 10, 17, tzinfo=UTC)

_ROWS = (
    "INSERT INTO organisation (id, name) VALUES (uuidv7(), 'PT Contoh')",
    "INSERT INTO derivation (id, digest, rule, due_before, steps) VALUES (uuidv7(), 'x', 'report_due', %(due)s, '[]')",
    """
    INSERT INTO account (id, organisation_id, type, status, username, name, email, region_code, zone, address,
                         address_key, operating_commercially, expanding, cross_region, created_at)
    SELECT uuidv7(), o.id, 'A', 'active', 'contoh' || n, 'PT Contoh Rotan Mahakam ' || n,
           'a' || n || '@rotan.example', '64.72', 'Asia/Makassar', '', n::text, true, false, false, now()
    FROM organisation o, generate_series(1, %(n)s) n
    """,
    """
    INSERT INTO case_file (id, kind, key, title, account_id, zone, kbli, period, stage, status, version,
                           milestones, nudges, opened_at)
    SELECT uuidv7(), 'report', 'report/' || a.id, '', a.id, a.zone, '{}', '2098-Q4', 'production', 'not_started',
           1, '{}', 0, now()
    FROM account a
    """,
    """
    INSERT INTO deadline (case_id, name, derivation_id, base_before, due_before, set_at, pauses)
    SELECT c.id, 'report_due', d.id, d.due_before, d.due_before, now(), '[]' FROM case_file c, derivation d
    """,
    "ANALYZE",
)


async def measure(count: int) -> list[Row]:
    """Rows of the table for `count` mails. AssertionError where a count is wrong: then there is no rate."""
    with TemporaryDirectory() as directory, running_postgres(Path(directory), DURABLE) as engine:
        assert engine.postgres.process is not None
        with sink() as server:
            roles = {
                "sender": os.getpid(),
                "sink": server.process.pid,
                "postgres": engine.postgres.process.pid,
            }
            config = make_config(server.port, Path(directory) / "journal")
            return await _rounds(count, engine.clone(), config, server, Meter(roles))


async def _rounds(
    count: int, database: Database, config: MailConfig, server: "Sink", meter: Meter
) -> list[Row]:
    case_ids = fill(database, count)
    engine = make_engine(database.app_url)
    sessions = make_sessions(engine)
    bare, queued, delivered = [], [], []
    for number in range(ROUNDS):
        mails = ready_mails(config, count)
        with meter.measure() as usage:
            await send_bare(config, mails)
        server.verify(count)
        bare.append(usage)
        with meter.measure() as usage:
            await queue(sessions, case_ids, str(number))
        queued.append(usage)
        await at_any_hour(sessions)
        with meter.measure() as usage:
            await deliver_due(sessions, config, Lane.NOTICES)
        server.verify(count)
        await verify_done(sessions, count * (number + 1))
        delivered.append(usage)
    await engine.dispose()
    return [
        Row("mail: bare pooled client", count, _mean(bare)),
        Row("mail: queue reminders", count, _mean(queued)),
        Row(
            "mail: deliver",
            count,
            _mean(delivered),
            floor=_mean(bare).seconds,
            limit=count / PER_SECOND,
            times_floor=TIMES_FLOOR,
        ),
    ]


class Sink:
    """The counting server, as a process."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "benchmarks.sink"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self._stdout = self.process.stdin, self.process.stdout
        self.port = int(self._stdout.readline())

    def verify(self, count: int) -> None:
        """Every mail arrived, each once."""
        self.stdin.write("counts?\n")
        self.stdin.flush()
        counts = json.loads(self._stdout.readline())
        assert counts == {"mails": count, "distinct": count}, f"{counts}, expected {count} of each"


@contextmanager
def sink() -> Iterator[Sink]:
    """A sink for the length of a block."""
    server = Sink()
    try:
        yield server
    finally:
        server.stdin.close()
        server.process.wait(10)


def make_config(port: int, journal: Path) -> MailConfig:
    """The defaults of the service, towards the sink."""
    return MailConfig(
        relay=Relay("127.0.0.1", port, starttls=False),
        letterhead=Letterhead("Tenggat <tenggat@tenggat.example>"),
        public_url="https://tenggat.example",
        helpdesk=Helpdesk(),
        allow_list=(".example",),
        journal=journal,
    )


def fill(database: Database, count: int) -> list[UUID]:
    """Accounts with one unsent report each; returns the cases."""
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        for statement in _ROWS:
            connection.execute(statement, {"n": count, "due": DUE})
        return [row[0] for row in connection.execute("SELECT id FROM case_file ORDER BY id")]


def ready_mails(config: MailConfig, count: int) -> list[tuple[str, bytes]]:
    """The same reminder for each address, as finished bytes."""
    now = datetime.now(UTC)
    context = EXAMPLES["report_reminder"]
    rendered = renderer_for(config).render("report_reminder", context, now=now, about=ABOUT)
    head = config.letterhead.headers()
    return [
        (to, build(head, rendered, recipient=to, message_id=f"<{n}@bare.example>", at=now))
        for n in range(count)
        for to in [f"a{n}@rotan.example"]
    ]


async def send_bare(config: MailConfig, mails: list[tuple[str, bytes]]) -> None:
    """The floor: a pooled client that sends ready bytes and writes nothing down. Empties `mails`."""
    relay = config.relay

    async def client() -> None:
        async with aiosmtplib.SMTP(hostname=relay.host, port=relay.port, start_tls=False) as smtp:
            while mails:
                recipient, mail = mails.pop()
                await smtp.sendmail(config.letterhead.envelope_from, [recipient], mail)

    await asyncio.gather(*(client() for _ in range(CONNECTIONS[Lane.NOTICES])))


async def queue(sessions: Sessions, case_ids: list[UUID], occurrence: str) -> None:
    """One reminder for each case, in batches as a wave does it."""
    for start in range(0, len(case_ids), BATCH):
        batch = case_ids[start : start + BATCH]
        async with sessions.begin() as session:
            told = await intend_many(
                session,
                template="report_reminder",
                case_ids=batch,
                occurrence=occurrence,
                now=await app_now(session),
                extra={"basis": "Permenperin 13/2025"},
            )
        assert set(told) == set(batch)


async def at_any_hour(sessions: Sessions) -> None:
    """Nothing waits for its reader's working hours: what is measured is how fast it leaves."""
    async with sessions.begin() as session:
        await session.execute(text("UPDATE message SET not_before = app_now() WHERE state = 'queued'"))


async def verify_done(sessions: Sessions, count: int) -> None:
    """Every message is done, with one delivery that was sent."""
    query = (
        "SELECT count(*) FROM message m JOIN delivery d ON d.message_id = m.id"
        " WHERE m.state = 'done' AND d.state = 'sent'"
    )
    async with sessions() as session:
        done = (await session.execute(text(query))).scalar_one()
    assert done == count, f"{done} of {count} delivered"


def _mean(usages: list[Usage]) -> Usage:
    roles = usages[0].cpu
    return Usage(
        seconds=mean(usage.seconds for usage in usages),
        cpu={role: mean(usage.cpu[role] for usage in usages) for role in roles},
        peak={role: max(usage.peak.get(role, 0.0) for usage in usages) for role in roles},
    )


if __name__ == "__main__":
    rows = uvloop.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
    print_rows(f"Mail · {described()}", rows)
