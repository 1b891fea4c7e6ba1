"""Hosts whose clocks are wrong, web by ten minutes and worker by two: one clock decides, and it is none of theirs."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from sqlalchemy import text

from services import instance
from services.clock import app_now
from services.database import Sessions
from services.deadlines.periods import Period, PeriodKind
from services.identity import api_keys
from services.models import Role
from settings import Settings
from stack import namespace
from tests.api.conftest import once
from tests.engine import Database
from tests.factories import fill_small_report, make_account, make_report
from tests.faults.killing import ROOT, environment
from tests.faults.table import FULL, Enter, Line
from tests.smtp_sink import Sink
from tests.world import settings_for

EACH: Final = 10  # reports before and as many after the date, at each of two web hosts
FAST, SLOW, WORKER = "+10m", "-10m", "-2m"
HALF_AS_WRONG: Final = timedelta(minutes=5)
LONGEST: Final = 60.0
pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not FULL, reason="three more programs to start: see `make faults`"),
]


@dataclass(frozen=True)
class Draft:
    """A report that lacks nothing but the sending, and the key of its company."""

    report: Any
    version: int
    token: str


def skewed(by: str) -> dict[str, str]:
    """Variables under which a program believes that it is earlier or later. Skips where libfaketime is missing."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("no libfaketime on this machine (Debian's package faketime): no clock was set wrong")
    return {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME": by,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }


def clock_of(by: str) -> datetime:
    """What time it is for a program there."""
    command = [sys.executable, "-c", "import datetime as d; print(d.datetime.now(d.UTC).isoformat())"]
    return datetime.fromisoformat(subprocess.check_output(command, env=skewed(by), text=True).strip())


@contextmanager
def program(given: Settings, by: str, *arguments: str) -> Iterator[None]:
    """One of our programs on a host whose clock is wrong."""
    with (given.home / f"{arguments[0]}{by}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT, env=environment(given) | skewed(by), stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


@asynccontextmanager
async def hosts(given: Settings) -> AsyncIterator[dict[str, str]]:
    """A worker and two web servers; the addresses of these by how wrong they are."""
    with ExitStack() as stack:
        stack.enter_context(program(given, WORKER, "worker"))
        urls = {}
        for by in (FAST, SLOW):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                address = f"127.0.0.1:{free.getsockname()[1]}"
            stack.enter_context(program(given, by, "api.serving", "--listen", address))
            urls[by] = f"http://{address}"
        for url in urls.values():
            await _answering(url)
        yield urls


async def _answering(url: str) -> None:
    async with asyncio.timeout(LONGEST), httpx.AsyncClient(base_url=url) as client:
        while True:
            with suppress(httpx.TransportError):
                if (await client.get("/health/live")).status_code == 200:
                    return
            await asyncio.sleep(0.2)


async def drafts(sessions: Sessions, count: int) -> list[Draft]:
    """Reports of the quarter before, each of a company of its own."""
    made = []
    for _ in range(count):
        async with sessions.begin() as session:
            now = await app_now(session)
            period = str(Period.containing(now.date(), PeriodKind.QUARTER).previous())
            account = await make_account(session)
            report = await make_report(session, account, period=period, now=now)
            await fill_small_report(session, report, now=now)
            role = Role.COMPANY_USER
            key = await api_keys.create(session, role, created_by="test", account_id=account.id, label="")
        made.append(Draft(report.case_id, report.content_version, key.token))
    return made


async def send(url: str, draft: Draft) -> bool:
    """Whether the report counts as sent in time."""
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        headers = once() | {"Authorization": f"Bearer {draft.token}"}
        path = f"/api/v1/reports/{draft.report}/submission"
        answer = await client.post(path, json={"version": draft.version}, headers=headers)
    assert answer.status_code == 201, answer.text
    return bool(answer.json()["on_time"])


async def database_clock(sessions: Sessions) -> datetime:
    async with sessions() as session:
        found: datetime = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
        return found


async def test_hosts_whose_clocks_are_wrong(
    database: Database, temporal: str, sessions: Sessions, tmp_path: Path, table: Enter
) -> None:
    began = await database_clock(sessions)
    assert clock_of(FAST) - began > timedelta(minutes=9), "the clock was set wrong"
    assert began - clock_of(WORKER) > timedelta(minutes=1)
    who = instance.create(database.migrator_url)
    await namespace.ensure(temporal, who.namespace)
    async with Sink().listening() as sink:
        given = replace(settings_for(database, tmp_path, sink.port, temporal), environment="development")
        ready = await drafts(sessions, 4 * EACH)
        async with hosts(given) as urls:
            early, late = ready[: 2 * EACH], ready[2 * EACH :]
            await _due_in(sessions, HALF_AS_WRONG)
            in_time = await _sent(urls, early)
            await _due_in(sessions, -HALF_AS_WRONG)
            too_late = await _sent(urls, late)
            await _followed(sessions, len(ready))
        ended = await database_clock(sessions)
    refused, accepted = in_time.count(False), too_late.count(True)
    async with sessions() as session:
        wrong = (await session.execute(_ELSEWHEN, {"began": began, "ended": ended})).scalar_one()
    assert wrong == 0, "an instant of a host's clock was written down"
    table(
        Line(
            "clocks of web 10 and of worker 2 minutes wrong",
            cases=len(ready),
            right=len(ready) - refused - accepted,
            lost=len(ready) - len(sink.copies),
            doubled=sum(count - 1 for count in sink.copies.values()),
            remarks=f"{refused} of {len(early)} called late, {accepted} of {len(late)} in time",
        )
    )


_DUE = text("UPDATE deadline SET base_before = :due, due_before = :due")
_ELSEWHEN = text("SELECT count(*) FROM case_event WHERE recorded_at NOT BETWEEN :began AND :ended")
_LEFT = text(
    "SELECT (SELECT count(*) FROM case_step WHERE step = 'examine'),"
    " (SELECT count(*) FROM message WHERE template = 'report_received' AND state = 'done')"
)


async def _due_in(sessions: Sessions, time: timedelta) -> None:
    """Every report is due so long after this moment of the database's clock."""
    due = await database_clock(sessions) + time
    async with sessions.begin() as session:
        await session.execute(_DUE, {"due": due})


async def _sent(urls: dict[str, str], drafts_: list[Draft]) -> list[bool]:
    """Half of them through each host."""
    half = len(drafts_) // 2
    places = [urls[FAST]] * half + [urls[SLOW]] * half
    return [await send(url, draft) for url, draft in zip(places, drafts_, strict=True)]


async def _followed(sessions: Sessions, count: int) -> None:
    """Until the worker has examined every report and mailed every receipt."""
    async with asyncio.timeout(LONGEST):
        while True:
            async with sessions() as session:
                if tuple((await session.execute(_LEFT)).one()) == (count, count):
                    return
            await asyncio.sleep(0.3)
