"""A campaign whose worker is killed (kill -9) at 10, 50 and 90 % goes on where it stopped: each case exactly once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.batches import AT_ONCE
from services.models import ExtensionScope
from services.warnings import approval
from services.warnings.desk import Filters
from tests.engine import Database
from tests.faults.killing import LONGEST, Gate, Victim, gate
from tests.faults.quarter import EXTENDED, OFFICER, Mail, Quarter, doubled, opened_quarter
from tests.faults.table import FULL, Enter, Line
from tests.workflows.test_extension_campaign import extend

CASES = 1000 if FULL else 40
BATCH = CASES // 20
PERCENT = (10, 50, 90)
AT = tuple(CASES * percent // 100 for percent in PERCENT)  # so many are done when the worker meets the next
pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800 if FULL else 300)]


@dataclass(frozen=True)
class Scene:
    """The morning, with a worker that can be killed."""

    quarter: Quarter
    victim: Victim
    database: Database

    async def all(self, query: str) -> Sequence[Any]:
        async with self.quarter.world.sessions() as session:
            return (await session.execute(text(query))).all()

    async def kill(self) -> None:
        await asyncio.to_thread(self.victim.kill)

    async def kill_with_mail_on_the_wire(self) -> None:
        """The server has a text and has not answered when the worker is killed."""
        never = asyncio.Event()
        asked = asyncio.Event()

        def wait(_: str) -> asyncio.Event:
            asked.set()
            return never

        self.quarter.sink.data = wait
        self.victim.start()
        await asyncio.wait_for(asked.wait(), LONGEST)
        await self.kill()
        self.quarter.sink.data = lambda _: None


@pytest.fixture
async def scene(database: Database, temporal: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with opened_quarter(database, temporal, tmp_path, working=False) as found:
        victim = Victim(found.world.settings, database, BATCH)
        victim.start()
        try:
            await found.morning(2 * CASES)
            await asyncio.to_thread(victim.stop)
            yield Scene(found, victim, database)
        finally:
            await asyncio.to_thread(victim.stop)


async def test_an_extension_killed_on_the_way_reaches_every_case_once(scene: Scene, table: Enter) -> None:
    world = scene.quarter.world
    reports = [row.id for row in await scene.all(REPORTS)]
    await extend(world, "2027-02-22", scope=ExtensionScope.REGION, region=EXTENDED)
    async with gates(scene.database, reports) as closed:
        for barrier, done in zip(closed, AT, strict=True):
            scene.victim.start()
            await barrier.reached(AT_ONCE)
            await scene.kill()
            assert (await scene.all(LINES))[0].many == done, "what was committed stays, the rest has gone"
            await barrier.open()
    await scene.kill_with_mail_on_the_wire()
    scene.victim.start()
    await world.advance_to("2027-01-14T12:00:00+07:00")

    touched = await scene.all(EXTENSIONS)
    mails = [mail for mail in await scene.quarter.mails() if not mail.legal]
    unknown = (await scene.all(UNKNOWN))[0].many
    assert len(mails) == CASES
    told = {mail.case_id for mail in mails if mail.state == "done" and mail.accepted}
    table(
        Line(
            "extension campaign killed at 10, 50, 90 %",
            cases=CASES,
            right=sum(tuple(row[1:]) == (1, 1, 1, "2027-02-22") and row.id in told for row in touched),
            lost=CASES - len(touched) + sum(not mail.arrived for mail in mails),
            in_flight=unknown,
            remarks=f"{scene.victim.kills} kills; {_copies(mails)} copies under the first one's Message-ID",
        )
    )
    assert unknown, "the last kill found a mail on the wire"
    assert _copies(mails) <= unknown


async def test_a_batch_of_warnings_killed_on_the_way_sends_every_letter_once(
    scene: Scene, table: Enter
) -> None:
    world = scene.quarter.world
    ladders = await scene.quarter.proposed()
    assert len(ladders) == CASES
    async with world.transaction() as (session, now):
        await approval.approve(session, OFFICER, Filters(ids=tuple(ladders)), now=now)
    async with gates(scene.database, ladders) as (tenth, half, last):
        scene.victim.start()
        await tenth.reached()
        await scene.kill()
        assert tuple((await scene.all(LETTERS))[0]) == (AT[0], AT[0])
        await tenth.open()

        scene.victim.start()
        await half.reached()
        async with gate(scene.database, table="document") as press:
            await half.open()
            await press.reached()
            await scene.kill()
        assert tuple((await scene.all(LETTERS))[0]) == (AT[1] + BATCH, AT[1]), "numbered, not yet queued"

        scene.victim.start()
        await last.reached()
        await scene.kill()
        assert tuple((await scene.all(LETTERS))[0]) == (AT[2], AT[2])
        await last.open()
    await scene.kill_with_mail_on_the_wire()
    scene.victim.start()
    await world.advance_to("2027-01-14T12:00:00+07:00")

    letters = await scene.all(SENT)
    mails = {mail.case_id: mail for mail in await scene.quarter.mails() if mail.legal}
    held = [mail for mail in mails.values() if mail.state == "held"]
    table(
        Line(
            "warning batch killed at 10, 50, 90 %",
            cases=CASES,
            right=sum(tuple(row[1:]) == (1, 1, 1, "issued") and _went(mails[row.case_id]) for row in letters),
            lost=CASES - len(letters) + sum(not mail.arrived and mail not in held for mail in mails.values()),
            doubled=doubled(list(mails.values())),
            in_flight=len(held),
            remarks=f"{scene.victim.kills} kills; {len(held)} letters held for an officer",
        )
    )
    numbers = sorted(row.sequence for row in await scene.all(NUMBERS))
    assert numbers == list(range(1, CASES + 1)), "no number twice, none left out"
    assert held, "the last kill found a letter on the wire"


def gates(database: Database, cases: Sequence[UUID]) -> "_Gates":
    """Closed at the cases that come next when a tenth, half and nine tenths are done, and at all up to the next gate:
    the batches beside come no further than the first."""
    return _Gates(database, [cases[begin:end] for begin, end in pairwise((*AT, len(cases)))])


class _Gates(AsyncExitStack):
    def __init__(self, database: Database, stretches: Sequence[Sequence[UUID]]) -> None:
        super().__init__()
        self._at = [gate(database, cases=cases) for cases in stretches]

    async def __aenter__(self) -> "list[Gate]":  # type: ignore[override]  # the gates, not the stack
        return [await self.enter_async_context(each) for each in self._at]


def _copies(mails: Sequence[Mail]) -> int:
    return sum(max(0, mail.arrived - 1) for mail in mails)


def _went(mail: Mail) -> bool:
    """Accepted once; or on the wire at a kill: then held, for an officer to find out."""
    if mail.state == "held":
        return mail.reason == "unknown_outcome" and mail.arrived <= 1
    return (mail.state, mail.arrived) == ("done", 1)


REPORTS = f"SELECT id FROM case_file WHERE kind = 'report' AND region_code LIKE '{EXTENDED}%' ORDER BY id"  # noqa: S608
LINES = "SELECT count(*) AS many FROM extension_line"
UNKNOWN = "SELECT count(*) AS many FROM delivery WHERE state = 'unknown'"
EXTENSIONS = """
    SELECT c.id,
           (SELECT count(*) FROM extension_line l WHERE l.case_id = c.id AND l.active) AS lines,
           (SELECT count(*) FROM case_event e WHERE e.case_id = c.id AND e.type = 'deadline_extended') AS events,
           (SELECT count(*) FROM message m WHERE m.case_id = c.id AND m.template = 'extension_granted') AS messages,
           (SELECT ((d.due_before - interval '1 second') AT TIME ZONE 'Asia/Jakarta')::date::text
            FROM deadline d WHERE d.case_id = c.id AND d.name = 'report_due') AS due
    FROM case_file c WHERE EXISTS (SELECT FROM extension_line l WHERE l.case_id = c.id)
"""
LETTERS = """
    SELECT count(*) FILTER (WHERE number IS NOT NULL) AS numbered,
           count(*) FILTER (WHERE document_id IS NOT NULL) AS queued FROM warning_letter
"""
NUMBERS = "SELECT sequence FROM warning_letter"
SENT = """
    SELECT l.case_id,
           (SELECT count(*) FROM document d WHERE d.case_id = l.case_id AND d.kind = 'letter') AS documents,
           (SELECT count(*) FROM case_event e WHERE e.case_id = l.case_id AND e.type = 'letter_sent') AS events,
           (SELECT count(*) FROM message m WHERE m.case_id = l.case_id AND m.template = 'warning_letter') AS messages,
           c.status
    FROM warning_letter l JOIN case_file c ON c.id = l.case_id WHERE l.document_id IS NOT NULL
"""
