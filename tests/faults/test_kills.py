"""kill -9 of worker, Temporal server and Postgres in turn, under load: nothing lost, nothing doubled unexplained."""

import asyncio
import os
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
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
from tests.instance import Instance, running
from workflows.advance import Advance, NotAtRest
from workflows.gateway import Gateway, connect

FULL = os.environ.get("TENGGAT_FAULTS") == "full"
COMPANIES = 1000 if FULL else 120
REGISTRATIONS = 200 if FULL else 40

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800 if FULL else 600)]


@dataclass
class Load:
    """Registrations sent through the API while parts are killed: what was acknowledged, and what was answered."""

    url: str
    acknowledged: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)

    async def run(self, count: int) -> None:
        async with httpx.AsyncClient(base_url=self.url, timeout=30) as client:
            for number in range(count):
                await self._send(client, number)
                await asyncio.sleep(0.05)

    async def _send(self, client: httpx.AsyncClient, number: int) -> None:
        """One registration; retried under the same key as long as the service says that it is busy."""
        key = str(uuid.uuid4())
        for _ in range(120):
            try:
                answer = await client.post(
                    "/api/v1/registrations",
                    headers={"Idempotency-Key": key},
                    data={
                        "company_name": f"PT Contoh Beban {number}",
                        "nib": f"7{number:012d}",
                        "npwp": "013456789012345",
                        "email": f"beban-{number}@contoh.example",
                        "region_code": "64.72",
                        "address": f"Jalan Beban {number}",
                    },
                    files={"document": ("nib.pdf", pdf(), "application/pdf")},
                )
            except httpx.TransportError:
                await asyncio.sleep(0.5)
                continue
            self.statuses[answer.status_code] += 1
            if answer.status_code == 201:
                self.acknowledged.add(answer.json()["id"])
                return
            assert answer.status_code == 503, answer.text
            await asyncio.sleep(float(answer.headers.get("Retry-After", 1)) / 4)
        raise AssertionError(f"registration {number} was never taken in")


def pdf() -> bytes:
    """The smallest PDF that a reader opens."""
    import io

    import pikepdf

    buffer = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(buffer)
    return buffer.getvalue()


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


async def disturb(instance: Instance, stop: asyncio.Event) -> Counter[str]:
    """Kill the parts in turn until told to stop; each comes back before the next one goes."""
    kills: Counter[str] = Counter()
    while not stop.is_set():
        for part in ("worker", "temporal", "postgres"):
            if stop.is_set():
                break
            await asyncio.to_thread(instance.kill, part)
            kills[part] += 1
            await asyncio.to_thread(instance.wait_for, part)
            await asyncio.sleep(3)
    return kills


@pytest.fixture
def instance(tmp_path: Path) -> Any:
    with running(tmp_path / "home", "2026-12-20") as started:
        yield started


async def test_a_quarter_under_kill_9_of_every_part_in_turn(instance: Instance) -> None:
    companies = instance.json("seed", "companies", str(COMPANIES), "--region", "64")
    engine = make_engine(settings.load(instance.home).database_url, 5)
    sessions = make_sessions(engine)
    load, stop = Load(instance.url), asyncio.Event()
    disturbance = asyncio.create_task(disturb(instance, stop))
    try:
        await asyncio.gather(
            advance(sessions, instance, "2027-01-12T12:00:00+07:00"), load.run(REGISTRATIONS)
        )
    finally:
        stop.set()
        kills = await disturbance
    await advance(sessions, instance, "2027-01-31T12:00:00+07:00")

    async with sessions() as session:
        counts = await _counts(session)
    await engine.dispose()
    mails = Counter((mail["to"], mail["message_id"]) for mail in instance.json("mail", "list"))
    per_company = Counter(to for to, _ in mails)
    doubled = {key: times for key, times in mails.items() if times > 1}
    right = sum(per_company[company["email"]] == 4 for company in companies)
    print(  # noqa: T201 -- the figures are the point
        f"\nkills {dict(kills)}; reminded four times: {right} of {COMPANIES}; overdue once: "
        f"{counts['overdue']} of {COMPANIES}; acknowledged and present: {counts['registrations']} of "
        f"{len(load.acknowledged)}; copies beyond the first: {sum(doubled.values()) - len(doubled)}; "
        f"answers {dict(load.statuses)}",
        file=sys.stderr,
    )
    assert right == COMPANIES, "a reminder was lost, or another one was sent"
    assert counts["overdue"] == COMPANIES
    assert counts["registrations"] == len(load.acknowledged) == REGISTRATIONS
    assert counts["stuck"] == 0
    assert counts["broken"] == 0, "every timeline is whole"
    assert all(message_id for _, message_id in doubled), "a copy has the Message-ID of the first"
    assert sum(doubled.values()) - len(doubled) <= counts["unknown"], "copies only where a send was in flight"


async def test_registrations_are_accepted_while_temporal_is_away(instance: Instance) -> None:
    instance.pause("temporal")
    load = Load(instance.url)
    try:
        await load.run(10)
    finally:
        instance.resume("temporal")
    assert load.statuses == Counter({201: 10})


async def _counts(session: Any) -> dict[str, int]:
    row = await session.execute(
        text(
            """
            SELECT (SELECT count(*) FROM case_event WHERE type = 'became_overdue') AS overdue,
                   (SELECT count(*) FROM registration) AS registrations,
                   (SELECT count(*) FROM case_file WHERE stuck IS NOT NULL) AS stuck,
                   (SELECT count(*) FROM delivery WHERE state = 'unknown') AS unknown,
                   (SELECT count(*) FROM case_event WHERE hash <> sha256(convert_to(hashed_text, 'UTF8'))) AS broken
            """
        )
    )
    return dict(row.one()._mapping)
