"""The network between the application and Postgres hangs, breaks and trickles, again and again: busy, and then well."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import text

from services import instance
from services.models import Role
from settings import Settings
from tests.api.conftest import NOWHERE, START, Api, serving
from tests.api.test_registrations import TYPED
from tests.engine import Database
from tests.faults.network import Cable, Fault, cable
from tests.faults.table import FULL, Enter, Line
from tests.services.documents.corpus import pdf
from tests.world import settings_for

CUTS = 60 if FULL else 21
DARK = 2.0 if FULL else 0.4  # seconds that each lasts
WELL_WITHIN = 15.0  # seconds: one statement's patience, and a new connection
pytestmark = [pytest.mark.faults, pytest.mark.timeout(600 if FULL else 180)]


@dataclass(frozen=True)
class Wired:
    """The application at the end of the cable."""

    api: Api
    cable: Cable


@pytest.fixture
async def wired(database: Database, tmp_path: Path) -> AsyncIterator[Wired]:
    instance.create(database.migrator_url, rehearsal=True, start=datetime.fromisoformat(START))
    async with cable(database) as (made, reached):
        given: Settings = settings_for(reached, tmp_path, 25, NOWHERE)
        async with serving(given) as api:
            yield Wired(api, made)


async def registered(client: httpx.AsyncClient, number: int) -> list[int]:
    """One company registers and tries again under its key until it is told so; what it was answered."""
    form = TYPED | {"nib": f"9{number:012d}", "address": f"Jalan Kabel {number}"}
    answers: list[int] = []
    began = time.monotonic()
    while not answers or answers[-1] != 201:
        assert time.monotonic() - began < WELL_WITHIN, answers
        files = {"document": ("nib.pdf", pdf())}
        key = {"Idempotency-Key": f"kabel-{number}"}
        answer = await client.post("/api/v1/registrations", data=form, files=files, headers=key)
        answers.append(answer.status_code)
        await asyncio.sleep(0.1)
    return answers


async def test_a_network_that_fails_again_and_again(wired: Wired, table: Enter) -> None:
    upp, process = await wired.api.as_(Role.UPP_OFFICER), psutil.Process()
    await registered(upp, 0)
    handles, threads = process.num_fds(), process.num_threads()
    answers: list[int] = []
    for number, fault in enumerate(list(Fault) * (CUTS // len(Fault)), start=1):
        await wired.cable.break_(fault)
        waiting = asyncio.create_task(registered(upp, number))
        await asyncio.sleep(DARK)
        await wired.cable.mend()
        answers += await waiting
    assert set(answers) <= {201, 503}, "who tries again under the same key sees nothing worse"
    async with wired.api.sessions() as session:
        there = (await session.execute(text("SELECT count(*) FROM registration"))).scalar_one()
    pool = wired.api.app.state.settings.web_pool
    assert wired.cable.open_ends <= pool
    assert process.num_fds() - handles <= 2 * pool, "no connection is left behind"
    assert process.num_threads() - threads <= pool
    table(
        Line(
            "network to Postgres hangs, resets, trickles",
            cases=CUTS,
            right=there - 1,
            lost=CUTS + 1 - there,
            remarks=f"{CUTS} cuts; answers 201: {answers.count(201)}, 503: {answers.count(503)}",
        )
    )
