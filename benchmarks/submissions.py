"""Reports sent through HTTP while people wait: how long the whole answer takes, counted from when it was due.

`python -m benchmarks.submissions [--seconds 600 | --quick] [--rate 20]` runs it alone, on an instance as
`tenggat up` starts it: web, worker, Temporal, durable Postgres, SMTP. Requests arrive at random (a Poisson process,
the same each run) whether or not earlier ones were answered, so a late answer delays nobody's clock but its own.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import uvloop
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col

import settings
from benchmarks import drafts
from benchmarks.drafts import Draft
from benchmarks.machine import Meter, Usage, described
from benchmarks.table import Answers, Row, print_answers, print_rows
from benchmarks.wire import Wire, arriving
from services.database import Sessions, make_engine, make_sessions
from services.models import Report, ReportVersion, new_id
from services.reports import receipts
from tests.instance import Instance, running

START = "2027-01-10T09:00"  # the last day of 2026-Q4
RATE, SECONDS = 20, 600
TARGET_P99 = 0.250
WARM = 200  # each process reads forms and rules, and each connection its statements, once
LAG = 300  # by so much processes and mail may lag: worker and engine yield to the web
LONGEST = 4 * LAG  # what lags longer than LAG is told in the table, what lags so long has stopped
PATIENCE = 30


@dataclass(frozen=True)
class Sent:
    """One answer: the report, its status, what it said, the seconds since it was due to be asked."""

    draft: Draft
    status: int
    body: Any
    seconds: float


async def measure(seconds: int = SECONDS, rate: int = RATE) -> tuple[list[Answers], list[Row]]:
    """Answer times of `seconds` x `rate` submissions, and what follows them. AssertionError where a count is wrong."""
    with TemporaryDirectory() as directory, running(Path(directory), START) as instance:
        engine = make_engine(settings.load(instance.home).database_url, 4)
        try:
            return await _measured(instance, make_sessions(engine), seconds * rate, rate)
        finally:
            await engine.dispose()


async def _measured(
    instance: Instance, sessions: Sessions, count: int, rate: int
) -> tuple[list[Answers], list[Row]]:
    ready = await drafts.prepare(sessions, WARM + count)
    meter = Meter(
        {"client": os.getpid(), **{part["name"]: part["pid"] for part in instance.json("status")["parts"]}}
    )
    client = Wire(instance.url, PATIENCE)
    warm = await arriving([partial(_send, client, draft) for draft in ready[:WARM]], rate)
    await _followed(sessions, WARM)
    started = time.perf_counter()
    with meter.measure() as usage:
        sent = await arriving([partial(_send, client, draft) for draft in ready[WARM:]], rate)
    received(warm + sent)
    with meter.measure() as after:
        await _followed(sessions, WARM + count)
    followed = Usage(time.perf_counter() - started, _sum(usage.cpu, after.cpu), _max(usage.peak, after.peak))
    await verify(sessions, warm + sent)
    assert instance.json("audit", "verify")["ok"], "a timeline is broken"
    times = sorted(answer.seconds for answer in sent)
    row = Row("reports examined, receipts mailed", count, followed, limit=usage.seconds + LAG)
    return [Answers("report submissions", usage, times, TARGET_P99)], [row]


async def _send(client: Wire, draft: Draft, due: float) -> Sent:
    headers = {
        "Authorization": f"Bearer {draft.token}",
        "Idempotency-Key": str(new_id()),
        "If-Match": f'"{draft.version}"',
    }
    status, body = await client.post(f"/api/v1/reports/{draft.report_id}/submission", headers, {})
    return Sent(draft, status, body, time.perf_counter() - due)


async def _followed(sessions: Sessions, count: int) -> None:
    """Until every report was examined by its process and every receipt notice was handed to the mail server."""
    query = text(
        "SELECT (SELECT count(*) FROM case_step WHERE step = 'examine') AS examined,"
        " (SELECT count(DISTINCT m.case_id) FROM message m JOIN delivery d ON d.message_id = m.id"
        "  WHERE m.template = 'report_received' AND d.state = 'sent') AS mailed"
    )
    deadline = time.perf_counter() + LONGEST
    while True:
        async with sessions() as session:
            examined, mailed = (await session.execute(query)).one()
        if examined == mailed == count:
            return
        assert time.perf_counter() < deadline, (
            f"{examined} examined, {mailed} mailed of {count} after {LONGEST} s"
        )
        await asyncio.sleep(1)


_COUNTS = """
    SELECT (SELECT count(*) FROM case_file WHERE kind = 'report' AND status = 'sent') AS reports,
           (SELECT count(DISTINCT case_id) FROM report_version WHERE submission = 1) AS snapshots,
           (SELECT count(*) FROM report_version) AS versions,
           (SELECT count(DISTINCT case_id) FROM case_event WHERE type = 'sent') AS events,
           (SELECT count(*) FROM case_event WHERE type = 'sent') AS all_events,
           (SELECT count(DISTINCT number) FROM report WHERE submission = 1 AND sent_at IS NOT NULL) AS numbers,
           (SELECT count(*) FROM deadline WHERE name = 'report_due' AND met_at IS NOT NULL) AS met,
           (SELECT count(*) FROM idempotency_key WHERE status = 201) AS answers,
           (SELECT count(DISTINCT message_header_id) FROM caught_mail) AS mails,
           (SELECT count(*) FROM caught_mail) AS copies
"""


def received(sent: Sequence[Sent]) -> None:
    """Every request was answered 201, in time, with a number of its own."""
    refused = [answer for answer in sent if answer.status != 201]
    assert not refused, (
        f"{len(refused)} of {len(sent)} refused, such as {refused[0].status} {refused[0].body}"
    )
    assert all(answer.body["on_time"] for answer in sent), "a report counts as late"
    assert len({answer.body["number"] for answer in sent}) == len(sent), "two reports have one number"


async def verify(sessions: Sessions, sent: Sequence[Sent]) -> None:
    """Every report is sent once, word for word, on its timeline, under the number it was answered."""
    count = len(sent)
    async with sessions() as session:
        found = (await session.execute(text(_COUNTS))).one()._asdict()
    assert set(found.values()) == {count}, f"{found}, expected {count} of each"
    await _word_for_word(sessions, {answer.draft.report_id: answer.body for answer in sent})
    await _immutable(sessions)


async def _word_for_word(sessions: Sessions, answered: dict[UUID, Any]) -> None:
    """The snapshot gives the fingerprint that was recorded, and both are what the company was answered."""
    query = select(ReportVersion, col(Report.number)).join(
        Report, col(Report.case_id) == col(ReportVersion.case_id)
    )
    async with sessions() as session:
        async for version, number in await session.stream(query.execution_options(yield_per=500)):
            said = answered.pop(version.case_id)
            assert receipts.is_unchanged(version), f"{version.case_id} does not give its fingerprint"
            assert (said["number"], said["content_hash"]) == (number, version.content_hash), version.case_id
    assert not answered, f"{len(answered)} snapshots lack"


async def _immutable(sessions: Sessions) -> None:
    try:
        async with sessions.begin() as session:
            await session.execute(text("UPDATE report_version SET content_hash = content_hash"))
    except ProgrammingError as error:
        if isinstance(error.orig, InsufficientPrivilege):
            return
        raise
    raise AssertionError("what was sent can be changed")


def _sum(first: dict[str, float], second: dict[str, float]) -> dict[str, float]:
    return {role: first[role] + second[role] for role in first}


def _max(first: dict[str, float], second: dict[str, float]) -> dict[str, float]:
    return {role: max(first.get(role, 0), second.get(role, 0)) for role in first | second}


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description="Send reports through HTTP and time the answers.")
    asked.add_argument("--seconds", type=int, default=SECONDS)
    asked.add_argument("--rate", type=int, default=RATE)
    asked.add_argument("--quick", dest="seconds", action="store_const", const=SECONDS // 10)
    given = asked.parse_args()
    answers, rows = uvloop.run(measure(given.seconds, given.rate))
    print_answers(f"Submissions · {described()}", answers)
    print_rows("What follows them", rows)
    sys.exit(0 if all(one.met for one in answers) and all(row.met for row in rows) else 1)
