"""A campaign or a decree that is killed on the way goes on where it stopped: every date once, every mail once."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import batches, instance
from services.clock import app_now
from services.database import Sessions
from services.deadlines import campaigns, extensions
from services.deadlines.campaigns import Campaign
from services.deadlines.extensions import ExtensionDraft
from services.decrees import drafting
from services.decrees.carrying_out import CarryingOut
from services.decrees.drafting import DecreeDraft
from services.decrees.lines import RawLine
from services.models import ExtensionScope
from tests.engine import Database
from tests.services.deadlines.portfolio import Nobody, open_portfolio

CASES, BATCH = 40, 2
pytestmark = pytest.mark.parametrize("percent", [10, 50, 90])


class Killed(BaseException):
    """What a SIGKILL is to the code: nothing catches it, nothing after it runs."""


def dying(after: int) -> Callable[[object], None]:
    beats = iter(range(1, 10_000))

    def heartbeat(_: object) -> None:
        if next(beats) >= after:
            raise Killed

    return heartbeat


@pytest.fixture
async def portfolio(database: Database, sessions: Sessions) -> Sessions:
    instance.create(
        database.migrator_url, rehearsal=True, start=datetime.fromisoformat("2027-01-08T09:00:00+07:00")
    )
    async with sessions() as session, session.begin():
        await open_portfolio(session, CASES)
    return sessions


async def counted(sessions: Sessions, query: str) -> Any:
    async with sessions() as session:
        return (await session.execute(text(query))).scalar_one()


async def in_one(sessions: Sessions, work: Callable[..., Any]) -> Any:
    async with sessions() as session, session.begin():
        return await work(session, await app_now(session))


@pytest.mark.parametrize("at_once", [1, batches.AT_ONCE])
async def test_an_extension_killed_on_the_way_reaches_every_case_once(
    portfolio: Sessions, percent: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns, "BATCH", BATCH)
    monkeypatch.setattr(batches, "AT_ONCE", at_once)
    draft = ExtensionDraft(ExtensionScope.PERIOD, date(2027, 1, 20), "SE Contoh", "uji", period="2026-Q4")

    async def approved(session: AsyncSession, now: Any) -> Any:
        extension = await extensions.draft(session, draft, actor="one", now=now)
        await session.flush()
        await extensions.dry_run(session, extension.id, actor="one", now=now)
        await extensions.approve(session, extension.id, actor="two", now=now)
        return extension.case_id

    case_id = await in_one(portfolio, approved)
    done = CASES // BATCH * percent // 100
    with pytest.raises(Killed):
        await Campaign(portfolio, Nobody(), dying(done)).apply(case_id)
    half = await counted(portfolio, "SELECT count(*) FROM extension_line")
    beside = range(at_once)  # whole batches that were committed and could not say so any more
    assert half in [(done + more) * BATCH for more in beside], "what was committed stays"
    await Campaign(portfolio, Nobody(), lambda _: None).apply(case_id)

    assert await counted(portfolio, "SELECT count(*) FROM extension_line WHERE active") == CASES
    for query in (
        "SELECT count(*) FROM case_event WHERE type = 'deadline_extended'",
        "SELECT count(*) FROM message WHERE template = 'extension_granted'",
        "SELECT count(*) FROM deadline WHERE name = 'report_due' AND due_before = '2027-01-20T17:00Z'",
    ):
        assert await counted(portfolio, query) == CASES, query


async def test_a_decree_killed_on_the_way_reaches_every_date_once_and_its_undo_too(
    portfolio: Sessions, percent: int
) -> None:
    raw = (RawLine(1, "2027-01-12", "joint_leave", "Cuti Bersama Contoh"),)

    async def approved(session: AsyncSession, now: Any) -> Any:
        decree = await drafting.draft(session, DecreeDraft("SKB Contoh", "uji", raw), actor="one", now=now)
        await drafting.dry_run(session, decree.case_id, actor="one", now=now)
        await drafting.approve(session, decree.case_id, actor="two", now=now)
        return decree.case_id

    before = await counted(portfolio, DATES)
    decree_id = await in_one(portfolio, approved)
    batches = CASES // BATCH * percent // 100
    with pytest.raises((Killed, BaseExceptionGroup)):
        await CarryingOut(portfolio, Nobody(), dying(batches), BATCH).apply(decree_id)
    assert 0 < await counted(portfolio, "SELECT count(*) FROM decree_line WHERE state = 'moved'") < CASES
    await CarryingOut(portfolio, Nobody(), lambda _: None, BATCH).apply(decree_id)
    assert await counted(portfolio, "SELECT count(*) FROM decree_line WHERE state = 'moved'") == CASES
    assert await counted(portfolio, EVENTS.format("deadline_recalculated")) == CASES
    assert await counted(portfolio, TOLD) == CASES

    async def ordered(session: AsyncSession, now: Any) -> None:
        await drafting.order_undo(session, decree_id, actor="one", now=now)

    await in_one(portfolio, ordered)
    with pytest.raises((Killed, BaseExceptionGroup)):
        await CarryingOut(portfolio, Nobody(), dying(batches), BATCH).undo(decree_id)
    await CarryingOut(portfolio, Nobody(), lambda _: None, BATCH).undo(decree_id)
    assert await counted(portfolio, DATES) == before, "dates and reasons as they were"
    assert await counted(portfolio, EVENTS.format("decree_undone")) == CASES
    assert await counted(portfolio, TOLD) == 2 * CASES


DATES = """
    SELECT md5(string_agg(concat(case_id, name, due_before, lenient_before, base_before, derivation_id), ','
                          ORDER BY case_id, name)) FROM deadline d WHERE name LIKE 'report%'
"""
EVENTS = "SELECT count(*) FROM case_event WHERE type = '{}'"
TOLD = "SELECT count(*) FROM message WHERE template = 'deadline_moved'"
