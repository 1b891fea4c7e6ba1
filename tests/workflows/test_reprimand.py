"""Reprimands on the real engine: found by rule, proposed, decided by a second person, printed and mailed; once."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services import casework
from services.contacts import health
from services.errors import Conflict, Forbidden, InvalidInput, TransitionRefused
from services.identity.principal import Grant, Principal
from services.messages import bulk
from services.models import Account, Disorder, EvidenceKind, LetterChannel, LicenceScale, Reprimand, Role
from services.reprimands import deciding, disorder, post, proposing
from services.reprimands.deciding import Verdict
from services.service_proof import evidence
from services.service_proof.evidence import Receipt
from services.warnings import post as printing
from tests.services.warnings import ladders
from tests.workflows.test_reporting_period import report_of
from tests.world import World, instant

pytestmark = pytest.mark.starts("2026-12-20T09:00:00+07:00")
AFTER = "2027-01-20T09:00:00+07:00"


def officer(number: int, region: str = "64.72") -> Principal:
    """An official of a kota's office."""
    grants = (Grant(Role.REGIONAL_OFFICER, region),)
    return Principal(f"person:00000000-0000-7000-8000-00000000000{number}", roles=grants, nda=True, name="")


PROPOSER, SECOND = officer(1), officer(2)


async def disorderly(world: World, *, sent: str | None = None) -> Account:
    """A small company whose report of the last quarter is missing, or was sent at a moment."""
    (company,) = await world.companies(1)
    async with world.transaction() as (session, _):
        account = await session.get_one(Account, company.id)
        account.licence_scale = LicenceScale.SMALL
    await world.advance_to(AFTER)
    if sent is not None:
        await was_sent(world, await report_of(world, company.id), sent)
    return company


async def was_sent(world: World, report: UUID, at: str) -> None:
    """As if it had been sent then: what it says is of no matter here."""
    async with world.transaction() as (session, _):
        moment = {"id": report, "at": datetime.fromisoformat(at)}
        await session.execute(text("UPDATE report SET sent_at = :at WHERE case_id = :id"), moment)
        await session.execute(text("UPDATE case_file SET status = 'sent' WHERE id = :id"), {"id": report})
        await session.execute(text("UPDATE deadline SET met_at = :at WHERE case_id = :id"), moment)


async def propose(
    world: World, company: Account, by: Principal = PROPOSER, reason: str = "Sudah ditelepon."
) -> Reprimand:
    async with world.transaction() as (session, now):
        return await proposing.propose(session, company.id, reason, by, now=now)


async def decide(
    world: World, reprimand: Reprimand, verdict: Verdict, by: Principal = SECOND, note: str = ""
) -> None:
    async with world.transaction() as (session, now):
        await deciding.decide(session, reprimand.case_id, verdict, note, by, now=now)


async def found(world: World, company: Account) -> dict[Disorder, int]:
    async with world.transaction() as (session, now):
        return disorder.counted(await disorder.of_account(session, company.id, now=now))


async def test_a_second_person_approves_and_the_letter_is_printed_mailed_and_told(world: World) -> None:
    company = await disorderly(world)
    assert await found(world, company) == {Disorder.MISSING: 1}
    reprimand = await propose(world, company)
    with pytest.raises(Forbidden):
        await decide(world, reprimand, Verdict.APPROVE, PROPOSER)
    with pytest.raises(Forbidden):
        await decide(world, reprimand, Verdict.APPROVE, officer(3, "31.71"))
    await decide(world, reprimand, Verdict.APPROVE)
    await world.rest()

    case = await world.case(reprimand.case_id)
    assert (case.status, case.outcome, case.wake_at) == ("issued", "done", None)
    assert (await world.templates_to(company.email)).count("reprimand_letter") == 1
    mail = (await world.mail(company.email))[-1]
    assert f"ST-{reprimand.number}" in mail.subject
    assert "Pemerintah Kota Samarinda" in mail.text
    async with world.sessions() as session:
        stored = await session.get_one(Reprimand, reprimand.case_id)
        attached = text("SELECT attachment_id FROM message WHERE case_id = :id AND lane = 'legal'")
        sent = (await session.execute(attached, {"id": reprimand.case_id})).scalar_one()
    assert stored.document_id == sent is not None
    report = await report_of(world, company.id)
    (told,) = await world.events(report, "reprimanded")
    assert told.data == {"number": f"ST-{reprimand.number}"}
    assert await found(world, company) == {}, "nothing is held against a company twice"
    with pytest.raises(TransitionRefused):
        await propose(world, company)


async def approved_for_the_post(world: World) -> tuple[Account, UUID]:
    company = await disorderly(world)
    reprimand = await propose(world, company)
    async with world.transaction() as (session, now):
        await deciding.decide(
            session, reprimand.case_id, Verdict.APPROVE, "", SECOND, now=now, channel=LetterChannel.POST
        )
    await world.rest()
    return company, reprimand.case_id


async def test_by_post_it_is_printed_with_the_offices_letters_and_given_when_they_are_posted(
    world: World,
) -> None:
    company, reprimand = await approved_for_the_post(world)
    await world.advance_to("2027-02-10T09:00:00+07:00")
    case = await world.case(reprimand)
    assert (case.status, case.closed_at) == ("approved", None), "nothing leaves by time"
    assert "reprimand_letter" not in await world.templates_to(company.email)
    async with world.transaction() as (session, now):
        assert await printing.queue(session, ["64.72"]) == [printing.Waiting("64.72", 1)]
        batch = await printing.take(session, "64.72", actor=SECOND.actor, now=now)
        assert await printing.queue(session, ["64.72"]) == []
        (envelope,) = await printing.envelopes(session, batch.id)
        stored = await session.get_one(Reprimand, reprimand)
        assert (envelope.number, envelope.account.id) == (proposing.number_of(stored), company.id)
        assert envelope.document.id == stored.document_id
        assert proposing.number_of(stored) in printing.address_list([envelope])
    async with world.transaction() as (session, now):
        assert await printing.posted(session, batch.id, actor=SECOND.actor, now=now) == 1
    with pytest.raises(TransitionRefused):
        async with world.transaction() as (session, now):
            await printing.posted(session, batch.id, actor=SECOND.actor, now=now)
    await world.rest()
    case = await world.case(reprimand)
    assert (case.status, case.outcome, case.wake_at) == ("issued", "done", None)
    assert await world.events(await report_of(world, company.id), "reprimanded")
    async with world.sessions() as session:
        given = await session.get_one(Reprimand, reprimand)
    assert given.print_batch_id == batch.id
    assert given.posted_at == given.sent_at is not None


async def test_its_delivery_is_recorded_with_the_scan_and_not_before_it_was_posted(world: World) -> None:
    company, reprimand = await approved_for_the_post(world)
    receipt = Receipt(EvidenceKind.LETTER_RECEIPT, instant("2027-01-25T09:00:00+07:00"))

    async def record(**given: Any) -> None:
        async with world.transaction() as (session, now):
            scan = await ladders.scanned(session, company.id, now=now) if given.pop("scan", True) else None
            shown = replace(receipt, document=scan, **given)
            await post.delivered(session, reprimand, shown, actor=PROPOSER.actor, now=now)

    with pytest.raises(TransitionRefused):
        await record()
    async with world.transaction() as (session, now):
        batch = await printing.take(session, "64.72", actor=SECOND.actor, now=now)
        await printing.posted(session, batch.id, actor=SECOND.actor, now=now)
    await world.advance_to("2027-01-28T09:00:00+07:00")
    for wrong in ({"scan": False}, {"received_at": instant("2027-01-19T09:00:00+07:00")}):
        with pytest.raises(InvalidInput):
            await record(**wrong)
    await record()
    (told,) = await world.events(reprimand, "delivered")
    assert told.at == receipt.received_at
    async with world.sessions() as session:
        (kept,) = await evidence.of_case(session, reprimand)
        assert kept.issued_id == (await session.get_one(Reprimand, reprimand)).issued_id


async def test_a_mailed_one_goes_by_post_too_while_nothing_shows_that_it_was_received(world: World) -> None:
    company = await disorderly(world)
    reprimand = await propose(world, company)

    async def to_the_post() -> None:
        async with world.transaction() as (session, now):
            await post.by_post_instead(session, reprimand.case_id, actor=SECOND.actor, now=now)

    with pytest.raises(TransitionRefused):
        await to_the_post()
    await decide(world, reprimand, Verdict.APPROVE)
    await world.rest()
    await to_the_post()
    with pytest.raises(TransitionRefused):
        await to_the_post()
    async with world.transaction() as (session, now):
        mailed = (await session.get_one(Reprimand, reprimand.case_id)).sent_at
        batch = await printing.take(session, "64.72", actor=SECOND.actor, now=now)
        assert await printing.posted(session, batch.id, actor=SECOND.actor, now=now) == 1
        given = await session.get_one(Reprimand, reprimand.case_id, populate_existing=True)
        assert given.sent_at == mailed, "given once"
        assert given.posted_at == now
    assert len(await world.events(await report_of(world, company.id), "reprimanded")) == 1


async def test_a_company_whose_address_refuses_mail_is_reprimanded_by_post(world: World) -> None:
    company = await disorderly(world)
    reprimand = await propose(world, company)
    async with world.transaction() as (session, now):
        addresses = await bulk.addresses(session, [company.id])
        await health.mark_refused(session, addresses[company.id], "550 no such user", now=now)
    await decide(world, reprimand, Verdict.APPROVE)
    await world.rest()
    async with world.transaction() as (session, now):
        assert (await session.get_one(Reprimand, reprimand.case_id)).channel == LetterChannel.POST
        await casework.hold(session, reprimand.case_id, reason="Keberatan.", actor=SECOND.actor, now=now)
    with pytest.raises(Conflict):
        async with world.transaction() as (session, now):
            await printing.take(session, "64.72", actor=SECOND.actor, now=now)


async def test_an_undecided_reprimand_is_reminded_then_escalated_and_never_sent(world: World) -> None:
    company = await disorderly(world)
    regional = await world.official(Role.REGIONAL_OFFICER, "64")
    administrator = await world.official(Role.ADMINISTRATOR)
    reprimand = await propose(world, company)
    await world.advance_to("2027-02-05T09:00:00+07:00")
    assert (await world.templates_to(regional)).count("reprimand_waiting") == 1
    assert (await world.templates_to(administrator)).count("reprimand_waiting") == 1
    (late,) = await world.events(reprimand.case_id, "office_escalated")
    assert late.at.isoformat() == "2027-01-27T17:00:00+00:00", "five working days"
    assert (await world.case(reprimand.case_id)).status == "proposed"
    assert "reprimand_letter" not in await world.templates_to(company.email)


async def test_what_was_put_right_meanwhile_can_only_be_refused(world: World) -> None:
    company = await disorderly(world)
    reprimand = await propose(world, company)
    await was_sent(world, await report_of(world, company.id), AFTER)
    with pytest.raises(TransitionRefused) as raised:
        await decide(world, reprimand, Verdict.APPROVE)
    assert raised.value.params == {"basis": "UU 3/2014"}
    with pytest.raises(InvalidInput):
        await decide(world, reprimand, Verdict.REFUSE)
    await decide(world, reprimand, Verdict.REFUSE, note="Laporan sudah masuk.")
    await world.rest()
    assert (await world.case(reprimand.case_id)).outcome == "refused"
    assert "reprimand_letter" not in await world.templates_to(company.email)


async def test_one_late_report_is_not_enough_and_one_in_time_is_in_order(world: World) -> None:
    late = await disorderly(world, sent="2027-01-15T09:00:00+07:00")
    assert await found(world, late) == {Disorder.LATE: 1}
    with pytest.raises(TransitionRefused):
        await propose(world, late)
    await was_sent(world, await report_of(world, late.id), "2027-01-09T09:00:00+07:00")
    assert await found(world, late) == {}


async def test_one_waits_at_a_time_and_a_withdrawn_one_may_be_proposed_again(world: World) -> None:
    company = await disorderly(world)
    reprimand = await propose(world, company)
    with pytest.raises(Conflict):
        await propose(world, company, SECOND)
    with pytest.raises(Forbidden):
        async with world.transaction() as (session, now):
            await proposing.withdraw(session, reprimand.case_id, SECOND, now=now)
    async with world.transaction() as (session, now):
        await proposing.withdraw(session, reprimand.case_id, PROPOSER, now=now)
    await world.rest()
    assert (await world.case(reprimand.case_id)).outcome == "void"
    await propose(world, company, SECOND)


@pytest.mark.parametrize(
    ("scale", "region", "allowed"),
    [
        (LicenceScale.SMALL, "64.72", True),
        (LicenceScale.SMALL, "64", False),
        (LicenceScale.LARGE, "64", True),
        (LicenceScale.LARGE, "64.72", False),
        (LicenceScale.SMALL, "", True),  # the ministry may stand in
        (None, "64", True),  # unknown: the proposer's own office
    ],
)
async def test_the_competent_office_reprimands(world: World, scale: Any, region: str, allowed: bool) -> None:
    company = await disorderly(world)
    async with world.transaction() as (session, _):
        account = await session.get_one(Account, company.id)
        account.licence_scale = scale
    if allowed:
        assert (await propose(world, company, officer(1, region))).authority == (region or "ministry")
    else:
        with pytest.raises(Forbidden):
            await propose(world, company, officer(1, region))
