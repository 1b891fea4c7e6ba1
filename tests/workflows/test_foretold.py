"""What a duty's timeline foretells of its warnings is what the service then does when the clock gets there."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from services import cases
from services.data_requests import receipt
from services.deadlines import single
from services.deadlines.single import Grant
from services.models import Deadline, ExtensionScope, WarningLadder
from services.processes import GRACE
from services.timeline import what_if
from services.timeline.future import FutureLine, future
from services.timeline.sentences import last_second
from services.timeline.what_if import Supposition
from tests.factories import make_account
from tests.services.data_requests import given
from tests.services.warnings.ladders import officer
from tests.workflows.test_extension_campaign import extend
from tests.workflows.test_reporting_period import report_of
from tests.workflows.test_warning_letters import SAMARINDA, approve
from tests.world import World, instant

DAY = timedelta(days=1)
EARLY = pytest.mark.starts("2026-12-20T08:00:00+07:00")
LETTERS = ("warning_1", "warning_2", "warning_3", "sanction")


async def ahead(world: World, case_id: UUID) -> dict[str, datetime | None]:
    """What the case's page foretells of its warnings, by name."""
    case = await world.case(case_id)
    async with world.sessions() as session:
        return told(await future(session, case, now=await world.now(), locale="id"))


def told(lines: Sequence[FutureLine]) -> dict[str, datetime | None]:
    return {line.name: line.at for line in lines if line.name in (*LETTERS, "stopped", "resumes")}


async def happened(world: World, case_id: UUID, event: str) -> datetime:
    """When something last happened, as the moment that it followed: lateness is acted on a minute after."""
    return (await world.events(case_id, event))[-1].at - GRACE


async def silent(world: World, count: int = 1) -> list[UUID]:
    """The reports of small companies of Samarinda that nobody sends, a few days before they are due."""
    async with world.transaction() as (session, now):
        made = [
            await make_account(session, region=SAMARINDA, licence_scale="small", created_at=now)
            for _ in range(count)
        ]
    await world.advance_to("2027-01-05T12:00:00+07:00")
    return [await report_of(world, one.id) for one in made]


@EARLY
async def test_each_rung_is_proposed_when_it_was_foretold(world: World) -> None:
    report, left_out = await silent(world, 2)
    assert (await ahead(world, report))["warning_1"] == instant("2027-01-13T00:00:00+07:00")
    expected = await ahead(world, report)
    await world.advance_to("2027-01-14T08:00:00+07:00")
    assert await happened(world, report, "warning_proposed") == expected["warning_1"]

    ladder, other = [await ladder_about(world, one) for one in (report, left_out)]
    await approve(world, ladder, other, exclusions={other: "Sudah tutup."})
    assert await ahead(world, left_out) == {}, "an officer left it out"
    for letter in (2, 3):
        expected = await ahead(world, report)
        month = await month_of(world, ladder, letter - 1)
        assert expected[f"warning_{letter}"] == month
        assert expected.keys() == set(LETTERS[letter - 1 :]), "no letter is foretold that has left"
        await world.advance_to(month + DAY)
        assert await happened(world, ladder, "warning_proposed") == month
        await approve(world, ladder)
    expected = await ahead(world, report)
    await world.advance_to("2027-04-20T08:00:00+07:00")
    assert await happened(world, ladder, "desk_opened") == expected["sanction"]
    assert await ahead(world, report) == {}, "people decide"


@EARLY
async def test_an_extension_after_a_letter_stops_the_ladder_as_the_what_if_said(world: World) -> None:
    (report,) = await silent(world)
    await world.advance_to("2027-01-14T08:00:00+07:00")
    ladder = await ladder_about(world, report)
    await approve(world, ladder)
    await world.advance_to("2027-02-01T09:00:00+07:00")
    supposed = Supposition(target=date(2027, 2, 20))
    async with world.sessions() as session:
        found = await what_if.compare(session, report, supposed, now=await world.now(), locale="id")
    foretold = told(found.after)
    assert foretold.keys() == {"stopped", "resumes", "warning_2", "warning_3", "sanction"}
    async with world.sessions() as session:
        assert (await session.get_one(WarningLadder, ladder)).suspension is None, "nothing was saved"

    await extend(world, "2027-02-20", scope=ExtensionScope.CASE, period=None, case_id=report)
    await world.rest()
    assert await ahead(world, report) == foretold
    await world.advance_to("2027-03-31T09:00:00+07:00")
    assert await happened(world, ladder, "ladder_resumed") == foretold["resumes"]
    assert await happened(world, ladder, "warning_proposed") == foretold["warning_2"]


@pytest.mark.starts("2027-01-19T09:00:00+07:00")  # a Tuesday: the lenient day is a Friday
async def test_an_unanswered_request_is_warned_about_the_day_after_its_lenient_date(world: World) -> None:
    (account,) = await world.companies(1)
    async with world.transaction() as (session, now):
        _, (request,) = await given.ask(session, [account], now=now)
    async with world.transaction() as (session, now):
        await receipt.read_by_company(session, request.case_id, actor=given.COMPANY, now=now)
    expected = await ahead(world, request.case_id)
    assert expected["warning_1"] == instant("2027-01-23T00:00:00+07:00"), "a Saturday"
    await world.advance_to("2027-01-25T12:00:00+07:00")
    assert await happened(world, request.case_id, "warning_proposed") == expected["warning_1"]


@pytest.mark.starts("2027-01-19T09:00:00+07:00")
async def test_a_requests_ladder_goes_on_when_its_later_date_has_passed_as_foretold(world: World) -> None:
    async with world.transaction() as (session, now):
        company = await make_account(session, region=SAMARINDA, licence_scale="small", created_at=now)
        _, (asked,) = await given.ask(session, [company], now=now)
    request = asked.case_id
    async with world.transaction() as (session, now):
        await receipt.read_by_company(session, request, actor=given.COMPANY, now=now)
    await world.advance_to("2027-01-25T12:00:00+07:00")
    ladder = await ladder_about(world, request)
    await approve(world, ladder, officer=officer(""))
    await world.advance_to("2027-02-01T09:00:00+07:00")
    async with world.transaction() as (session, now):
        more = Grant("data_request_due", date(2027, 2, 20), "Surat Contoh 9/2027", "banjir", given.COMPANY)
        await single.grant(session, await cases.lock(session, request), more, actor=given.OFFICER, now=now)
    await world.rest()
    expected = await ahead(world, request)
    assert expected["resumes"] == instant("2027-02-21T00:00:00+07:00"), "the day after its last"

    await world.advance_to("2027-04-15T09:00:00+07:00")
    assert await happened(world, ladder, "ladder_resumed") == expected["resumes"]
    assert await happened(world, ladder, "warning_proposed") == expected["warning_2"]
    assert len(await world.events(request, "warning_proposed")) == 1, "one ladder, which went on"


async def month_of(world: World, ladder: UUID, letter: int) -> datetime:
    """The end of a letter's month, which the ladder's own page tells by its last second."""
    case = await world.case(ladder)
    async with world.sessions() as session:
        lines = await future(session, case, now=await world.now(), locale="id")
        month = await session.get_one(Deadline, (ladder, f"warning_{letter}_interval"))
    shown = [line.at for line in lines if line.name == month.name]
    assert shown == [last_second(month.due_before)]
    return month.due_before


async def ladder_about(world: World, report: UUID) -> UUID:
    async with world.sessions() as session:
        query = select(col(WarningLadder.case_id)).where(col(WarningLadder.obligation_id) == report)
        return (await session.execute(query)).scalar_one()
