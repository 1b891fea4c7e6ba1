"""The ladder on its rows: who may approve, numbers without gaps, what ends it, what stops it, what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import accounts, cases, casework
from services.contacts import health
from services.deadlines import store
from services.deadlines.zones import WIB
from services.errors import Conflict, Forbidden, InvalidInput, NotFound, TransitionRefused
from services.identity import api_keys, people
from services.identity.principal import Grant
from services.models import (
    AuthorityLevel,
    Deadline,
    EvidenceKind,
    LetterChannel,
    Message,
    Report,
    Role,
    SanctionKind,
    WarningLadder,
    WarningLetter,
)
from services.reports import sending
from services.service_proof.evidence import Receipt
from services.timeline import next_letter
from services.warnings import (
    approval,
    desk,
    excuses,
    numbering,
    overdue,
    post,
    proposals,
    sanctions,
    service,
    steps,
)
from services.warnings.desk import Filters
from services.warnings.sanctions import Draft
from tests.factories import ACTOR, fill_small_report
from tests.services.warnings import ladders
from tests.services.warnings.ladders import DAY, PROPOSED, SAMARINDA, officer

MONTH = timedelta(days=32)


async def third_served(session: AsyncSession, ladder: UUID) -> datetime:
    """All three letters sent and served, and the month after the last over; the moment then."""
    now = PROPOSED
    for rung in (1, 2, 3):
        await ladders.send(session, ladder, now=now)
        await ladders.serve(session, ladder, now=now + DAY)
        now += MONTH
        if rung < 3:
            await ladders.next_letter(session, ladder, now=now)
    await steps.hand_over(session, await cases.lock(session, ladder), now)
    await session.flush()
    return now


async def comply(session: AsyncSession, ladder: WarningLadder, now: datetime) -> None:
    report = await session.get_one(Report, ladder.obligation_id)
    await fill_small_report(session, report, now=now)
    await sending.send(
        session,
        report.case_id,
        command_id="c",
        expected_version=report.content_version,
        actor=ACTOR,
        now=now,
    )


@pytest.mark.parametrize(
    ("account", "level", "code"),
    [
        ({"licence_scale": "small"}, "regency", "64.72"),
        ({"licence_scale": "medium"}, "regency", "64.72"),
        ({"licence_scale": "large"}, "province", "64"),
        ({"licence_scale": "small", "cross_region": True}, "province", "64"),
        ({"licence_scale": None, "cross_region": True}, "province", "64"),
        ({"licence_scale": None}, None, None),
        ({"licence_scale": None, "account_type": "B"}, "regency", "64.72"),
        ({"licence_scale": "large", "account_type": "B", "cross_region": True}, "province", "64"),
    ],
)
async def test_the_competent_office_follows_scale_and_border(
    session: AsyncSession, account: dict[str, object], level: str | None, code: str | None
) -> None:
    stage = await ladders.unsent(session, **account)
    ladder = await ladders.propose(session, stage)
    assert (ladder.authority_level, ladder.authority) == (level, code)


async def test_a_proposal_stands_once_and_not_before_its_time(session: AsyncSession) -> None:
    report = await ladders.unsent(session)
    case = await cases.lock(session, report.case_id)
    assert await proposals.propose(session, case, now=ladders.DUE - timedelta(seconds=1)) is None
    ladder = await proposals.propose(session, case, now=PROPOSED)
    assert ladder is not None
    assert await proposals.propose(session, case, now=PROPOSED) is None
    assert await overdue.warn(session, [case.id], now=PROPOSED) == []
    assert await ladders.events(session, ladder) == ["warning_proposed"]
    assert "warning_proposed" in await ladders.events(session, case.id)
    with pytest.raises(IntegrityError, match="uq_warning_ladder_open"):
        await session.execute(
            text(
                "INSERT INTO warning_ladder (case_id, obligation_id, n, account_id, due_before, rung, proposed_at,"
                " proposed_by) SELECT obligation_id, obligation_id, 9, account_id, due_before, 0, proposed_at,"
                " 'x' FROM warning_ladder"
            )
        )


async def test_only_the_competent_office_or_one_that_may_act_for_it_approves(session: AsyncSession) -> None:
    ladder = (await ladders.proposed(session)).case_id
    for stranger in (officer("64.71"), officer("31"), officer("64.72", Role.VERIFIER)):
        with pytest.raises((Conflict, Forbidden)):
            await ladders.approve(session, ladder, now=PROPOSED, by=stranger)
    with pytest.raises(Forbidden):
        await ladders.approve(session, ladder, now=PROPOSED, by=officer("64"))
    approved = await ladders.approve(session, ladder, now=PROPOSED, by=officer(""))
    assert [batch.authority for batch in approved.batches] == ["ministry"], "in its own name"
    (letter,) = await ladders.make(session, approved, now=PROPOSED)
    assert letter.number == "00001/SP-1/KEMENPERIN/2027"


async def test_nobody_approves_what_they_proposed(session: AsyncSession) -> None:
    report = await ladders.unsent(session)
    case = await cases.lock(session, report.case_id)
    ladder = await proposals.propose(session, case, now=PROPOSED, actor=SAMARINDA.actor)
    assert ladder is not None
    with pytest.raises(Forbidden, match="kebijakan layanan"):
        await ladders.approve(session, ladder, now=PROPOSED)
    assert await ladders.status(session, ladder) == "proposed"


async def test_an_unknown_scale_waits_until_an_officer_determines_the_office(session: AsyncSession) -> None:
    ladder = (await ladders.proposed(session, licence_scale=None)).case_id
    with pytest.raises(Conflict, match="UU 23/2014"):
        await ladders.approve(session, ladder, now=PROPOSED)
    with pytest.raises(InvalidInput):
        await approval.determine(
            session, SAMARINDA, [ladder], AuthorityLevel.REGENCY, reason=" ", now=PROPOSED
        )
    await approval.determine(
        session, SAMARINDA, [ladder], AuthorityLevel.REGENCY, reason="IUI Kecil 12/2019", now=PROPOSED
    )
    assert (await ladders.send(session, ladder, now=PROPOSED)).number == "00001/SP-1/64.72/2027"


async def test_numbers_have_no_gaps_per_year_and_office(session: AsyncSession) -> None:
    found = [(await ladders.proposed(session)).case_id for _ in range(25)]
    other = (await ladders.proposed(session, region="64.71")).case_id
    letters = await ladders.make(session, await ladders.approve(session, *found, now=PROPOSED), now=PROPOSED)
    assert sorted(letter.sequence or 0 for letter in letters) == list(range(1, 26))
    balikpapan = await ladders.send(session, other, now=PROPOSED, by=officer("64.71"))
    assert balikpapan.number == "00001/SP-1/64.71/2027"
    with pytest.raises(Exception, match="keeps its number"):
        await session.execute(text("UPDATE warning_letter SET number = 'x' WHERE sequence = 3"))


async def test_what_cannot_be_approved_never_stands_in_the_way_of_what_can(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "MOST", 2)
    undetermined = [(await ladders.proposed(session, licence_scale=None)).case_id for _ in range(3)]
    held, *behind = [(await ladders.proposed(session)).case_id for _ in range(4)]
    await casework.hold(session, held, reason="Keberatan.", actor=ACTOR, now=PROPOSED)
    seen = await desk.preview(session, SAMARINDA, Filters(), now=PROPOSED)
    assert (seen.letters, seen.undetermined, seen.suspended) == (2, 2, 0)
    done = await approval.approve(session, SAMARINDA, Filters(), now=PROPOSED)
    assert done.letters == 2
    assert {(one.id, one.reason) for one in done.left_out} == {
        (one, "authority_undetermined") for one in undetermined[:2]
    }, "what stands on the desk and why is said with it"
    approved = [await ladders.status(session, one) for one in behind]
    assert approved == ["approved", "approved", "proposed"]
    assert (await approval.approve(session, SAMARINDA, Filters(), now=PROPOSED)).letters == 1, (
        "the next round"
    )
    with pytest.raises(Conflict):
        await approval.approve(session, SAMARINDA, Filters(), now=PROPOSED)
    assert {await ladders.status(session, one) for one in (*undetermined, held)} == {"proposed"}


async def test_thousands_are_previewed_and_approved_with_exclusions_by_reason(session: AsyncSession) -> None:
    found = [(await ladders.proposed(session)).case_id for _ in range(4)]
    seen = await desk.preview(session, SAMARINDA, Filters(period="2026-Q4"), now=PROPOSED)
    assert (seen.letters, seen.by_letter, seen.by_channel) == (4, {1: 4}, {"email": 4})
    later = (await ladders.proposed(session, now=PROPOSED + DAY)).case_id
    with pytest.raises(InvalidInput):
        await approval.approve(session, SAMARINDA, Filters(), now=PROPOSED + DAY, exclusions={found[0]: ""})
    done = await approval.approve(
        session, SAMARINDA, Filters(period="2026-Q4"), now=PROPOSED + DAY,
        exclusions={found[0]: "Sudah mengirim lewat surat."}, previewed_at=seen.previewed_at,
    )  # fmt: skip
    assert (done.letters, [one.id for one in done.left_out]) == (3, [found[0]])
    assert await ladders.status(session, found[0]) == "excluded"
    assert await ladders.status(session, later) == "proposed", "it was not there when the list was looked at"
    case = await cases.lock(session, (await session.get_one(WarningLadder, found[0])).obligation_id)
    assert await proposals.propose(session, case, now=PROPOSED + 2 * DAY) is None, "left out for good"


async def test_the_next_letter_needs_its_month_and_the_proof_of_the_last(session: AsyncSession) -> None:
    ladder = (await ladders.proposed(session)).case_id
    await ladders.send(session, ladder, now=PROPOSED)
    month = await session.get_one(Deadline, (ladder, "warning_1_interval"))
    assert month.due_before == datetime(2027, 2, 13, 17, tzinfo=UTC), "13 February 2027, 23.59.59 WIB"
    for early in (month.due_before - timedelta(seconds=1), month.due_before + timedelta(hours=1)):
        with pytest.raises(steps.Standstill):
            await ladders.next_letter(session, ladder, now=early)
    await ladders.serve(session, ladder, now=PROPOSED + DAY)
    with pytest.raises(steps.Standstill):
        await ladders.next_letter(session, ladder, now=month.due_before - timedelta(seconds=1))
    await ladders.next_letter(session, ladder, now=month.due_before + timedelta(minutes=1))
    assert await ladders.status(session, ladder) == "proposed"


async def test_a_letter_of_the_31st_is_a_month_old_on_the_last_day_of_a_shorter_month(
    session: AsyncSession,
) -> None:
    ladder = (await ladders.proposed(session)).case_id
    letter = await ladders.send(session, ladder, now=datetime(2027, 1, 31, 3, tzinfo=UTC))
    assert letter.letter_date == date(2027, 1, 31)
    ((deadline, why),) = [
        pair for pair in await store.of_case(session, ladder) if pair[0].name == "warning_1_interval"
    ]
    assert deadline.due_before == datetime(2027, 2, 28, 17, tzinfo=UTC)
    assert "month_end" in [step["code"] for step in why.steps]


async def test_the_database_refuses_a_second_letter_before_the_first_is_served(session: AsyncSession) -> None:
    ladder = (await ladders.proposed(session)).case_id
    letter = await ladders.send(session, ladder, now=PROPOSED)
    insert = text(
        "INSERT INTO warning_letter (case_id, rung, batch_id, authority_level, authority, channel, approved_by,"
        " approved_at) VALUES (:case, :rung, :batch, 'regency', '64.72', 'email', 'x', now())"
    )
    for rung, refusal in ((2, "is not served"), (1, "pk_warning_letter")):
        with pytest.raises(IntegrityError, match=refusal):
            async with session.begin_nested():
                await session.execute(insert, {"case": ladder, "rung": rung, "batch": letter.batch_id})


async def test_complying_ends_the_ladder_at_once_and_calls_the_letter_back(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    letter = await ladders.send(session, ladder.case_id, now=PROPOSED)
    await comply(session, ladder, PROPOSED + DAY)
    assert await ladders.status(session, ladder.case_id) == "complied"
    message = await session.get_one(Message, letter.message_id, populate_existing=True)
    assert (message.state, message.state_reason) == ("cancelled", "complied")
    with pytest.raises(TransitionRefused):
        await casework_hold(session, ladder.case_id)


async def casework_hold(session: AsyncSession, case_id: UUID) -> None:
    try:
        await casework.hold(session, case_id, reason="Keberatan.", actor=ACTOR, now=PROPOSED)
    except Conflict as closed:
        raise TransitionRefused(closed.message) from closed


async def test_what_was_approved_is_not_made_after_compliance(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    approved = await ladders.approve(session, ladder.case_id, now=PROPOSED)
    await comply(session, ladder, PROPOSED + timedelta(hours=1))
    assert await ladders.make(session, approved, now=PROPOSED + DAY) == []
    used = await session.execute(text("SELECT count(*) FROM letter_register"))
    assert used.scalar_one() == 0, "no number was spent on it"


async def test_the_database_lets_no_letter_leave_about_a_met_duty(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    await ladders.approve(session, ladder.case_id, now=PROPOSED)
    await session.execute(
        text("UPDATE deadline SET met_at = now() WHERE case_id = :id"), {"id": ladder.obligation_id}
    )
    with pytest.raises(IntegrityError, match="not owed"):
        await session.execute(
            text("UPDATE warning_letter SET number = 'n', sequence = 1, letter_date = now(), sent_at = now()")
        )


async def test_an_excuse_needs_the_companys_letter(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    with pytest.raises(InvalidInput) as refused:
        await excuses.accept(
            session, ladder.case_id, document=None, reason="Tidak berproduksi.", actor=ACTOR, now=PROPOSED
        )
    assert [error.field for error in refused.value.fields] == ["document"]
    assert await ladders.status(session, ladder.case_id) == "proposed"
    document = await ladders.scanned(session, ladder.account_id, now=PROPOSED)
    duty = await excuses.accept(
        session, ladder.case_id, document=document, reason="Tidak berproduksi.", actor=ACTOR, now=PROPOSED
    )
    assert (duty.status, duty.outcome) == ("excused", "excused")
    assert await ladders.status(session, ladder.case_id) == "excused"


async def test_a_hold_stops_the_clock_and_its_days_do_not_count(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    await ladders.send(session, ladder.case_id, now=PROPOSED)
    await casework.hold(session, ladder.obligation_id, reason="Banjir.", actor=ACTOR, now=PROPOSED + 5 * DAY)
    await session.refresh(ladder)
    assert ladder.suspension == "duty_held"
    month = await session.get_one(Deadline, (ladder.case_id, "warning_1_interval"), populate_existing=True)
    assert month.paused_since is not None
    await casework.release(session, ladder.obligation_id, actor=ACTOR, now=PROPOSED + 9 * DAY)
    going = await session.get_one(WarningLadder, ladder.case_id, populate_existing=True)
    await session.refresh(month)
    assert [going.suspension, month.paused_since] == [None, None]
    assert month.due_before == datetime(2027, 2, 18, 17, tzinfo=UTC), "five days stood still"
    steps_ = (await store.of_case(session, ladder.case_id))[-1][1].steps
    assert sum(step["code"] == "day_stood_still" for step in steps_) == 5


async def test_an_approval_does_not_outlive_a_hold(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    approved = await ladders.approve(session, ladder.case_id, now=PROPOSED)
    await casework.hold(session, ladder.case_id, reason="Keberatan.", actor=ACTOR, now=PROPOSED)
    assert await ladders.make(session, approved, now=PROPOSED) == []
    with pytest.raises(Conflict):
        await ladders.approve(session, ladder.case_id, now=PROPOSED)
    await casework.release(session, ladder.case_id, actor=ACTOR, now=PROPOSED + DAY)
    assert (await ladders.send(session, ladder.case_id, now=PROPOSED + DAY)).rung == 1


async def numbered_and_back(session: AsyncSession) -> UUID:
    """Samarinda's letter got its number; before it left, the case was held, and is on the desk again."""
    ladder = (await ladders.proposed(session)).case_id
    approved = await ladders.approve(session, ladder, now=PROPOSED)
    await numbering.number_next(session, approved.batches[0].case_id, now=PROPOSED, most=1)
    await casework.hold(session, ladder, reason="Keberatan.", actor=ACTOR, now=PROPOSED)
    await casework.release(session, ladder, actor=ACTOR, now=PROPOSED)
    return ladder


async def test_a_letter_with_a_number_is_approved_again_only_by_the_office_whose_number_it_has(
    session: AsyncSession,
) -> None:
    ladder = await numbered_and_back(session)
    with pytest.raises(Conflict, match="Pemerintah Kota Samarinda") as refused:
        await ladders.approve(session, ladder, now=PROPOSED + DAY, by=officer(""))
    assert refused.value.params["number"] == "00001/SP-1/64.72/2027"
    assert await ladders.status(session, ladder) == "proposed"
    letter = await ladders.send(session, ladder, now=PROPOSED + DAY)
    assert (letter.number, letter.authority) == ("00001/SP-1/64.72/2027", "64.72")


async def test_another_offices_number_is_left_out_where_many_are_approved(session: AsyncSession) -> None:
    ladder = await numbered_and_back(session)
    with pytest.raises(Conflict, match="Pemerintah Kota Samarinda"):
        await approval.approve(session, officer(""), Filters(), now=PROPOSED + DAY)
    other = (await ladders.proposed(session)).case_id
    done = await approval.approve(session, officer(""), Filters(), now=PROPOSED + DAY)
    assert [(one.id, one.reason) for one in done.left_out] == [(ladder, "numbered_by_another_office")]
    assert (await ladders.make(session, done, now=PROPOSED + DAY))[0].case_id == other
    assert await ladders.status(session, ladder) == "proposed"


async def test_a_void_account_takes_its_warnings_with_it(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    await ladders.send(session, ladder.case_id, now=PROPOSED)
    await accounts.void(session, ladder.account_id, reason="NIB dicabut.", actor=ACTOR, now=PROPOSED + DAY)
    case = await cases.lock(session, ladder.case_id)
    await session.refresh(ladder)
    assert (case.outcome, ladder.ended_at) == ("void", PROPOSED + DAY)


async def test_a_receipt_is_refused_before_the_sending_and_without_its_scan(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    with pytest.raises(NotFound):
        await ladders.serve(session, ladder.case_id, now=PROPOSED)
    await ladders.send(session, ladder.case_id, now=PROPOSED, channel=LetterChannel.POST)
    with pytest.raises(TransitionRefused):
        await ladders.serve(session, ladder.case_id, now=PROPOSED)
    batch = await post.take(session, "64.72", actor=SAMARINDA.actor, now=PROPOSED + DAY)
    await post.posted(session, batch.id, actor=SAMARINDA.actor, now=PROPOSED + 2 * DAY)
    scan = await ladders.scanned(session, ladder.account_id, now=PROPOSED)
    early = Receipt(EvidenceKind.LETTER_RECEIPT, PROPOSED, document=scan)
    for receipt, field in ((early, "received_at"), (Receipt(EvidenceKind.LETTER_RECEIPT), "document")):
        with pytest.raises(InvalidInput) as refused:
            await service.record(session, ladder.case_id, receipt, actor=ACTOR, now=PROPOSED + 5 * DAY)
        assert [error.field for error in refused.value.fields] == [field]
        assert field != "received_at" or "kebijakan layanan" in refused.value.fields[0].message
    assert "letter_served" not in await ladders.events(session, ladder.case_id)
    await ladders.serve(session, ladder.case_id, now=PROPOSED + 5 * DAY)
    letter = await session.get_one(WarningLetter, (ladder.case_id, 1), populate_existing=True)
    assert letter.served_at == PROPOSED + 5 * DAY


async def test_opened_in_the_portal_is_served(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    await ladders.send(session, ladder.case_id, now=PROPOSED)
    letter = await service.opened(session, ladder.case_id, 1, actor=ACTOR, now=PROPOSED + DAY)
    assert (letter.served_at, letter.served_by) == (PROPOSED + DAY, "portal_read")
    case = await cases.lock(session, ladder.case_id)
    assert "letter_1_served" in case.milestones


async def test_a_mail_that_came_back_goes_by_post_with_a_list_of_addresses(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session, name="=PT Contoh Formula")
    await ladders.send(session, ladder.case_id, now=PROPOSED)
    letter = await post.by_post_instead(session, ladder.case_id, actor=ACTOR, now=PROPOSED + DAY)
    assert (letter.channel, letter.sent_at) == ("post", None)
    batch = await post.take(session, "64.72", actor=ACTOR, now=PROPOSED + DAY)
    listed = post.address_list(await post.envelopes(session, batch.id))
    assert "00001/SP-1/64.72/2027,'=PT Contoh Formula,Jl. Contoh No. 1,Kota Samarinda" in listed
    with pytest.raises(Conflict):
        await post.take(session, "64.72", actor=ACTOR, now=PROPOSED + DAY)
    assert await post.posted(session, batch.id, actor=ACTOR, now=PROPOSED + 2 * DAY) == 1
    with pytest.raises(TransitionRefused):
        await post.posted(session, batch.id, actor=ACTOR, now=PROPOSED + 2 * DAY)


async def test_what_complied_is_not_handed_to_the_post(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    await ladders.send(session, ladder.case_id, now=PROPOSED, channel=LetterChannel.POST)
    batch = await post.take(session, "64.72", actor=ACTOR, now=PROPOSED)
    await comply(session, ladder, PROPOSED + DAY)
    with pytest.raises(Conflict):
        await post.posted(session, batch.id, actor=ACTOR, now=PROPOSED + 2 * DAY)
    letter = await session.get_one(WarningLetter, (ladder.case_id, 1), populate_existing=True)
    assert (letter.sent_at, letter.void_reason) == (None, "complied"), "its number stays in the register"


async def test_sanctions_need_the_last_letter_a_document_a_basis_and_a_second_person(
    session: AsyncSession,
) -> None:
    ladder = await ladders.proposed(session)
    document = await ladders.scanned(session, ladder.account_id, now=PROPOSED)
    fine = Draft(
        SanctionKind.FINE, "Permenperin 13/2025", "Tiga peringatan.", "500/1/2027", document, 5_000_000
    )
    with pytest.raises(TransitionRefused):
        await sanctions.propose(session, ladder.case_id, fine, SAMARINDA, now=PROPOSED)
    now = await third_served(session, ladder.case_id)
    for broken, field in (
        (Draft(SanctionKind.FINE, "x", "x", "x", document), "amount"),
        (Draft(SanctionKind.FINE, "", "x", "x", document, 1), "basis"),
        (Draft(SanctionKind.TEMPORARY_CLOSURE, "x", "x", "x", document, 1), "amount"),
        (Draft(SanctionKind.TEMPORARY_CLOSURE, "x", "x", "x", None), "document"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await sanctions.propose(session, ladder.case_id, broken, SAMARINDA, now=now)
        assert [error.field for error in refused.value.fields] == [field]
    with pytest.raises(Forbidden):
        await sanctions.propose(session, ladder.case_id, fine, officer("64.71"), now=now)
    sanction = await sanctions.propose(session, ladder.case_id, fine, SAMARINDA, now=now)
    with pytest.raises(Forbidden, match="orang kedua"):
        await sanctions.decide(session, sanction.id, SAMARINDA, approve=True, now=now)
    with pytest.raises(Conflict):
        await sanctions.propose(session, ladder.case_id, fine, SAMARINDA, now=now)
    await sanctions.decide(session, sanction.id, officer(), approve=True, now=now)
    told = await session.execute(select(Message).where(col(Message.template) == "sanction_decided"))
    assert told.scalar_one().context["amount"] == 5_000_000
    assert await ladders.status(session, ladder.case_id) == "deciding", "more may follow, or compliance"
    revoke = Draft(
        SanctionKind.LICENCE_REVOCATION, "PP 28/2025", "Tetap tidak melapor.", "500/2/2027", document
    )
    last = await sanctions.propose(session, ladder.case_id, revoke, SAMARINDA, now=now)
    await sanctions.decide(session, last.id, officer(), approve=True, now=now)
    assert await ladders.status(session, ladder.case_id) == "decided"


async def test_neither_a_key_nor_another_role_is_a_second_person(session: AsyncSession) -> None:
    person = await people.create(
        session, username="petugas", name="Petugas Contoh", email="petugas@dinas.example"
    )
    key = await api_keys.create(
        session, Role.COMPLIANCE_OFFICER, created_by="test", region_prefix="64.72", person_id=person.id
    )
    oneself = replace(SAMARINDA, actor=f"person:{person.id}", person_id=person.id)
    by_key = replace(SAMARINDA, actor=f"key:{key.id}", person_id=None, key_id=key.id)
    elsewhere = replace(oneself, roles=(*SAMARINDA.roles, Grant(Role.ADMINISTRATOR)))
    ladder = await ladders.proposed(session)
    ladder.proposed_by = by_key.actor
    await session.flush()
    for same in (oneself, by_key):
        seen = await desk.preview(session, same, Filters(ids=(ladder.case_id,)), now=PROPOSED)
        assert (seen.own, seen.letters) == (1, 0), "it is not offered"
        with pytest.raises(Forbidden, match="sendiri"):
            await ladders.approve(session, ladder.case_id, now=PROPOSED, by=same)

    now = await third_served(session, ladder.case_id)
    document = await ladders.scanned(session, ladder.account_id, now=now)
    draft = Draft(SanctionKind.TEMPORARY_CLOSURE, "x", "x", "x", document)
    sanction = await sanctions.propose(session, ladder.case_id, draft, oneself, now=now)
    for same in (oneself, by_key, elsewhere):
        with pytest.raises(Forbidden, match="orang kedua"):
            await sanctions.decide(session, sanction.id, same, approve=True, now=now)
    await sanctions.decide(session, sanction.id, officer(), approve=True, now=now)


async def test_complying_on_the_desk_ends_what_was_proposed_there(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    now = await third_served(session, ladder.case_id)
    document = await ladders.scanned(session, ladder.account_id, now=now)
    draft = Draft(SanctionKind.TEMPORARY_CLOSURE, "x", "x", "x", document)
    sanction = await sanctions.propose(session, ladder.case_id, draft, SAMARINDA, now=now)
    await comply(session, ladder, now)
    with pytest.raises(TransitionRefused):
        await sanctions.decide(session, sanction.id, officer(), approve=True, now=now)


async def test_what_the_desk_closed_is_not_warned_about_again(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    now = await third_served(session, ladder.case_id)
    await sanctions.close(session, ladder.case_id, SAMARINDA, reason="Selesai.", now=now)
    await casework.hold(session, ladder.obligation_id, reason="Keberatan.", actor=ACTOR, now=now + DAY)
    await casework.release(session, ladder.obligation_id, actor=ACTOR, now=now + 2 * DAY)
    assert await proposals.open_ladder(session, ladder.obligation_id) is None
    assert await overdue.warn(session, [ladder.obligation_id], now=now + 3 * DAY) == []


async def test_where_mail_comes_back_the_letter_goes_by_post_whatever_was_chosen(
    session: AsyncSession,
) -> None:
    reached, unreached = [(await ladders.proposed(session)).case_id for _ in range(2)]
    account = (await session.get_one(WarningLadder, unreached)).account_id
    address = await session.scalar(
        text(
            "SELECT data ->> 'email' FROM profile_section WHERE account_id = :id AND section = 'contact_person'"
        ),
        {"id": account},
    )
    await health.mark_refused(session, address, "550", now=PROPOSED)
    seen = await desk.preview(session, SAMARINDA, Filters(), now=PROPOSED, channel=LetterChannel.EMAIL)
    assert seen.by_channel == {"email": 1, "post": 1}
    approved = await ladders.approve(session, reached, unreached, now=PROPOSED, channel=LetterChannel.EMAIL)
    letters = await ladders.make(session, approved, now=PROPOSED)
    assert {letter.case_id: letter.channel for letter in letters} == {reached: "email", unreached: "post"}


async def test_the_next_letter_of_each_duty_is_named_with_its_date(session: AsyncSession) -> None:
    async def told(now: datetime) -> list[tuple[int | None, str]]:
        found = await next_letter.of_account(session, ladder.account_id, now=now, locale="id")
        return [
            (one.letter, f"{one.at.astimezone(WIB):%Y-%m-%d %H:%M}" if one.at else one.text) for one in found
        ]

    ladder = await ladders.proposed(session)
    assert await told(PROPOSED) == [
        (1, "Menunggu keputusan pejabat yang berwenang; tidak ada surat yang dikirim karena waktu.")
    ]
    await ladders.send(session, ladder.case_id, now=PROPOSED)
    assert await told(PROPOSED) == [(2, "2027-02-13 23:59")], "one month after the letter of 13 January"
    await ladders.serve(session, ladder.case_id, now=PROPOSED + DAY)
    await ladders.next_letter(session, ladder.case_id, now=PROPOSED + 40 * DAY)
    assert [letter for letter, _ in await told(PROPOSED + 40 * DAY)] == [2]
