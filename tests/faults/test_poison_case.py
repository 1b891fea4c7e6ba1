"""One case whose step breaks on a bug: it alone waits, the health figure names it, and once mended it goes on."""

import asyncio
from datetime import datetime, timedelta
from unittest import mock

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services import sweeping
from services.models import CaseFile
from services.registrations import steps
from tests.faults.table import FULL, Enter, Line
from tests.world import World

CASES = 200 if FULL else 20
pytestmark = [pytest.mark.faults, pytest.mark.timeout(600 if FULL else 120)]


@pytest.mark.starts("2026-12-21T09:00:00+07:00")
async def test_a_case_that_breaks_its_step_holds_up_nobody_else(world: World, table: Enter) -> None:
    companies = [await world.register(nudged=False) for _ in range(CASES)]
    poison = companies[CASES // 2].case_id
    acknowledge = steps.acknowledge

    async def with_a_bug(session: AsyncSession, case: CaseFile, now: datetime) -> None:
        if case.id == poison:
            raise KeyError("a bug that only this company meets")
        await acknowledge(session, case, now)

    with mock.patch.object(steps, "acknowledge", with_a_bug):
        resting = asyncio.create_task(world.rest())
        unharmed = await _mails(world, CASES - 1)
        assert unharmed == CASES - 1
        async with world.sessions() as session:
            found = await sweeping.backlog(session, now=await world.now() + timedelta(minutes=3))
        assert (found.waiting, found.stuck) == (1, 0), "the figure that operators are alerted on"
        assert not resting.done()
    await resting

    mails = await world.mail()
    assert {mail.to for mail in mails} == {company.email for company in companies}
    table(
        Line(
            "a bug that one company meets",
            cases=CASES,
            right=len(mails),
            lost=CASES - len({mail.to for mail in mails}),
            remarks=f"{unharmed} went on meanwhile, the last one once it was mended",
        )
    )


async def _mails(world: World, wanted: int) -> int:
    """Wait until so many proofs of registration are out, and a little longer for one too many."""
    async with asyncio.timeout(50):
        while len(await world.mail()) < wanted:  # noqa: ASYNC110 -- another program sends them
            await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    return len(await world.mail())
