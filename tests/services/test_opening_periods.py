"""Opening a period: only near ones, only for accounts that were there, and never for one just declared void."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import accounts, rulebook
from services.database import Sessions
from services.deadlines.periods import Period
from services.errors import InvalidInput
from services.models import Account, CaseFile, PeriodStatus, Report, ReportingPeriod
from services.periods import obligations, planning
from tests.factories import ACTOR, OPEN, PERIOD, make_account

ENDED = planning.sending_opens_at(Period.parse(PERIOD))
OVER = datetime.fromisoformat("2027-01-11T00:00:00+07:00")  # the moment after the last day of 2026-Q4


async def open_batch(session: AsyncSession) -> int:
    rules = await rulebook.current(session, now=OPEN)
    _, opened = await obligations.open_batch(
        session, Period.parse(PERIOD), rules, obligations.FIRST, now=OPEN
    )
    return opened


async def void(session: AsyncSession, account: Account) -> None:
    await accounts.void(session, account.id, reason="ganda", actor=ACTOR, now=OPEN)


@pytest.mark.parametrize(
    ("code", "now", "words"),
    [
        ("2026-Q3", OPEN, "sudah lewat"),
        ("2026-Q4", OVER, "sudah lewat"),
        ("2019-Q1", OPEN, "Tidak ada kewajiban"),
        ("2027-Q3", OPEN, "masih jauh"),
        ("2999-Q4", OPEN, "masih jauh"),
        ("2026-S2", OPEN, "Tidak ada kewajiban"),
    ],
)
async def test_only_the_running_period_and_the_next_are_opened(
    session: AsyncSession, code: str, now: datetime, words: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await planning.open_now(session, code, actor=ACTOR, now=now)
    assert words in refused.value.fields[0].message
    assert (await session.execute(select(func.count()).select_from(CaseFile))).scalar_one() == 0


@pytest.mark.parametrize(
    ("now", "planned"),
    [
        ("2026-10-01T00:00:00+07:00", ["2026-Q3", "2026-Q4", "2027-Q1"]),
        ("2026-10-10T23:59:59+07:00", ["2026-Q3", "2026-Q4", "2027-Q1"]),
        ("2026-10-11T00:00:00+07:00", ["2026-Q4", "2027-Q1"]),
        ("2024-07-05T12:00:00+07:00", ["2024-Q3", "2024-Q4"]),  # the period before was a semester
    ],
)
async def test_a_service_that_starts_late_still_keeps_the_period_that_is_not_due_yet(
    session: AsyncSession, now: str, planned: list[str]
) -> None:
    for _ in range(2):
        await planning.ensure_planned(session, now=datetime.fromisoformat(now))
    found = await session.execute(select(col(ReportingPeriod.code)).order_by(col(ReportingPeriod.code)))
    assert found.scalars().all() == planned


@pytest.mark.parametrize("code", ["2026-Q4", "2027-Q1", "2027-Q2"])
async def test_a_period_whose_date_is_ahead_is_opened_and_opening_it_again_changes_nothing(
    session: AsyncSession, code: str
) -> None:
    detail = await planning.open_now(session, code, actor=ACTOR, now=OPEN)
    assert detail.opens_at <= OPEN
    case = await session.get_one(CaseFile, detail.case_id)
    case.status = PeriodStatus.OPEN
    await session.flush()
    again = await planning.open_now(session, code, actor=ACTOR, now=OPEN + timedelta(days=300))
    assert (again.case_id, again.opens_at) == (detail.case_id, detail.opens_at)


@pytest.mark.parametrize(("created_at", "opened"), [(ENDED - timedelta(seconds=1), 1), (ENDED, 0)])
async def test_an_account_owes_no_period_that_ended_before_it_was_made(
    session: AsyncSession, created_at: datetime, opened: int
) -> None:
    account = await make_account(session, created_at=created_at)
    assert await open_batch(session) == opened
    detail = await planning.open_now(session, PERIOD, actor=ACTOR, now=OPEN)
    case = await session.get_one(CaseFile, detail.case_id)
    case.status = PeriodStatus.OPEN
    await session.flush()
    await obligations.open_for_account(session, account, now=OPEN)
    owed = select(func.count()).where(col(Report.account_id) == account.id)
    assert (await session.execute(owed)).scalar_one() == opened


async def test_an_account_declared_void_while_its_period_opens_owes_nothing(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        account = await make_account(session)
    async with sessions() as first, sessions() as second:
        await open_batch(first)
        voiding = asyncio.create_task(void(second, account))
        await _waits(voiding)
        await first.commit()
        await voiding
        await second.commit()
    assert await _owed(sessions) == 0


async def test_a_period_that_opens_while_an_account_is_declared_void_asks_nothing_of_it(
    sessions: Sessions,
) -> None:
    async with sessions.begin() as session:
        account = await make_account(session)
    async with sessions() as first, sessions() as second:
        await void(first, account)
        opening = asyncio.create_task(open_batch(second))
        await _waits(opening)
        await first.commit()
        assert await opening == 0
        await second.commit()
    assert await _owed(sessions) == 0


async def _waits(task: "asyncio.Task[Any]") -> None:
    await asyncio.sleep(0.3)
    assert not task.done()


async def _owed(sessions: Sessions) -> int:
    async with sessions() as session:
        open_cases = select(func.count()).where(
            col(CaseFile.kind) == "report", col(CaseFile.closed_at).is_(None)
        )
        return (await session.execute(open_cases)).scalar_one()
