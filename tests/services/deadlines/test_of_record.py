"""The first quarter of 2025 was due on 15 April: what was announced before the service kept it holds in it too."""

import asyncio
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.database import Sessions
from services.deadlines import in_force, reasons
from services.models import CaseEvent, CaseFile, Deadline, Extension, Report
from services.policies import load_shipped
from services.reports import listing, opening
from services.rollbacks import dates
from tests.factories import ACTOR, OPEN, make_account, make_report

DUE = datetime.fromisoformat("2025-04-16T00:00:00+07:00")
STATUTORY = datetime.fromisoformat("2025-04-11T00:00:00+07:00")
(RECORD,) = load_shipped().extensions_of_record.extensions


async def begun(session: AsyncSession, period: str = "2025-Q1") -> Report:
    """A report of a past period that its company opens by itself."""
    account = await make_account(session)
    return await opening.open_draft(session, account.id, period, "production", actor=ACTOR, now=OPEN)


async def due_before(session: AsyncSession, report: Report) -> datetime:
    return (
        await session.get_one(Deadline, (report.case_id, "report_due"), populate_existing=True)
    ).due_before


async def test_a_report_of_that_quarter_is_due_on_the_fifteenth_and_its_story_says_why(
    session: AsyncSession,
) -> None:
    report = await begun(session)
    deadline = await session.get_one(Deadline, (report.case_id, "report_due"), populate_existing=True)
    assert (deadline.base_before, deadline.due_before) == (STATUTORY, DUE)
    extension = (await session.execute(select(Extension))).scalar_one()
    assert (extension.scope, extension.period, extension.notify) == ("period", "2025-Q1", False)
    events = select(col(CaseEvent.data)).where(
        col(CaseEvent.case_id) == report.case_id, col(CaseEvent.type) == "deadline_extended"
    )
    assert (await session.execute(events)).scalar_one() == {
        "extension": str(extension.id),
        "from": "2025-04-10T17:00:00+00:00",
        "to": "2025-04-15T17:00:00+00:00",
    }
    case = await session.get_one(CaseFile, report.case_id)
    why = await reasons.of_deadline(session, case, "report_due", locale="id")
    assert (why.steps[-1].code, why.steps[-1].basis) == ("extended", RECORD.instrument)
    assert "dari Kamis, 10 April 2025 menjadi Selasa, 15 April 2025" in why.steps[-1].text
    assert [(one.instrument, one.reason, one.active) for one in why.extensions] == [
        (RECORD.instrument, RECORD.reason, True)
    ]


async def test_a_correction_may_be_asked_for_until_the_seventeenth(session: AsyncSession) -> None:
    rules = await rulebook.current(session, now=OPEN)
    window = dates.window(await due_before(session, await begun(session)), rules, rules.calendars())
    assert window.shown.isoformat() == "2025-04-17T16:59:59+00:00"


async def test_it_stands_once_however_many_are_opened_and_is_listed_in_its_period(
    session: AsyncSession,
) -> None:
    first, second = await begun(session), await begun(session)
    assert [await due_before(session, one) for one in (first, second)] == [DUE, DUE]
    assert (await session.execute(select(func.count()).select_from(Extension))).scalar_one() == 1
    (listed,) = (await in_force.of_period(session, "2025-Q1")).campaigns
    assert listed.instrument == RECORD.instrument


async def test_two_who_are_first_at_once_write_it_once(sessions: Sessions) -> None:
    async with sessions() as session, session.begin():
        first, second = await make_account(session), await make_account(session)
    async with sessions() as one, sessions() as other:
        await make_report(one, first, period="2025-Q1")
        waiting = asyncio.create_task(make_report(other, second, period="2025-Q1"))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await one.commit()
        assert await due_before(other, await waiting) == DUE
        await other.commit()
    async with sessions() as session:
        assert (await session.execute(select(func.count()).select_from(Extension))).scalar_one() == 1


async def test_no_other_quarter_has_it(session: AsyncSession) -> None:
    report = await begun(session, "2025-Q2")
    assert (await due_before(session, report)).isoformat() == "2025-07-10T17:00:00+00:00"
    assert (await session.execute(select(Extension))).first() is None


async def test_what_nobody_opened_yet_is_shown_with_the_same_date(session: AsyncSession) -> None:
    account = await make_account(session, created_at=datetime.fromisoformat("2025-02-03T00:00:00+07:00"))
    owed = await listing.unopened(session, account.id, now=OPEN)
    assert [line.due_before for line in owed if line.period == "2025-Q1"] == [DUE]
