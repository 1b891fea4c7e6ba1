"""A registration is validated by the UPP within one working day (Permenperin 38/2018)."""

import pytest

from services import accounts
from services.errors import Conflict
from services.models import Registration, Role
from tests.world import World

MONDAY_MORNING = "2026-07-06T08:00:00+07:00"


@pytest.mark.starts(MONDAY_MORNING)
async def test_the_company_gets_its_proof_and_then_its_username_with_a_link(world: World) -> None:
    registration = await world.register(email="pemilik@rotan.example")
    await world.rest()
    assert await world.templates_to("pemilik@rotan.example") == ["registration_received"]

    await world.decide(registration.case_id, "accept", account_type="A")
    await world.rest()

    mails = await world.mail("pemilik@rotan.example")
    assert await world.templates_to("pemilik@rotan.example") == ["registration_received", "account_activated"]
    assert "/aktivasi/" in mails[-1].text
    case = await world.case(registration.case_id)
    assert (case.status, case.outcome, case.wake_at) == ("accepted", "done", None)


@pytest.mark.starts(MONDAY_MORNING)
async def test_the_upp_is_reminded_at_half_and_administrators_told_when_late(world: World) -> None:
    officer = await world.official(Role.UPP_OFFICER)
    administrator = await world.official(Role.ADMINISTRATOR)
    registration = await world.register()

    await world.advance_to("2026-07-08T12:00:00+07:00")

    assert await world.templates_to(officer) == ["upp_reminder"]
    assert await world.templates_to(administrator) == ["upp_escalation"]
    case = await world.case(registration.case_id)
    assert case.status == "submitted", "nothing is accepted by the passing of time"
    escalated = await world.events(registration.case_id, "upp_escalated")
    assert [e.at.isoformat() for e in escalated] == ["2026-07-07T17:00:00+00:00"]


@pytest.mark.starts("2026-07-06T14:00:00+07:00")
async def test_a_returned_registration_stops_the_clock_and_goes_on_when_corrected(world: World) -> None:
    administrator = await world.official(Role.ADMINISTRATOR)
    registration = await world.register(email="pemilik@rotan.example")
    await world.advance_to("2026-07-07T10:00:00+07:00")
    await world.decide(registration.case_id, "return")
    await world.advance_to("2026-07-10T10:00:00+07:00")
    assert await world.templates_to(administrator) == [], "while the company corrects, the UPP is not late"

    await world.correct(registration.case_id)
    await world.advance_to("2026-07-13T09:00:00+07:00")
    assert await world.templates_to(administrator) == []
    await world.advance_to("2026-07-14T09:00:00+07:00")
    assert await world.templates_to(administrator) == ["upp_escalation"]
    assert await world.templates_to("pemilik@rotan.example") == [
        "registration_received",
        "registration_returned",
        "registration_received",
    ]


@pytest.mark.starts(MONDAY_MORNING)
async def test_a_returned_registration_left_alone_lapses(world: World) -> None:
    registration = await world.register(email="pemilik@rotan.example")
    await world.decide(registration.case_id, "return")
    await world.advance_to("2026-07-22T09:00:00+07:00")
    case = await world.case(registration.case_id)
    assert (case.status, case.outcome, case.wake_at) == ("lapsed", "lapsed", None)
    assert (await world.templates_to("pemilik@rotan.example"))[-1] == "registration_lapsed"


@pytest.mark.starts(MONDAY_MORNING)
async def test_a_rejected_registration_ends_with_its_reason(world: World) -> None:
    registration = await world.register(email="pemilik@rotan.example")
    await world.decide(registration.case_id, "reject", reason="NIB ini milik perusahaan lain.")
    await world.advance_to("2026-07-09T09:00:00+07:00")
    assert "NIB ini milik perusahaan lain." in (await world.mail("pemilik@rotan.example"))[-1].text
    case = await world.case(registration.case_id)
    assert (case.status, case.outcome, case.wake_at) == ("rejected", "refused", None)


async def test_a_factory_whose_account_was_voided_comes_back(world: World) -> None:
    first = await world.register()
    account = (await world.decide(first.case_id, "accept")).account_id
    assert account is not None
    async with world.transaction() as (session, now):
        await accounts.void(session, account, reason="NIB salah ketik.", actor="test:upp", now=now)
    again = await world.register(nib=str(first.nib), address=first.address)
    back = await world.decide(again.case_id, "accept")
    assert back.account_id not in {None, account}


async def test_a_factory_accepted_under_two_registrations_at_once_has_one_account(world: World) -> None:
    first = await world.register()
    second = await world.register()
    async with world.transaction() as (session, _):
        other = await session.get_one(Registration, second.case_id)
        other.nib, other.address_key = first.nib, first.address_key
    await world.decide(first.case_id, "accept")
    with pytest.raises(Conflict, match="sudah mempunyai akun"):
        await world.decide(second.case_id, "accept")
    assert (await world.case(second.case_id)).status == "submitted"
