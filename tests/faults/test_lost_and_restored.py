"""The engine's database lost in mid-ladder, and Postgres restored to before what the engine and the world know."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from psycopg import sql
from sqlalchemy import text

from services import casework
from services.clock import app_now
from services.messages import lanes
from services.models import Lane
from services.warnings import approval
from services.warnings.desk import Filters
from stack.databases import DATABASE, TEMPORAL_DATABASES
from stack.home import Home
from stack.postgres import running as running_postgres
from tests.faults.load import Load
from tests.faults.quarter import OFFICER
from tests.faults.table import FULL, Enter, Line
from tests.faults.test_kills import filled, rows_of, token
from tests.instance import ONE_WEB, Instance, running
from tests.smtp_sink import Sink

CASES = 1000 if FULL else 12
SAMARINDA, BALIKPAPAN = "64.72", "64.71"
pytestmark = [pytest.mark.faults, pytest.mark.timeout(2400 if FULL else 600)]

Story = list[tuple[str, str]]
SILENT: Final = [("warning_proposed", "01-13"), ("letter_sent", "01-14"), ("letter_served", "01-17")]
SECOND: Final = [("warning_proposed", "02-15"), ("letter_sent", "02-15"), ("letter_served", "02-18")]
THIRD: Final = [("warning_proposed", "03-16"), ("letter_sent", "03-16"), ("letter_served", "03-19")]
# Of those whose second letter nobody had approved when the engine was lost; 21 March is a month later.
SLOW: Final = [("warning_proposed", "02-15"), ("letter_sent", "02-20"), ("letter_served", "02-23")]
SLOWER: Final = [("warning_proposed", "03-21"), ("letter_sent", "03-22"), ("letter_served", "03-25")]


@dataclass(frozen=True)
class Office:
    """An instance, its rows as an operator's tools reach them, and the mail server that belongs to somebody else."""

    instance: Instance
    sink: Sink

    async def run(self, *arguments: str) -> str:
        """One `tenggat` command, while the mail server goes on serving."""
        return await asyncio.to_thread(lambda: self.instance.run(*arguments, timeout=1200))

    async def advance(self, to: str) -> None:
        await self.run("clock", "advance", "--to", to)

    async def approve(self, ladders: Sequence[UUID]) -> None:
        """An officer approves these letters; they are made as soon as time passes."""
        async with rows_of(self.instance) as sessions, sessions.begin() as session:
            filters = Filters(ids=tuple(ladders))
            await approval.approve(session, OFFICER, filters, now=await app_now(session))

    async def ladders(self) -> list[UUID]:
        """The open ladders, in the order of their companies."""
        query = (
            "SELECT l.case_id FROM warning_ladder l JOIN account a ON a.id = l.account_id ORDER BY a.number"
        )
        return [row.case_id for row in await self.rows(query)]

    async def rows(self, query: str) -> Sequence[Any]:
        async with rows_of(self.instance) as sessions, sessions() as session:
            return (await session.execute(text(query))).all()

    async def lose(self, *databases: str) -> None:
        """The instance is down, and these databases of it are gone."""
        await self.run("down")
        home = Home(self.instance.home)
        with home.lock(), running_postgres(home) as postgres, postgres.connect() as connection:
            for name in databases:
                connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))

    async def up(self) -> None:
        await self.run("up", "--port", "0", "--detach", "--no-seed")

    async def rebuild(self) -> dict[str, Any]:
        done: dict[str, Any] = json.loads(await self.run("processes", "rebuild", "--json"))
        return done


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with Sink().listening() as sink:
        relay = f"smtp://127.0.0.1:{sink.port}"
        with running(tmp_path / "home", "2026-12-20", SMTP_URL=relay, **ONE_WEB) as instance:
            made = Office(instance, sink)
            await made.run("seed", "companies", str(CASES), "--region", SAMARINDA)
            yield made


async def test_ladders_go_on_after_the_engine_lost_its_database(office: Office, table: Enter) -> None:
    await office.advance("2027-01-14T08:00:00+07:00")
    ladders = await office.ladders()
    held, slow = ladders[: CASES // 12], ladders[CASES // 12 : CASES // 3]
    prompt = ladders[CASES // 3 :]
    await office.approve(ladders)
    await office.advance("2027-01-20T10:00:00+07:00")
    await _hold(office, held)
    await office.advance("2027-02-15T08:00:00+07:00")
    await office.approve(prompt)
    await office.advance("2027-02-16T08:00:00+07:00")

    await office.lose(*TEMPORAL_DATABASES)
    await office.up()
    rebuilt = await office.rebuild()
    assert (rebuilt["terminated"], rebuilt["nudged"]) == (0, rebuilt["cases"])
    assert rebuilt["cases"] >= CASES
    assert not any(rebuilt["lost"].values()), "the rows know everything"

    await office.advance("2027-02-20T08:00:00+07:00")
    await office.approve(slow)
    await office.advance("2027-03-16T08:00:00+07:00")
    await office.approve(prompt)
    await office.advance("2027-03-22T08:00:00+07:00")
    await office.approve(slow)
    await office.advance("2027-04-30T08:00:00+07:00")

    desk = "desk_opened"
    expected: dict[UUID, Story] = dict.fromkeys(held, SILENT)
    expected |= {ladder: [*SILENT, *SECOND, *THIRD, (desk, "04-17")] for ladder in prompt}
    expected |= {ladder: [*SILENT, *SLOW, *SLOWER, (desk, "04-23")] for ladder in slow}
    told = await _stories(office)
    letters = 3 * (len(prompt) + len(slow)) + len(held)
    copies = _letters(office.sink)
    table(
        Line(
            "engine's database lost in mid-ladder, rebuilt",
            cases=CASES,
            right=sum(told[ladder] == expected[ladder] for ladder in ladders),
            lost=letters - len(copies),
            doubled=copies.total() - len(copies),
            remarks=f"{letters} letters on their dates, {rebuilt['cases']} processes from their rows",
        )
    )


async def test_postgres_restored_to_before_what_the_engine_knows(
    office: Office, table: Enter, tmp_path: Path
) -> None:
    sending = json.loads(await office.run("seed", "companies", "2", "--region", BALIKPAPAN, "--json"))
    await office.advance("2027-01-04T10:00:00+07:00")
    reports = [await asyncio.to_thread(filled, office.instance, company) for company in sending]
    await office.advance("2027-01-09T10:00:00+07:00")
    load, upp = Load(office.instance.url), token(office.instance, "upp_officer")
    await load.submit(reports[:1], pause=0)
    await office.advance("2027-01-14T08:00:00+07:00")
    ladders = (await office.ladders())[:CASES]
    gone, waiting, later = ladders[: CASES // 3], ladders[CASES // 3 : CASES // 2], ladders[CASES // 2 :]

    await office.approve(gone)
    await office.advance("2027-01-14T08:30:00+07:00")
    office.sink.rcpt = lambda _: "451 4.3.0 try later"
    await office.approve(waiting)
    await office.advance("2027-01-14T08:40:00+07:00")
    await office.run("backup", str(tmp_path / "backup.tenggat"))

    office.sink.rcpt = lambda _: None
    await office.approve(later)
    await load.submit(reports[1:], pause=0)
    await load.register(2, upp)
    await office.advance("2027-01-20T10:00:00+07:00")
    assert len(_letters(office.sink)) == CASES
    lost_cases = await _since(office, "2027-01-14T08:40:00+07:00")

    await office.lose(DATABASE)
    await office.run("restore", str(tmp_path / "backup.tenggat"))
    await office.up()
    rebuilt = await office.rebuild()
    lost = rebuilt["lost"]
    assert set(lost["forgotten"]) == set(lost_cases["forgotten"])
    assert lost["behind"] == lost_cases["behind"]
    assert len(lost["letters"]) == len(waiting) + len(later)

    await office.advance("2027-01-20T10:00:00+07:00")
    assert len(_letters(office.sink)) == CASES, "legal mail is held"
    await _release(office)
    await office.approve(later)
    await office.advance("2027-01-20T12:00:00+07:00")
    copies = _letters(office.sink)
    fates = {row.case_id: (row.state, row.state_reason) for row in await office.rows(FATES)}
    known = ("held", "in_the_journal")
    expected = dict.fromkeys(gone, ("done", None)) | dict.fromkeys([*waiting, *later], known)
    table(
        Line(
            "Postgres restored to before the engine",
            cases=CASES,
            right=sum(fates.get(ladder) == expected[ladder] for ladder in ladders),
            lost=CASES - len(copies),
            doubled=copies.total() - len(copies),
            remarks=f"named: {len(lost['letters'])} letters, {len(lost['forgotten'])} cases entered"
            f" and {len(lost['behind'])} moved after the backup",
        )
    )
    again = (await office.rebuild())["lost"]
    assert again == lost | {"letters": []}, (
        "every letter is accounted for; what must be entered again is named still"
    )
    await office.run("audit", "verify")


async def _hold(office: Office, ladders: Sequence[UUID]) -> None:
    async with rows_of(office.instance) as sessions, sessions.begin() as session:
        now = await app_now(session)
        for ladder in ladders:
            await casework.hold(session, ladder, reason="Keberatan.", actor="test:officer", now=now)


async def _release(office: Office) -> None:
    """The officer read what left and lets legal mail go."""
    async with rows_of(office.instance) as sessions, sessions.begin() as session:
        await lanes.release_lane(session, Lane.LEGAL, reason="checked", by="cli")


async def _stories(office: Office) -> Mapping[UUID, Story]:
    """What happened to each ladder, on which day (WIB)."""
    told: dict[UUID, Story] = {}
    for row in await office.rows(STORIES):
        told.setdefault(row.case_id, []).append((row.type, row.day))
    return told


async def _since(office: Office, moment: str) -> dict[str, list[str]]:
    """What the rows know and the backup does not: processes of cases opened since, and what was sent since."""
    given = f"'{moment}'::timestamptz"
    opened = await office.rows(OPENED + given)
    moved = await office.rows(MOVED + given)
    return {"forgotten": [row.key for row in opened], "behind": [row.key for row in moved]}


def _letters(sink: Sink) -> Counter[str]:
    """Copies of each legal letter that the world has."""
    return Counter(mail.message_id for mail in sink.received if mail.subject.startswith("Surat Peringatan"))


OPENED = "SELECT key FROM case_file WHERE kind IN ('registration', 'warning-batch') AND opened_at >= "
MOVED = "SELECT key FROM case_file WHERE (milestones ->> 'sent_at')::timestamptz >= "
STORIES = """
    SELECT case_id, type, to_char(at AT TIME ZONE 'Asia/Jakarta', 'MM-DD') AS day FROM case_event
    WHERE type IN ('warning_proposed', 'letter_sent', 'letter_served', 'desk_opened') ORDER BY case_id, seq
"""
FATES = "SELECT case_id, state, state_reason FROM message WHERE template = 'warning_letter'"
