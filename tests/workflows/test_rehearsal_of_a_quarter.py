"""A rehearsal of 2026-Q4 for many companies: each gets exactly the mails and events that the rules ask for.

The expectation is computed by a few lines that know nothing of the service: dates written out by hand.
"""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from services.models import Account, ExtensionScope, Report
from services.reports import sending
from tests.factories import fill_small_report, make_account
from tests.workflows.test_extension_campaign import extend
from tests.world import World

EACH = 3

# Days on which a wave leaves for a due date of Sunday 10 January 2027 (31 December and 8 January stand for days off),
# and for one of Wednesday 20 January.
WAVES = ["2026-12-23", "2026-12-31", "2027-01-07", "2027-01-08"]
WAVES_EXTENDED = ["2027-01-06", "2027-01-13", "2027-01-15", "2027-01-19"]
EXTENDED_ON, TOLD_ON = "2027-01-05", "2027-01-06"  # a holiday: the notice leaves the next morning
KUTAI_BARAT, SAMARINDA = "64.07", "64.72"


def expected_days(sent: str | None, *, extended: bool) -> list[str]:
    """The days on which a company gets mail: waves until it sends, the extension's notice, the receipt."""
    days = list(WAVES)
    if extended:
        days = [day for day in WAVES if day < EXTENDED_ON] + [TOLD_ON, *WAVES_EXTENDED]
    return [day for day in days if sent is None or day < sent] + ([sent] if sent else [])


async def send(world: World, account: Account) -> None:
    """The company fills its report and sends it, whatever the hour."""
    async with world.transaction() as (session, now):
        query = select(Report).where(col(Report.account_id) == account.id, col(Report.period) == "2026-Q4")
        report = (await session.execute(query)).scalar_one()
        await fill_small_report(session, report, now=now)
        await sending.send(
            session,
            report.case_id,
            command_id=f"send/{account.id}",
            expected_version=report.content_version,
            actor="test:company",
            now=now,
        )


async def make(world: World, region: str) -> list[Account]:
    async with world.transaction() as (session, now):
        return [
            await make_account(
                session, name=f"PT Contoh {region} {number}", region=region, created_at=now,
            )
            for number in range(EACH)
        ]  # fmt: skip


async def days_of(world: World, account: Account) -> list[str]:
    async with world.sessions() as session:
        address = await session.execute(
            text(
                "SELECT data ->> 'email' FROM profile_section WHERE account_id = :id AND section = 'contact_person'"
            ),
            {"id": account.id},
        )
    return [
        mail.at.astimezone(datetime.fromisoformat("2026-01-01T00:00:00+07:00").tzinfo).date().isoformat()
        for mail in await world.mail(address.scalar_one())
    ]


async def overdue_at(world: World, account_id: UUID) -> list[str]:
    async with world.sessions() as session:
        query = select(col(Report.case_id)).where(
            col(Report.account_id) == account_id, col(Report.period) == "2026-Q4"
        )
        case_id = (await session.execute(query)).scalar_one()
    return [event.at.isoformat() for event in await world.events(case_id, "became_overdue")]


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_every_company_gets_exactly_what_the_rules_ask_for(world: World) -> None:
    on_time, late, silent = await make(world, "64.71"), await make(world, "64.74"), await make(world, "64.01")
    extended, extended_sends = await make(world, SAMARINDA), await make(world, KUTAI_BARAT)
    returned = await world.register(email="perbaikan@contoh.example")
    await world.decide(returned.case_id, "return")

    await world.advance_to("2027-01-02T10:00:00+07:00")
    for company in on_time:
        await send(world, company)
    await world.advance_to("2027-01-05T12:00:00+07:00")
    for region in (SAMARINDA, KUTAI_BARAT):
        await extend(world, "2027-01-20", scope=ExtensionScope.REGION, region=region)
    await world.advance_to("2027-01-12T10:00:00+07:00")
    for company in extended_sends:
        await send(world, company)
    await world.advance_to("2027-01-15T17:00:00+07:00")
    for company in late:
        await send(world, company)
    await world.advance_to("2027-01-31T12:00:00+07:00")

    groups = {
        "on time": (on_time, expected_days("2027-01-02", extended=False), []),
        "late": (late, expected_days("2027-01-15", extended=False), ["2027-01-10T17:00:00+00:00"]),
        "silent": (silent, expected_days(None, extended=False), ["2027-01-10T17:00:00+00:00"]),
        "extended": (extended, expected_days(None, extended=True), ["2027-01-20T17:00:00+00:00"]),
        "extended, sent": (extended_sends, expected_days("2027-01-12", extended=True), []),
    }
    for name, (companies, days, overdue) in groups.items():
        for company in companies:
            assert await days_of(world, company) == days, name
            assert await overdue_at(world, company.id) == overdue, name
    assert await world.templates_to("perbaikan@contoh.example") == [
        "registration_returned",
        "registration_lapsed",
    ]
