"""Written warnings: proposed by the service, approved by an officer, one month apart, never after compliance."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.identity.principal import Grant, Principal
from services.models import (
    Account,
    LetterChannel,
    Role,
    WarningLadder,
    WarningLetter,
)
from services.warnings import approval
from services.warnings.approval import Approved
from services.warnings.desk import Filters
from tests.workflows.test_reporting_period import report_of
from tests.world import World

SAMARINDA = "64.72"
OFFICER = Principal(
    "person:0190aaaa-0000-7000-8000-000000000001",
    UUID("0190aaaa-0000-7000-8000-000000000001"),
    roles=(Grant(Role.COMPLIANCE_OFFICER, SAMARINDA),),
    nda=True,
    recent=True,
    name="Pejabat Contoh",
)


async def overdue(world: World, count: int = 1, **columns: object) -> list[Account]:
    """Companies of a regency that sent nothing for 2026-Q4; it is the morning after warnings were proposed."""
    companies = await world.companies(count, region=SAMARINDA)
    async with world.transaction() as (session, _):
        for company in companies:
            row = await session.get_one(Account, company.id)
            row.licence_scale = "small"
            for name, value in columns.items():
                setattr(row, name, value)
    await world.advance_to("2027-01-14T08:00:00+07:00")
    return companies


async def approve(
    world: World,
    *ladders: UUID,
    officer: Principal = OFFICER,
    channel: LetterChannel | None = None,
    exclusions: dict[UUID, str] | None = None,
) -> Approved:
    """An officer approves; the letters are made and leave."""
    async with world.transaction() as (session, now):
        approved = await approval.approve(
            session, officer, Filters(ids=ladders), now=now, channel=channel, exclusions=exclusions
        )
    await world.rest()
    return approved


async def ladder_of(world: World, company: Account) -> WarningLadder:
    report = await report_of(world, company.id)
    async with world.sessions() as session:
        query = select(WarningLadder).where(col(WarningLadder.obligation_id) == report)
        return (await session.execute(query.order_by(col(WarningLadder.n).desc()))).scalars().first()  # type: ignore[return-value]  # it is there, or the test fails


async def letters_of(world: World, ladder: UUID) -> list[WarningLetter]:
    async with world.sessions() as session:
        query = select(WarningLetter).where(col(WarningLetter.case_id) == ladder)
        return list((await session.execute(query.order_by(col(WarningLetter.rung)))).scalars())


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_an_overdue_report_is_warned_about_three_times_and_then_people_decide(world: World) -> None:
    (company,) = await overdue(world)
    ladder = (await ladder_of(world, company)).case_id
    case = await world.case(ladder)
    assert (case.status, case.key) == (
        "proposed",
        f"warnings/{(await world.case(await report_of(world, company.id))).key}/1",
    )
    assert "warning_letter" not in await world.templates_to(company.email), "nothing leaves without an officer"

    for rung, day in ((1, "2027-01-14"), (2, "2027-02-15"), (3, "2027-03-16")):
        await world.advance_to(f"{day}T08:00:00+07:00")
        assert (await world.case(ladder)).status == "proposed", rung
        await approve(world, ladder)
        assert (await world.templates_to(company.email)).count("warning_letter") == rung
        letter = (await letters_of(world, ladder))[-1]
        assert letter.letter_date == date.fromisoformat(day)
        assert letter.number == f"{rung:05d}/SP-{rung}/64.72/2027"
    await world.advance_to("2027-04-16T23:59:59+07:00")
    assert (await world.case(ladder)).status == "issued"
    await world.advance_to("2027-04-17T08:00:00+07:00")
    assert (await world.case(ladder)).status == "deciding"
    assert [e.data["how"] for e in await world.events(ladder, "letter_served")] == ["accepted_by_server"] * 3
    await world.advance_to("2027-08-01T08:00:00+07:00")
    assert (await world.case(ladder)).status == "deciding", "beyond the third letter nothing is automatic"
    assert (await world.templates_to(company.email)).count("warning_letter") == 3
