"""Written warnings: proposed by the service, approved by an officer, one month apart, never after compliance."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from services import casework
from services.identity.principal import Grant, Principal
from services.messages.caught import list_caught
from services.models import (
    Account,
    Delivery,
    Document,
    EvidenceKind,
    ExtensionScope,
    IssuedDocument,
    LetterChannel,
    Message,
    Report,
    Role,
    WarningLadder,
    WarningLetter,
)
from services.reports import sending
from services.service_proof import bounces
from services.service_proof.evidence import Receipt
from services.service_proof.reports import Report as Undelivered
from services.warnings import approval, post, sanctions, service
from services.warnings.approval import Approved
from services.warnings.desk import Filters
from tests.factories import fill_small_report, make_account
from tests.workflows.test_extension_campaign import extend
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


async def overdue(world: World, count: int = 1, **columns: Any) -> list[Account]:
    """Companies of a regency that sent nothing for 2026-Q4; it is the morning after warnings were proposed."""
    given: dict[str, Any] = {"licence_scale": "small"} | columns
    async with world.transaction() as (session, now):
        companies = [
            await make_account(
                session, name=f"PT Contoh Rotan {number}", region=SAMARINDA, created_at=now, **given
            )
            for number in range(count)
        ]
    await world.advance_to("2027-01-14T08:00:00+07:00")
    return companies


def address(company: Account) -> str:
    """Where its notices go."""
    return f"lapor.{company.username}@contoh.example"


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


async def hold(world: World, case_id: UUID) -> None:
    """An officer holds a case: a dispute, or force majeure."""
    async with world.transaction() as (session, now):
        await casework.hold(session, case_id, reason="Keberatan.", actor=OFFICER.actor, now=now)
    await world.rest()


async def release(world: World, case_id: UUID) -> None:
    """The case goes on."""
    async with world.transaction() as (session, now):
        await casework.release(session, case_id, actor=OFFICER.actor, now=now)
    await world.rest()


async def post_all(world: World) -> None:
    """What waits on paper is printed and posted."""
    async with world.transaction() as (session, now):
        batch = await post.take(session, SAMARINDA, actor=OFFICER.actor, now=now)
    async with world.transaction() as (session, now):
        await post.posted(session, batch.id, actor=OFFICER.actor, now=now)
    await world.rest()


async def receipt(world: World, ladder: UUID) -> None:
    """An officer states that the newest letter was received."""
    async with world.transaction() as (session, now):
        given = Receipt(EvidenceKind.OFFICER_RECORD, note="Diterima bagian umum menurut telepon.")
        await service.record(session, ladder, given, actor=OFFICER.actor, now=now)
    await world.rest()


async def close_desk(world: World, ladder: UUID) -> None:
    """The desk decides nothing more."""
    async with world.transaction() as (session, now):
        await sanctions.close(session, ladder, OFFICER, reason="Perusahaan tutup.", now=now)
    await world.rest()


async def enclosed(world: World, company: Account) -> tuple[str, str]:
    """Name and hash of the paper in the newest mail to a company."""
    async with world.sessions() as session:
        *_, mail = await list_caught(session, to=address(company))
    (paper,) = mail.attachments
    return paper.filename, paper.sha256


async def recorded(world: World, letter: WarningLetter) -> tuple[str, str]:
    """Name and hash of a letter as it stands in the register."""
    async with world.sessions() as session:
        document = await session.get_one(Document, letter.document_id)
        issued = await session.get_one(IssuedDocument, letter.issued_id)
    assert issued.sha256 == document.sha256
    return document.filename, document.sha256


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_an_overdue_report_is_warned_about_three_times_and_then_people_decide(world: World) -> None:
    (company,) = await overdue(world)
    ladder = (await ladder_of(world, company)).case_id
    case = await world.case(ladder)
    assert (case.status, case.key) == (
        "proposed",
        f"warnings/{(await world.case(await report_of(world, company.id))).key}/1",
    )
    assert "warning_letter" not in await world.templates_to(address(company)), (
        "nothing leaves without an officer"
    )

    for rung, day in ((1, "2027-01-14"), (2, "2027-02-15"), (3, "2027-03-16")):
        await world.advance_to(f"{day}T08:00:00+07:00")
        assert (await world.case(ladder)).status == "proposed", rung
        await approve(world, ladder)
        assert (await world.templates_to(address(company))).count("warning_letter") == rung
        letter = (await letters_of(world, ladder))[-1]
        assert letter.letter_date == date.fromisoformat(day)
        assert letter.number == f"{rung:05d}/SP-{rung}/64.72/2027"
        assert await enclosed(world, company) == await recorded(world, letter)
    await world.advance_to("2027-04-16T23:59:59+07:00")
    assert (await world.case(ladder)).status == "issued"
    await world.advance_to("2027-04-17T08:00:00+07:00")
    assert (await world.case(ladder)).status == "deciding"
    assert [e.data["how"] for e in await world.events(ladder, "letter_served")] == ["accepted_by_server"] * 3
    await world.advance_to("2027-08-01T08:00:00+07:00")
    assert (await world.case(ladder)).status == "deciding", "beyond the third letter nothing is automatic"
    assert (await world.templates_to(address(company))).count("warning_letter") == 3


async def comply(world: World, company: Account) -> None:
    """The company sends its report, complete."""
    report = await report_of(world, company.id)
    async with world.transaction() as (session, now):
        detail = await session.get_one(Report, report)
        await fill_small_report(session, detail, now=now)
        await sending.send(
            session,
            report,
            command_id=f"send/{report}",
            expected_version=detail.content_version,
            actor="test:company",
            now=now,
        )
    await world.rest()


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_sending_the_report_ends_the_ladder_and_no_letter_follows(world: World) -> None:
    complying, silent = await overdue(world, 2)
    ladders = [(await ladder_of(world, company)).case_id for company in (complying, silent)]
    approved = await approve(world, *ladders)
    assert approved.letters == 2
    await world.advance_to("2027-01-20T09:00:00+07:00")
    await comply(world, complying)

    assert (await world.case(ladders[0])).status == "complied"
    assert (await world.case(ladders[0])).wake_at is None
    await world.advance_to("2027-03-01T09:00:00+07:00")
    assert await world.events(ladders[0], "warning_proposed") == (await world.events(ladders[0]))[:1]
    assert (await world.case(ladders[1])).status == "proposed"
    told = [m.subject for m in await world.mail() if "Peringatan berakhir" in m.subject]
    assert told == ["Peringatan berakhir: Laporan periode Triwulan IV 2026, Tahap Produksi"]


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_an_extension_stops_the_ladder_until_the_new_date_has_passed(world: World) -> None:
    warned, unwarned = await overdue(world, 2)
    ladder, proposal = [(await ladder_of(world, c)).case_id for c in (warned, unwarned)]
    await approve(world, ladder)
    await world.advance_to("2027-02-01T09:00:00+07:00")
    await extend(world, "2027-02-20", scope=ExtensionScope.REGION, region=SAMARINDA)
    await world.rest()
    assert (await ladder_of(world, warned)).suspension == "extended"
    assert (await world.case(proposal)).status == "withdrawn", "it had no letter yet"

    await world.advance_to("2027-02-22T09:00:00+07:00")
    assert (await ladder_of(world, warned)).suspension == "extended"
    assert (await world.case(ladder)).status == "issued", "its month stood still"
    await world.advance_to("2027-02-24T09:00:00+07:00")
    assert (await ladder_of(world, warned)).suspension is None
    again = await ladder_of(world, unwarned)
    assert (again.n, again.case_id != proposal) == (2, True)
    await world.advance_to("2027-03-31T09:00:00+07:00")
    assert (await world.case(ladder)).status == "proposed"
    assert [event.type for event in await world.events(ladder, "ladder_suspended", "ladder_resumed")] == [
        "ladder_suspended",
        "ladder_resumed",
    ]


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_a_letter_whose_service_nothing_proves_waits_for_an_officer(world: World) -> None:
    (company,) = await overdue(world)
    ladder = (await ladder_of(world, company)).case_id
    await approve(world, ladder, channel=LetterChannel.POST)
    await post_all(world)
    await world.advance_to("2027-03-20T09:00:00+07:00")
    assert (await world.case(ladder)).status == "issued", "a month is not enough"
    assert [e.type for e in await world.events(ladder, "letter_unproven", "letter_served")] == [
        "letter_unproven"
    ]
    await receipt(world, ladder)
    assert (await world.case(ladder)).status == "proposed", "proven, and its month long over"


async def comes_back(world: World, letter: WarningLetter) -> None:
    """The mail of a letter is reported undeliverable, long after it was sent."""
    async with world.transaction() as (session, now):
        mail = (
            await session.execute(select(Delivery).where(col(Delivery.message_id) == letter.message_id))
        ).scalar_one()
        message = await session.get_one(Message, letter.message_id)
        failed = Undelivered(
            digest="1", recipient=message.recipient, action="failed", status="5.1.1",
            diagnostic="no such user", message_id=mail.message_header_id,
        )  # fmt: skip
        await bounces.apply(session, failed, now=now)
    await world.rest()


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_a_mail_that_comes_back_late_goes_by_post_and_its_receipt_is_asked_for(world: World) -> None:
    (company,) = await overdue(world)
    ladder = (await ladder_of(world, company)).case_id
    await approve(world, ladder)
    await world.advance_to("2027-02-16T08:00:00+07:00")
    assert (await world.case(ladder)).status == "proposed", "presumed to be served"
    (letter,) = await letters_of(world, ladder)
    await comes_back(world, letter)
    async with world.transaction() as (session, now):
        await post.by_post_instead(session, ladder, actor=OFFICER.actor, now=now)
    await world.advance_to("2027-02-17T08:00:00+07:00")
    assert (await ladder_of(world, company)).suspension == "unserved"
    await post_all(world)

    await world.advance_to("2027-03-20T08:00:00+07:00")
    assert len(await world.events(ladder, "letter_unproven")) == 1
    assert (await ladder_of(world, company)).suspension == "unserved"
    await receipt(world, ladder)
    await approve(world, ladder)
    *_, second = await letters_of(world, ladder)
    assert (second.rung, second.letter_date, second.channel) == (2, date(2027, 3, 20), "post")
    assert len(await world.events(ladder, "warning_proposed")) == 2, "each rung once"


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_more_time_for_one_case_takes_its_proposal_back_until_that_date_lapses(world: World) -> None:
    given, other = await overdue(world, 2)
    proposals = [(await ladder_of(world, one)).case_id for one in (given, other)]
    report = await report_of(world, given.id)
    await extend(world, "2027-02-20", scope=ExtensionScope.CASE, period=None, case_id=report)
    await world.rest()
    assert [(await world.case(one)).status for one in proposals] == ["withdrawn", "proposed"]
    assert len(await world.events(proposals[0], "ladder_withdrawn")) == 1
    await world.advance_to("2027-02-24T09:00:00+07:00")
    again = await ladder_of(world, given)
    assert (again.n, (await world.case(again.case_id)).status) == (2, "proposed")
