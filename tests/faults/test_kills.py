"""kill -9 of worker, Temporal server and Postgres in turn, under load: nothing lost, nothing doubled unexplained.

A quarter with companies in mixed states: silent ones, ones that send their report while parts are being killed,
and ones whose date is extended meanwhile. What each should get is written down by hand.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import settings
from services.database import Sessions, make_engine, make_sessions
from services.instance import identity
from tests.faults.load import Load
from tests.faults.table import FULL, Enter, Line
from tests.instance import ONE_WEB, Instance, running
from tests.rehearsals.company import fill_report, once
from workflows.advance import Advance, NotAtRest
from workflows.gateway import Gateway, connect

SILENT, EXTENDED, SENDING, REGISTRATIONS = (740, 200, 60, 200) if FULL else (24, 10, 6, 12)
PERIOD = "2026-Q4"

# Waves of 10 January 2027; for those extended on 4 January to the 20th: two old waves, the notice, four new waves.
MAILS_SILENT, MAILS_EXTENDED = 4, 2 + 1 + 4

# A part that keeps being killed is started less and less often: without an end, nothing would go on.
ROUNDS = 20 if FULL else 2
pytestmark = [pytest.mark.faults, pytest.mark.timeout(2400 if FULL else 600)]


@dataclass(frozen=True)
class Companies:
    """Fictitious companies by what they will do, as `tenggat seed` prints them, and the reports to be sent."""

    silent: list[dict[str, Any]]
    extended: list[dict[str, Any]]
    sending: list[dict[str, Any]]


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    with running(tmp_path / "home", "2026-12-20", **ONE_WEB) as started:
        yield started


@asynccontextmanager
async def rows_of(instance: Instance) -> AsyncIterator[Sessions]:
    """The instance's rows; with a reason, as the operator's own tools reach them."""
    engine = make_engine(settings.load(instance.home).database_url, 5)
    try:
        yield make_sessions(engine)
    finally:
        await engine.dispose()


async def test_a_quarter_under_kill_9_of_every_part_in_turn(instance: Instance, table: Enter) -> None:
    companies = seed(instance)
    load = Load(instance.url)
    async with rows_of(instance) as sessions:
        await advance(sessions, instance, "2027-01-04T10:00:00+07:00")
        reports = [await asyncio.to_thread(filled, instance, company) for company in companies.sending]
        upp, asks, decides = (
            token(instance, role) for role in ("upp_officer", "administrator", "administrator")
        )
        async with being_killed(instance) as kills:
            await extend(instance, sessions, asks, decides)
            await asyncio.gather(
                advance(sessions, instance, "2027-01-12T12:00:00+07:00"),
                load.register(REGISTRATIONS, upp),
                load.submit(reports, pause=1.0),
            )
        await advance(sessions, instance, "2027-01-31T12:00:00+07:00")
        figures = await read_figures(sessions)
        receipts = await stored_hashes(sessions)

    mails = Counter((mail["to"], mail["message_id"]) for mail in instance.json("mail", "list"))
    per_company = Counter(to for to, _ in mails)
    right = sum(per_company[company["email"]] == MAILS_SILENT for company in companies.silent)
    right += sum(per_company[company["email"]] == MAILS_EXTENDED for company in companies.extended)
    copies = sum(mails.values()) - len(mails)
    sent = {key: answer for key, answer in load.acknowledged.items() if "content_hash" in answer}
    present = sum(receipts.get(key) == answer["content_hash"] for key, answer in sent.items())
    table(
        Line(
            "kill -9 of worker, Temporal and Postgres in turn",
            cases=SILENT + EXTENDED + SENDING + REGISTRATIONS,
            right=right + present + figures["registrations"],
            lost=figures["lost"] + len(sent) - present,
            in_flight=figures["unknown"],
            remarks=f"{kills.total()} kills; {copies} copies under the first one's Message-ID;"
            f" answers {load.spelled}",
        )
    )
    assert figures["overdue"] == SILENT + EXTENDED
    assert len(sent) == SENDING
    assert {key: answer["content_hash"] for key, answer in sent.items()} == receipts
    assert figures["lost"] == 0, "what was queued for those who sent was delivered before, or taken back"
    assert figures["registrations"] == len(load.acknowledged) - SENDING == REGISTRATIONS
    assert figures["stuck"] == 0
    assert copies <= figures["unknown"], (
        "copies only where a send was in flight, under the first one's Message-ID"
    )
    instance.run("audit", "verify")


async def test_registrations_and_reports_are_accepted_while_temporal_is_away(
    instance: Instance, table: Enter
) -> None:
    companies = instance.json("seed", "companies", "2", "--region", "64.71")
    instance.run("clock", "advance", "--to", "2027-01-04T10:00:00+07:00")
    reports = [filled(instance, company) for company in companies]
    program, before = token(instance, "upp_officer"), 0
    faults = (("frozen", frozen, "11:00"), ("killed", kept_dead, "12:00"))
    for (fault, away, later), report in zip(faults, reports, strict=True):
        load = Load(instance.url)
        async with away(instance):
            await load.register(10, program, first=before)
            await load.submit([report], pause=0)
        assert load.statuses == Counter({201: 11})
        assert load.unanswered == 0
        await asyncio.to_thread(instance.wait_for, "temporal")
        async with rows_of(instance) as sessions:
            await advance(sessions, instance, f"2027-01-04T{later}:00+07:00")
            figures = await read_figures(sessions)
            receipts = await stored_hashes(sessions)
        right = figures["acknowledged"] + len(receipts) - before
        before += right
        remarks = "every command answered 201"
        table(Line(f"Temporal {fault}", cases=11, right=right, lost=11 - right, remarks=remarks))


@asynccontextmanager
async def frozen(instance: Instance) -> AsyncIterator[None]:
    """While the block runs, the server is there and says nothing."""
    instance.pause("temporal")
    try:
        yield
    finally:
        instance.resume("temporal")


@asynccontextmanager
async def kept_dead(instance: Instance) -> AsyncIterator[None]:
    """Killed, and without its configuration it does not come back before the block ends."""
    configuration = instance.home / "temporal" / "server.yaml"
    aside = configuration.rename(configuration.with_suffix(".aside"))
    await asyncio.to_thread(instance.kill, "temporal")
    try:
        yield
    finally:
        aside.rename(configuration)


def seed(instance: Instance) -> Companies:
    """Companies of three towns of East Kalimantan."""

    def some(count: int, region: str) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = instance.json("seed", "companies", str(count), "--region", region)
        return made

    return Companies(some(SILENT, "64.01"), some(EXTENDED, "64.72"), some(SENDING, "64.71"))


def token(instance: Instance, role: str, **options: str) -> str:
    given = [part for name, value in options.items() for part in (f"--{name}", value)]
    return str(instance.json("token", "create", "--role", role, *given)["token"])


def filled(instance: Instance, company: dict[str, Any], period: str = PERIOD) -> tuple[str, str, int]:
    """The company's report, ready to send: its key, where to send it, its version."""
    key = token(instance, "company_user", account=company["id"])
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=instance.url, headers=headers, timeout=60) as program:
        return (key, *fill_report(program, period))


async def extend(instance: Instance, sessions: Sessions, asks: str, decides: str) -> None:
    """An administrator extends a town's date and another one approves, while parts are being killed."""
    wanted = {
        "scope": "region", "period": PERIOD, "region": "64.72", "target_date": "2027-01-20",
        "instrument": "Pengumuman 12/2027", "reason": "Banjir",
    }  # fmt: skip
    extension = await insist(instance, asks, "/api/v1/extensions", 201, json=wanted)
    path = f"/api/v1/extensions/{extension['id']}"
    seen = await insist(instance, asks, f"{path}/dry-run", 200)
    await insist(instance, decides, f"{path}/approval", 202, json={"version": seen["version"]})
    while True:
        try:
            async with sessions() as session:
                found = await session.execute(text("SELECT count(*) FROM extension_line WHERE active"))
                if found.scalar_one() == EXTENDED:
                    return
        except SQLAlchemyError:
            pass  # it is being killed: look again
        await asyncio.sleep(1)


async def insist(instance: Instance, key: str, path: str, status: int, **body: Any) -> Any:
    """One command, tried again under its key while a part is away."""
    headers = {"Authorization": f"Bearer {key}"} | once()
    async with httpx.AsyncClient(base_url=instance.url, headers=headers, timeout=60) as client:
        while True:
            try:
                answer = await client.post(path, **body)
            except httpx.TransportError:
                await asyncio.sleep(0.5)
                continue
            if answer.status_code != 503:
                assert answer.status_code == status, answer.text
                return answer.json()
            await asyncio.sleep(0.5)


async def advance(sessions: Sessions, instance: Instance, to: str) -> None:
    """Advance as an operator would: again, whenever a killed part interrupted it."""
    given = settings.load(instance.home)
    deadline = time.monotonic() + 900
    while True:
        try:
            async with sessions() as session:
                namespace = (await identity(session)).namespace
            client = await connect(given.temporal_address, namespace)
            await Advance(sessions, Gateway(client), patience=300).to(datetime.fromisoformat(to))
            return
        except (SQLAlchemyError, RuntimeError, OSError) as error:
            if isinstance(error, NotAtRest) or time.monotonic() > deadline:
                raise
            await asyncio.sleep(1)


@asynccontextmanager
async def being_killed(instance: Instance) -> AsyncIterator[Counter[str]]:
    """While the block runs, parts are killed in turn, ROUNDS times; each comes back before the next one goes."""
    kills, stop = Counter[str](), asyncio.Event()

    async def kill_in_turn() -> None:
        for part in ("worker", "temporal", "postgres") * ROUNDS:
            if stop.is_set():
                break
            await asyncio.to_thread(instance.kill, part)
            kills[part] += 1
            await asyncio.to_thread(instance.wait_for, part)
            await asyncio.sleep(3)

    killer = asyncio.create_task(kill_in_turn())
    try:
        yield kills
    finally:
        stop.set()
        await killer


async def read_figures(sessions: Sessions) -> dict[str, int]:
    """What the rows say. `lost`: waves due before their company sent that were neither delivered nor taken back."""
    async with sessions() as session:
        row = await session.execute(
            text(
                """
                SELECT (SELECT count(*) FROM case_event WHERE type = 'became_overdue') AS overdue,
                       (SELECT count(*) FROM registration) AS registrations,
                       (SELECT count(*) FROM message WHERE template = 'registration_received' AND state = 'done')
                           AS acknowledged,
                       (SELECT count(*) FROM case_file WHERE stuck IS NOT NULL) AS stuck,
                       (SELECT count(*) FROM delivery WHERE state = 'unknown') AS unknown,
                       (SELECT count(*) FROM case_event e JOIN report r USING (case_id)
                        WHERE e.type = 'reminder_queued' AND r.sent_at IS NOT NULL AND e.at < r.sent_at
                          AND NOT EXISTS (
                              SELECT FROM message m WHERE m.case_id = r.case_id AND m.template = 'report_reminder'
                                AND m.created_at = e.recorded_at AND m.state IN ('done', 'cancelled'))) AS lost
                """
            )
        )
        return dict(row.one()._mapping)


async def stored_hashes(sessions: Sessions) -> dict[str, str]:
    """Report → the hash of the snapshot that was kept of it."""
    async with sessions() as session:
        rows = await session.execute(text("SELECT case_id, content_hash FROM report_version"))
        return {str(row.case_id): _hex(row.content_hash) for row in rows}


def _hex(digest: Any) -> str:
    return digest if isinstance(digest, str) else bytes(digest).hex()
