"""More time, given by an administrator: one set of rows, however many processes are asleep."""

from datetime import date

import pytest

from services.deadlines import extensions, undoing
from services.deadlines.extensions import ExtensionDraft
from services.models import Extension, ExtensionScope
from tests.workflows.test_reporting_period import report_of
from tests.world import World


async def extend(world: World, target: str, **given: object) -> Extension:
    """An extension drafted, previewed and approved."""
    wanted: dict[str, object] = {
        "scope": ExtensionScope.PERIOD,
        "period": "2026-Q4",
        "instrument": "SE Contoh 1/2027",
        "reason": "Banjir di Samarinda",
    } | given
    async with world.transaction() as (session, now):
        draft = ExtensionDraft(target=date.fromisoformat(target), **wanted)  # type: ignore[arg-type]  # test data
        extension = await extensions.draft(session, draft, actor="test:admin", now=now)
    async with world.transaction() as (session, now):
        await extensions.dry_run(session, extension.id, actor="test:admin", now=now)
    async with world.transaction() as (session, now):
        return await extensions.approve(session, extension.id, actor="test:admin", now=now)


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_an_extension_moves_the_date_of_its_region_and_only_of_its_region(world: World) -> None:
    (inside,) = await world.companies(1, region="64.72")
    (outside,) = await world.companies(1, region="64.71")
    await world.advance_to("2027-01-05T12:00:00+07:00")
    await extend(world, "2027-01-20", scope=ExtensionScope.REGION, region="64.72")
    await world.advance_to("2027-01-31T12:00:00+07:00")

    assert await world.templates_to(outside.email) == ["report_reminder"] * 3 + ["report_reminder_last"]
    assert await world.templates_to(inside.email) == [
        "report_reminder",
        "report_reminder",
        "extension_granted",
        "report_reminder",
        "report_reminder",
        "report_reminder",
        "report_reminder_last",
    ]
    (overdue,) = await world.events(await report_of(world, inside.id), "became_overdue")
    assert overdue.at.isoformat() == "2027-01-20T17:00:00+00:00"
    (overdue,) = await world.events(await report_of(world, outside.id), "became_overdue")
    assert overdue.at.isoformat() == "2027-01-10T17:00:00+00:00"


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_an_extension_can_be_undone_until_the_old_date(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to("2027-01-05T12:00:00+07:00")
    extension = await extend(world, "2027-01-20")
    await world.rest()
    async with world.transaction() as (session, now):
        await undoing.order_undo(session, extension.id, actor="test:admin", now=now)
    await world.advance_to("2027-01-31T12:00:00+07:00")

    (overdue,) = await world.events(await report_of(world, company.id), "became_overdue")
    assert overdue.at.isoformat() == "2027-01-10T17:00:00+00:00"
    assert "extension_undone" in await world.templates_to(company.email)
    campaign = await world.case(extension.case_id)
    assert (campaign.status, campaign.wake_at) == ("undone", None)
