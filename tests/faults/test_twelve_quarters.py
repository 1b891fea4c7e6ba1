"""Three years by the rehearsal clock, quarter after quarter, while parts die or freeze at moments that chance chose.

Most companies never report; some send each report while it happens. What a quarter owes them is counted by hand.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text

from services.database import Sessions
from tests.faults.load import Load
from tests.faults.table import FULL, Enter, Line
from tests.faults.test_kills import advance, filled, rows_of, stored_hashes
from tests.instance import ONE_WEB, Instance, running

SILENT, SENDING, QUARTERS, SEED = 995, 5, 12, 2026
FIRST: Final = 2026 * 4 + 3  # 2026-Q4, counted in quarters
PARTS: Final = ("worker", "temporal", "postgres", "web", "catcher")
TOWNS: Final = ("64.01", "36.71", "91.71")  # one in each of the country's zones

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(4 * 3600),
    pytest.mark.skipif(not FULL, reason="three years of a thousand companies: see `make faults`"),
]


@dataclass(frozen=True)
class Quarter:
    """A calendar quarter, counted from the year 0."""

    number: int

    @property
    def code(self) -> str:
        return f"{self.number // 4}-Q{self.number % 4 + 1}"

    def after(self, day: int, hour: int) -> str:
        """That day and hour (WIB) of the month in which its report is due."""
        year, month = divmod(self.number + 1, 4)
        return f"{year}-{3 * month + 1:02d}-{day:02d}T{hour:02d}:00:00+07:00"

    @property
    def overdue(self) -> datetime:
        """The end of the 10th (Permenperin 13/2025), whatever day of the week that is."""
        return datetime.fromisoformat(self.after(11, 0)).astimezone(UTC)

    @property
    def waves(self) -> int:
        """−14 −7 −3 −1; before a Monday −1 moves to the Friday of −3, and of the two the later one stays."""
        return 3 if datetime.fromisoformat(self.after(10, 0)).weekday() == 0 else 4


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    with running(tmp_path / "home", "2026-12-20", **ONE_WEB) as started:
        yield started


async def test_three_years_of_quarters(instance: Instance, table: Enter) -> None:
    silent = [company for town in TOWNS for company in seed(instance, SILENT // len(TOWNS) + 1, town)][
        :SILENT
    ]
    sending = seed(instance, SENDING, TOWNS[0])
    chance, faults, load, right = random.Random(SEED), Counter[str](), Load(instance.url), list[int]()
    async with rows_of(instance) as sessions:
        for quarter in map(Quarter, range(FIRST, FIRST + QUARTERS)):
            async with struck(instance, chance, faults):
                await advance(sessions, instance, quarter.after(4, 10))
            reports = [await asyncio.to_thread(filled, instance, one, quarter.code) for one in sending]
            async with struck(instance, chance, faults):
                await asyncio.gather(
                    advance(sessions, instance, quarter.after(20, 12)), load.submit(reports, pause=1.0)
                )
            await advance(sessions, instance, quarter.after(20, 13))
            right.append(await reminded(sessions, quarter, [company["id"] for company in silent]))
            assert await unrest(sessions) == {"stuck": 0, "behind": 0, "unsent": 0}, quarter.code
        receipts, copies = await stored_hashes(sessions), await copied(sessions)
    kept = sum(receipts.get(id_) == answer["content_hash"] for id_, answer in load.acknowledged.items())
    assert set(load.statuses) <= {201, 503}
    assert copies["more"] <= copies["unknown"], "copies only where the fault cut an answer off"
    table(
        Line(
            "three years of quarters, parts struck by chance",
            cases=(SILENT + SENDING) * QUARTERS,
            right=sum(right) + kept,
            lost=SENDING * QUARTERS - kept,
            in_flight=copies["unknown"],
            remarks=f"{right.count(SILENT)} of {QUARTERS} quarters; {told(faults)}; answers {load.spelled}",
        )
    )
    instance.run("audit", "verify", timeout=1800)


def seed(instance: Instance, count: int, region: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = instance.json("seed", "companies", str(count), "--region", region)
    return made


@asynccontextmanager
async def struck(instance: Instance, chance: random.Random, faults: Counter[str]) -> AsyncIterator[None]:
    """While the block runs, a part is killed or frozen now and then; all of them run at its end."""
    stop = asyncio.Event()

    async def strike() -> None:
        while not stop.is_set():
            await rest(chance.uniform(1, 6))
            part, frozen = chance.choice(PARTS), chance.random() < 0.3
            faults[f"{part} {'frozen' if frozen else 'killed'}"] += 1
            if frozen:
                await freeze(instance, part, chance.uniform(2, 8))
            else:
                await asyncio.to_thread(instance.kill, part)
            await asyncio.to_thread(instance.wait_for, part)
            await rest(chance.uniform(5, 15))

    async def rest(seconds: float) -> None:
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            return

    striking = asyncio.create_task(strike())
    try:
        yield
    finally:
        stop.set()
        await striking


async def freeze(instance: Instance, part: str, seconds: float) -> None:
    """A machine that stands still: the part is there and does nothing."""
    await asyncio.to_thread(instance.pause, part)
    try:
        await asyncio.sleep(seconds)
    finally:
        await asyncio.to_thread(instance.resume, part)


async def reminded(sessions: Sessions, quarter: Quarter, silent: Sequence[str]) -> int:
    """How many of these companies heard of the quarter exactly what they should, and were late in that instant."""
    async with sessions() as session:
        given = {"period": quarter.code, "accounts": list(silent)}
        rows = (await session.execute(_HEARD, given)).all()
    as_it_should_be = (1, quarter.waves, quarter.waves, quarter.waves, [quarter.overdue])
    found = [(row.opened, row.waves, row.days, row.delivered, row.overdue) for row in rows]
    return sum(one == as_it_should_be for one in found)


async def unrest(sessions: Sessions) -> dict[str, int]:
    """What should never be left at rest: stuck steps, processes behind their rows, mail that is due."""
    async with sessions() as session:
        return dict((await session.execute(_UNREST)).one()._mapping)


async def copied(sessions: Sessions) -> dict[str, int]:
    """How many mails arrived more than once, and how many attempts ended without an answer."""
    async with sessions() as session:
        return dict((await session.execute(_COPIES)).one()._mapping)


def told(faults: Counter[str]) -> str:
    return ", ".join(f"{count} × {fault}" for fault, count in sorted(faults.items()))


# `days`: waves never share a day. `delivered`: mails that the catcher has, each counted once.
_HEARD: Final = text(
    """
    SELECT count(*) FILTER (WHERE e.type = 'opened') AS opened,
           count(*) FILTER (WHERE e.type = 'reminder_queued') AS waves,
           count(DISTINCT e.at::date) FILTER (WHERE e.type = 'reminder_queued') AS days,
           array_agg(e.at) FILTER (WHERE e.type = 'became_overdue') AS overdue,
           (SELECT count(DISTINCT d.message_header_id) FROM message m JOIN delivery d ON d.message_id = m.id
            JOIN caught_mail k ON k.message_header_id = d.message_header_id
            WHERE m.case_id = c.id AND m.template LIKE 'report_reminder%' AND m.state = 'done') AS delivered
    FROM case_file c JOIN case_event e ON e.case_id = c.id
    WHERE c.kind = 'report' AND c.period = :period AND c.account_id = ANY(CAST(:accounts AS uuid[]))
    GROUP BY c.id
    """
)
_UNREST: Final = text(
    """
    SELECT (SELECT count(*) FROM case_file WHERE stuck IS NOT NULL) AS stuck,
           (SELECT count(*) FROM case_file WHERE closed_at IS NULL AND wake_at <= app_now()) AS behind,
           (SELECT count(*) FROM message WHERE state <> 'done' AND state <> 'cancelled'
            AND not_before <= app_now()) AS unsent
    """
)
_COPIES: Final = text(
    """
    SELECT (SELECT count(*) - count(DISTINCT message_header_id) FROM caught_mail) AS more,
           (SELECT count(*) FROM delivery WHERE state = 'unknown') AS unknown
    """
)
