"""Perbaikan data (Permenperin 13/2025): asked for in time, granted once, sent again or left as it was sent."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.errors import DomainError
from services.models import Report, ReportSection, ReportVersion, Rollback
from services.reports import drafting
from services.rollbacks import decisions, requesting
from services.rollbacks.requesting import Asked
from tests.factories import ACTOR
from tests.workflows.test_report_review import (
    MONDAY,
    OFFICER,
    dates_of,
    reload,
    send_again,
    sent,
    verify,
)
from tests.world import World


async def ask(world: World, report: Report, *sections: str) -> Rollback:
    asked = Asked("Nilai produksi tertukar dengan nilai bahan baku.", sections or ("production",))
    async with world.transaction() as (session, now):
        rollback = await requesting.request(session, report.case_id, asked, actor=ACTOR, now=now)
    await world.rest()
    return rollback


async def grant(world: World, rollback: Rollback) -> None:
    async with world.transaction() as (session, now):
        await decisions.grant(session, rollback.case_id, actor=OFFICER, now=now)
    await world.rest()


async def refuse(world: World, rollback: Rollback) -> None:
    async with world.transaction() as (session, now):
        await decisions.refuse(session, rollback.case_id, "Nilainya sudah benar.", actor=OFFICER, now=now)
    await world.rest()


async def edit(world: World, report: Report) -> None:
    """The company changes one amount."""
    async with world.transaction() as (session, now):
        fresh = await session.get_one(Report, report.case_id, populate_existing=True)
        await drafting.save_section(
            session, report.case_id, "investment", {"land_value": "0", "building_value": "300.000.000"},
            expected_version=fresh.content_version, actor=ACTOR, now=now,
        )  # fmt: skip


async def building_value(world: World, report: Report) -> object:
    async with world.sessions() as session:
        page = await session.get_one(ReportSection, (report.case_id, "investment"))
        return page.data["building_value"]


@pytest.mark.starts(MONDAY)
async def test_granted_reopened_corrected_and_sent_again(world: World) -> None:
    report = await sent(world)
    first = (await reload(world, report)).sent_at
    rollback = await ask(world, report)
    assert (await world.case(report.case_id)).status == "rollback_requested"

    await grant(world, rollback)
    assert (await world.case(report.case_id)).status == "reopened"
    due = await dates_of(world, rollback.case_id)
    assert due["rollback_resend_due"] == "2027-01-12T17:00:00+00:00", "five working days; Isra Mikraj is none"

    await edit(world, report)
    await world.advance_to("2027-01-07T10:00:00+07:00")
    await send_again(world, report)

    async with world.sessions() as session:
        kept = await session.get_one(Rollback, rollback.case_id)
        versions = (
            await session.execute(select(ReportVersion).order_by(col(ReportVersion.submission)))
        ).scalars()
        values = [version.content["sections"]["investment"]["building_value"] for version in versions]
    assert (kept.status, kept.submission, kept.resent_submission) == ("resent", 1, 2)
    assert values == [250_000_000, 300_000_000], "what was sent first stays, word for word"
    assert (await reload(world, report)).sent_at == first, "the first sending date counts"
    case, process = await world.case(report.case_id), await world.case(rollback.case_id)
    assert (case.status, process.status, process.outcome, process.wake_at) == ("sent", "resent", "done", None)
    [resent] = await world.events(rollback.case_id, "resent")
    assert resent.data["changed"] == ["investment"]
    assert len(await world.events(report.case_id, "report_examined")) == 2


@pytest.mark.starts(MONDAY)
async def test_not_sent_again_the_original_stands_and_its_review_goes_on(world: World) -> None:
    report = await sent(world)
    await verify(world, report)
    rollback = await ask(world, report)
    await grant(world, rollback)
    await edit(world, report)
    assert await building_value(world, report) == 300_000_000

    await world.advance_to("2027-01-13T09:00:00+07:00")

    assert await building_value(world, report) == 250_000_000
    case, process = await world.case(report.case_id), await world.case(rollback.case_id)
    assert (case.status, process.status, process.outcome, process.wake_at) == (
        "verified", "expired", "lapsed", None,
    )  # fmt: skip
    [expired] = await world.events(rollback.case_id, "expired")
    assert expired.at.isoformat() == "2027-01-12T17:00:00+00:00"
    [reminded] = await world.events(rollback.case_id, "resend_reminded")
    assert reminded.at < expired.at
    assert (await dates_of(world, report.case_id))["report_validation_target"] > "2027-01-12"


@pytest.mark.starts(MONDAY)
async def test_a_refusal_lets_the_review_go_on_and_does_not_count(world: World) -> None:
    report = await sent(world)
    before = (await dates_of(world, report.case_id))["report_verification_target"]
    rollback = await ask(world, report)
    await world.advance_to("2027-01-06T10:00:00+07:00")
    await refuse(world, rollback)

    assert (await world.case(report.case_id)).status == "sent"
    after = (await dates_of(world, report.case_id))["report_verification_target"]
    assert after > before, "the office's clock stood still"
    again = await ask(world, report)
    assert again.n == 2
    await grant(world, again)
    with pytest.raises(DomainError, match="paling banyak 1 kali"):
        await ask(world, report)
