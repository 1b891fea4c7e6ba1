"""What a new instance shows at once: the README's tour finds what it speaks of."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlmodel import col

from services import demonstration
from services.deadlines import extensions
from services.deadlines.extensions import ExtensionDraft
from services.models import Account, ExtensionScope, ReportStatus
from services.reports.home import Obligation, obligations_home
from tests.world import World, instant

TODAY = "2026-11-21T10:00:00+07:00"


async def filled(world: World) -> None:
    async with world.transaction() as (session, now):
        await demonstration.fill(session, now=now)
    await world.rest()


async def home_of_a1001(world: World) -> dict[str, Obligation]:
    async with world.sessions() as session:
        account = (
            await session.execute(select(Account).where(col(Account.username) == "a1001"))
        ).scalar_one()
        duties = await obligations_home(session, account.id, now=await world.now())
        return {duty.line.period: duty for duty in duties}


@pytest.mark.starts(TODAY)
async def test_the_company_owes_last_quarters_report_overdue_and_sees_the_running_one(world: World) -> None:
    await filled(world)
    owed = await home_of_a1001(world)
    assert set(owed) == {"2026-Q3", "2026-Q4"}
    assert owed["2026-Q3"].line.due_before < await world.now()
    assert owed["2026-Q3"].line.status == ReportStatus.NOT_STARTED
    assert owed["2026-Q3"].reasons
    assert owed["2026-Q4"].line.status == ReportStatus.UPCOMING


@pytest.mark.starts(TODAY)
async def test_more_time_for_the_running_quarter_moves_every_companys_date_and_is_undone(
    world: World,
) -> None:
    await filled(world)
    async with world.transaction() as (session, now):
        wanted = ExtensionDraft(
            scope=ExtensionScope.PERIOD, period="2026-Q4", instrument="SE Contoh 1/2026", reason="Uji coba",
            target=date(2027, 1, 15),
        )  # fmt: skip
        extension = await extensions.draft(session, wanted, actor="test:admin", now=now)
        preview = await extensions.dry_run(session, extension.id, actor="test:admin", now=now)
        await extensions.approve(session, extension.id, actor="test:admin", now=now)
    assert preview.moving == demonstration.COMPANIES
    await world.rest()
    before = (await home_of_a1001(world))["2026-Q4"].line.due_before
    await world.undo(extension.id)
    await world.rest()
    after = (await home_of_a1001(world))["2026-Q4"].line.due_before
    assert (before, after) == (instant("2027-01-16T00:00:00+07:00"), instant("2027-01-11T00:00:00+07:00"))
