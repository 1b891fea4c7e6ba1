"""The quarterly cycle: opened, reminded, due, summed up (Permenperin 13/2025)."""

from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from services.models import CaseFile
from tests.world import World


async def report_of(world: World, account_id: UUID) -> UUID:
    async with world.sessions() as session:
        query = select(col(CaseFile.id)).where(
            col(CaseFile.account_id) == account_id, col(CaseFile.kind) == "report"
        )
        return (await session.execute(query)).scalar_one()


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_a_company_that_never_reports_is_reminded_four_times_and_then_overdue(world: World) -> None:
    company, *_ = await world.companies(1, region="64.72")

    await world.advance_to("2026-12-22T12:00:00+07:00")
    async with world.sessions() as session:
        opened = await session.execute(text("SELECT count(*) FROM report"))
        assert opened.scalar_one() == 0, "nothing is owed before the day of the first wave"

    await world.advance_to("2027-01-31T12:00:00+07:00")

    report = await report_of(world, company.id)
    assert await world.templates_to(company.email) == [
        "report_reminder",
        "report_reminder",
        "report_reminder",
        "report_reminder_last",
    ]
    assert [event.type for event in await world.events(report)] == [
        "opened",
        "reminder_queued",
        "reminder_queued",
        "sending_opened",
        "reminder_queued",
        "reminder_queued",
        "became_overdue",
        "warning_proposed",
    ]
    (overdue,) = await world.events(report, "became_overdue")
    assert overdue.at.isoformat() == "2027-01-10T17:00:00+00:00", "midnight WIB after Sunday 10 January"


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_waves_leave_at_nine_in_the_company_s_own_zone_on_working_days(world: World) -> None:
    zones = {"31.71": "02:00", "64.72": "01:00", "91.71": "00:00"}
    companies = {region: (await world.companies(1, region=region))[0] for region in zones}
    await world.advance_to("2027-01-31T12:00:00+07:00")
    for region, hour in zones.items():
        sent = [mail.at.strftime("%m-%d %H:%M") for mail in await world.mail(companies[region].email)]
        assert [day[-5:] for day in sent] == [hour] * 4
        assert Counter(day[:5] for day in sent).most_common(1)[0][1] == 1, "never two on one day"


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_the_period_tells_its_own_story(world: World) -> None:
    await world.companies(3)
    await world.advance_to("2027-01-31T12:00:00+07:00")
    async with world.sessions() as session:
        period = (
            await session.execute(select(CaseFile).where(col(CaseFile.key) == "period/2026-Q4"))
        ).scalar_one()
    assert period.status == "closed"
    story = [event.type for event in await world.events(period.id)]
    assert story[0] == "planned"
    assert story[-4:] == [
        "period_overdue",
        "period_correction_window_closes",
        "period_propose_warnings",
        "period_summary",
    ]
    (summary,) = await world.events(period.id, "period_summary")
    assert summary.data["expected"] == summary.data["missing"] == 3
