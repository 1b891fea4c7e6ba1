"""An extension announced before the service kept it, in a rehearsal of its quarter: carried out like any other."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.deadlines import undoing
from services.models import Extension
from tests.workflows.test_reporting_period import report_of
from tests.world import World

pytestmark = pytest.mark.starts("2025-03-25T08:00:00+07:00")


async def announced(world: World) -> Extension:
    async with world.sessions() as session:
        query = select(Extension).where(col(Extension.period) == "2025-Q1")
        return (await session.execute(query)).scalar_one()


async def test_the_quarter_is_overdue_after_the_announced_day_and_the_extension_stands(world: World) -> None:
    companies = await world.companies(2)
    await world.advance_to("2025-04-30T12:00:00+07:00")
    for company in companies:
        (overdue,) = await world.events(await report_of(world, company.id), "became_overdue")
        assert overdue.at.isoformat() == "2025-04-15T17:00:00+00:00"
        assert "extension_granted" not in await world.templates_to(company.email), "it was announced to all"
    extension = await announced(world)
    assert (extension.status, extension.counts["applied"]) == ("applied", 2)
    campaign = await world.case(extension.case_id)
    assert (campaign.status, campaign.outcome, campaign.wake_at) == ("applied", "done", None)


async def test_one_that_was_taken_back_stays_so_for_whoever_comes_next(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to("2025-04-01T12:00:00+07:00")
    async with world.transaction() as (session, now):
        extension = await announced(world)
        await undoing.order_undo(session, extension.id, actor="test:admin", now=now)
    await world.advance_to("2025-04-30T12:00:00+07:00")
    (overdue,) = await world.events(await report_of(world, company.id), "became_overdue")
    assert overdue.at.isoformat() == "2025-04-10T17:00:00+00:00"
    assert (await announced(world)).status == "undone"
