"""Help for companies on the real engine: booked, moved, given up, reminded, recorded; nothing ends by time."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.assistance import asking, booking, deciding
from services.assistance.asking import Asked
from services.assistance.booking import Wanted
from services.assistance.deciding import SessionOutcome
from services.errors import Conflict, InvalidInput, TransitionRefused
from services.models import (
    Account,
    AssistanceSession,
    AssistanceTicket,
    AssistanceTopic,
    Role,
    SessionWay,
)
from tests.world import World, instant

pytestmark = pytest.mark.starts("2027-01-04T09:00:00+07:00")  # a Monday
TUESDAY = "2027-01-06T10:00:00+07:00"  # the 5th is a holiday
FRIDAY = "2027-01-08T13:30:00+07:00"


async def ask(world: World, company: Account, question: str = "Kode HS kursi rotan?") -> AssistanceTicket:
    async with world.transaction() as (session, now):
        asked = Asked(AssistanceTopic.HS_CODE, question)
        return await asking.ask(session, company.id, asked, actor="test:company", now=now)


async def book(
    world: World, ticket: AssistanceTicket, at: str | datetime = TUESDAY, *, official: bool = False
) -> AssistanceSession:
    async with world.transaction() as (session, now):
        wanted = Wanted("siinas", instant(at), SessionWay.VIDEO)
        return await booking.book(
            session, ticket.case_id, wanted, actor="test:company", now=now, official=official
        )


async def act(world: World, command: Any, ticket: AssistanceTicket, *args: Any, **given: Any) -> None:
    """One command of an officer or the company on a ticket."""
    async with world.transaction() as (session, now):
        await command(session, ticket.case_id, *args, actor="test:upp", now=now, **given)


async def test_a_session_is_booked_confirmed_reminded_to_both_sides_and_recorded(world: World) -> None:
    officer = await world.official(Role.UPP_OFFICER)
    (company,) = await world.companies(1)
    ticket = await ask(world, company)
    await book(world, ticket)
    await act(world, deciding.confirm, ticket, "https://rapat.example/3")
    await world.advance_to("2027-01-05T10:30:00+07:00")

    assert await world.templates_to(company.email) == [
        "assistance_booked",
        "assistance_booked",
        "assistance_reminder",
    ]
    reminder = (await world.mail(company.email))[-1]
    assert "https://rapat.example/3" in reminder.text
    assert reminder.at.isoformat() == "2027-01-05T03:01:00+00:00", (
        "a day before, once nobody can still be changing it"
    )
    assert await world.templates_to(officer) == ["assistance_session_ahead"]
    with pytest.raises(TransitionRefused):
        await act(world, deciding.record, ticket, SessionOutcome.HELD, "Belum dimulai.")

    await world.advance_to("2027-01-06T10:40:00+07:00")
    await act(world, deciding.record, ticket, SessionOutcome.HELD, "Kode 9401.53 dipilih.")
    await world.rest()
    case = await world.case(ticket.case_id)
    assert (case.status, case.outcome, case.wake_at) == ("held", "done", None)
    assert "Kode 9401.53 dipilih." in (await world.mail(company.email))[-1].text
    await world.advance_to("2027-01-12T09:00:00+07:00")
    assert not await world.events(ticket.case_id, "outcome_missing", "office_escalated")


async def test_without_a_session_the_office_is_reminded_then_late_and_the_ticket_stays_open(
    world: World,
) -> None:
    officer = await world.official(Role.REGIONAL_OFFICER, "64")
    elsewhere = await world.official(Role.REGIONAL_OFFICER, "31")
    administrator = await world.official(Role.ADMINISTRATOR)
    (company,) = await world.companies(1)
    ticket = await ask(world, company)
    await world.advance_to("2027-01-20T09:00:00+07:00")

    assert await world.templates_to(officer) == ["assistance_waiting"]
    assert await world.templates_to(elsewhere) == []
    assert await world.templates_to(administrator) == ["assistance_waiting"]
    (late,) = await world.events(ticket.case_id, "office_escalated")
    assert late.at.isoformat() == "2027-01-07T17:00:00+00:00", "two working days; the 5th is a holiday"
    assert (await world.case(ticket.case_id)).status == "asked"
    await act(world, deciding.answer, ticket, "Lihat Kode Referensi > Kode HS.")
    await world.rest()
    assert (await world.case(ticket.case_id)).outcome == "done"


async def test_a_session_nobody_records_is_asked_for_and_never_ended_by_time(world: World) -> None:
    officer = await world.official(Role.UPP_OFFICER)
    (company,) = await world.companies(1)
    ticket = await ask(world, company)
    await book(world, ticket)
    await world.advance_to("2027-01-20T09:00:00+07:00")
    (missing,) = await world.events(ticket.case_id, "outcome_missing")
    assert missing.at.isoformat() == "2027-01-07T17:00:00+00:00"
    assert (await world.templates_to(officer))[-1] == "assistance_unrecorded"
    assert (await world.case(ticket.case_id)).status == "booked"
    with pytest.raises(TransitionRefused):
        await act(world, booking.give_up, ticket)
    await book(world, ticket, "2027-01-22T09:00:00+07:00", official=True)
    await world.advance_to("2027-01-27T09:00:00+07:00")
    assert len(await world.events(ticket.case_id, "outcome_missing")) == 2
    await act(world, deciding.record, ticket, SessionOutcome.NO_SHOW, "Tidak bergabung sampai selesai.")
    await world.rest()
    assert (await world.case(ticket.case_id)).outcome == "lapsed"


async def test_a_session_given_up_is_answered_in_writing_by_a_new_target_and_may_be_booked_again(
    world: World,
) -> None:
    officer = await world.official(Role.UPP_OFFICER)
    (company,) = await world.companies(1)
    ticket = await ask(world, company)
    await book(world, ticket, FRIDAY)
    await world.advance_to("2027-01-07T09:00:00+07:00")
    assert not await world.events(ticket.case_id, "helpers_reminded"), (
        "a booked session is no unanswered ticket"
    )
    await act(world, booking.give_up, ticket)
    await world.advance_to("2027-01-13T09:00:00+07:00")
    assert len(await world.events(ticket.case_id, "helpers_reminded")) == 1
    assert len(await world.events(ticket.case_id, "office_escalated")) == 1
    await book(world, ticket, "2027-01-15T09:00:00+07:00")
    await world.advance_to("2027-01-14T12:00:00+07:00")
    assert (await world.templates_to(company.email))[-1] == "assistance_reminder"
    assert (await world.templates_to(officer))[-1] == "assistance_session_ahead"


async def confirmed(world: World, company: Account, officer: str) -> AssistanceTicket:
    ticket = await ask(world, company)
    await book(world, ticket)
    async with world.transaction() as (session, now):
        await deciding.confirm(
            session, ticket.case_id, "https://rapat.example/3", actor=await actor(session, officer), now=now
        )
    return ticket


async def actor(session: AsyncSession, email: str) -> str:
    query = text("SELECT 'person:' || id FROM person WHERE email = :email")
    return str((await session.execute(query, {"email": email})).scalar_one())


@pytest.mark.parametrize("change", ["moved", "given_up", "cancelled"])
async def test_who_confirmed_a_session_learns_that_it_is_moved_given_up_or_cancelled(
    world: World, change: str
) -> None:
    officer, other = [await world.official(Role.UPP_OFFICER) for _ in range(2)]
    (company,) = await world.companies(1)
    ticket = await confirmed(world, company, officer)
    if change == "moved":
        await book(world, ticket, FRIDAY)
        told = "dipindahkan"
    elif change == "given_up":
        await act(world, booking.give_up, ticket)
        told = "dilepaskan"
    else:
        await act(world, deciding.cancel, ticket, "Meja bantuan tutup.", official=True)
        told = "dibatalkan"
    await world.rest()
    (mail,) = await world.mail(officer)
    assert told in mail.subject
    assert "6 Januari 2027" in mail.text
    assert ("8 Januari 2027" in mail.text) is (change == "moved")
    assert await world.templates_to(other) == [], "the session was not theirs"


async def test_no_mail_of_a_session_that_one_moved_oneself_or_that_nobody_had_confirmed(world: World) -> None:
    officer = await world.official(Role.UPP_OFFICER)
    (company,) = await world.companies(1)
    ticket = await confirmed(world, company, officer)
    async with world.transaction() as (session, now):
        wanted = Wanted("siinas", instant(FRIDAY), SessionWay.VIDEO)
        await booking.book(
            session, ticket.case_id, wanted, actor=await actor(session, officer), now=now, official=True
        )
    await act(world, booking.give_up, ticket)
    await world.rest()
    assert await world.templates_to(officer) == []


async def test_a_moved_session_is_reminded_at_its_new_time_alone(world: World) -> None:
    (company,) = await world.companies(1)
    ticket = await ask(world, company)
    await book(world, ticket)
    await book(world, ticket, FRIDAY)
    await world.advance_to("2027-01-08T14:00:00+07:00")
    (reminded,) = await world.events(ticket.case_id, "session_reminded")
    assert reminded.at.isoformat() == "2027-01-07T06:30:00+00:00"
    assert (await world.templates_to(company.email)).count("assistance_reminder") == 1


async def test_a_company_cancels_in_time_and_its_seat_is_free_again(world: World) -> None:
    companies = await world.companies(4)
    tickets = [await ask(world, company) for company in companies]
    for ticket in tickets[:3]:
        await book(world, ticket)
    with pytest.raises(InvalidInput):
        await book(world, tickets[3], "2027-01-05T10:00:00+07:00")
    with pytest.raises(Conflict):
        await book(world, tickets[3])
    await act(world, deciding.cancel, tickets[0], "")
    await world.rest()
    assert (await world.case(tickets[0].case_id)).outcome == "void"
    await book(world, tickets[3])
    await world.advance_to("2027-01-06T08:30:00+07:00")
    with pytest.raises(TransitionRefused):
        await act(world, deciding.cancel, tickets[3], "")
    await act(world, deciding.cancel, tickets[3], "Meja bantuan tutup hari ini.", official=True)
    await world.rest()
    assert "Meja bantuan tutup hari ini." in (await world.mail(companies[3].email))[-1].text


@pytest.mark.parametrize(
    "at",
    [
        "2027-01-04T10:30:00+07:00",  # too soon
        "2027-01-09T10:00:00+07:00",  # a Saturday
        "2027-01-06T15:00:00+07:00",  # closed
        "2027-01-06T10:10:00+07:00",  # no session begins then
        "2027-01-25T10:00:00+07:00",  # too far ahead
    ],
)
async def test_only_what_the_desk_offers_can_be_booked(world: World, at: str) -> None:
    (company,) = await world.companies(1)
    ticket = await ask(world, company)
    with pytest.raises(InvalidInput) as raised:
        await book(world, ticket, at)
    assert [error.field for error in raised.value.fields] == ["starts_at"]


async def test_one_company_has_two_sessions_ahead_at_most(world: World) -> None:
    (company,) = await world.companies(1)
    tickets = [await ask(world, company) for _ in range(3)]
    await book(world, tickets[0])
    await book(world, tickets[1], FRIDAY)
    with pytest.raises(Conflict) as raised:
        await book(world, tickets[2], "2027-01-07T09:00:00+07:00")
    assert raised.value.params["most"] == 2


async def test_help_is_rated_once_and_only_when_it_was_given(world: World) -> None:
    (company,) = await world.companies(1)
    ticket = await ask(world, company)
    with pytest.raises(TransitionRefused):
        await act(world, deciding.rate, ticket, 5)
    await act(world, deciding.answer, ticket, "Sudah dijelaskan.")
    with pytest.raises(InvalidInput):
        await act(world, deciding.rate, ticket, 6)
    await act(world, deciding.rate, ticket, 4)
    with pytest.raises(TransitionRefused):
        await act(world, deciding.rate, ticket, 5)
    (rated,) = await world.events(ticket.case_id, "rated")
    assert rated.data == {"satisfaction": 4}
