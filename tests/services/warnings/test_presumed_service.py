"""A mail that comes back after its letter was presumed to be served: the presumption ends, an officer has a task."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, casework
from services.contacts import settling
from services.deadlines import single
from services.deadlines.single import Grant
from services.errors import Conflict, InvalidInput, TransitionRefused
from services.models import (
    ContactReason,
    ContactResult,
    ContactTask,
    Deadline,
    Delivery,
    EvidenceKind,
    LetterChannel,
    Message,
    WarningLadder,
    WarningLetter,
)
from services.service_proof import bounces
from services.service_proof.evidence import Receipt
from services.service_proof.reports import Report
from services.timeline.future import future
from services.timeline.sentences import last_second
from services.warnings import post, sanctions, service, standing, steps
from tests.services.warnings import ladders
from tests.services.warnings.ladders import DAY, PROPOSED, SAMARINDA

MONTH = timedelta(days=32)
PRESUMED = PROPOSED + 5 * DAY


async def presumed(session: AsyncSession, ladder: UUID, *, now: datetime = PROPOSED) -> WarningLetter:
    """A letter by mail, accepted by the server, and served for all that is known some days later."""
    letter = await ladders.send(session, ladder, now=now)
    given = {"state": "done", "done_at": now}
    await session.execute(update(Message).where(col(Message.id) == letter.message_id).values(given))
    header = f"<{letter.message_id}@tenggat.example>"
    assert letter.message_id is not None
    session.add(Delivery(message_id=letter.message_id, message_header_id=header, state="sent"))
    await session.flush()
    await service.check(session, await cases.lock(session, ladder), now + 5 * DAY)
    await session.refresh(letter)
    assert letter.served_by == "accepted_by_server"
    return letter


async def comes_back(session: AsyncSession, letter: WarningLetter, *, now: datetime) -> None:
    message = await session.get_one(Message, letter.message_id)
    report = Report(
        digest=f"{letter.rung}", recipient=message.recipient, action="failed", status="5.1.1",
        diagnostic="no such user", message_id=f"<{letter.message_id}@tenggat.example>",
    )  # fmt: skip
    await bounces.apply(session, report, now=now)
    await session.refresh(letter)


async def receipt(session: AsyncSession, ladder: UUID, *, now: datetime) -> None:
    kept = Receipt(EvidenceKind.OFFICER_RECORD, note="Diterima bagian umum menurut telepon.")
    await service.record(session, ladder, kept, actor=SAMARINDA.actor, now=now)


async def tasks(session: AsyncSession) -> Sequence[str]:
    query = select(col(ContactTask.reason)).where(col(ContactTask.settled_at).is_(None))
    return sorted((await session.execute(query)).scalars())


async def suspension(session: AsyncSession, ladder: UUID) -> str | None:
    return (await session.get_one(WarningLadder, ladder, populate_existing=True)).suspension


async def test_before_the_month_is_over_the_next_letter_waits_for_proof(session: AsyncSession) -> None:
    ladder = (await ladders.proposed(session)).case_id
    letter = await presumed(session, ladder)
    await comes_back(session, letter, now=PRESUMED + DAY)
    assert (letter.served_at, letter.unproven_since) == (None, PRESUMED + DAY)
    assert "post_letter" in await tasks(session)
    assert (await ladders.events(session, ladder))[-1] == "service_disproven"
    with pytest.raises(steps.Standstill):
        await ladders.next_letter(session, ladder, now=PROPOSED + MONTH)
    await receipt(session, ladder, now=PROPOSED + MONTH)
    await ladders.next_letter(session, ladder, now=PROPOSED + MONTH)
    assert await ladders.status(session, ladder) == "proposed"
    assert "post_letter" not in await tasks(session)


async def test_a_proposal_that_stood_on_it_stands_still_until_service_is_proven(
    session: AsyncSession,
) -> None:
    ladder = (await ladders.proposed(session)).case_id
    letter = await presumed(session, ladder)
    now = PROPOSED + MONTH
    await ladders.next_letter(session, ladder, now=now)
    await comes_back(session, letter, now=now)
    assert await suspension(session, ladder) == "unserved"
    with pytest.raises(Conflict):
        await ladders.approve(session, ladder, now=now + DAY)
    await receipt(session, ladder, now=now + 2 * DAY)
    assert await suspension(session, ladder) is None
    assert (await ladders.send(session, ladder, now=now + 2 * DAY)).rung == 2


async def test_an_approval_not_yet_carried_out_goes_back_to_the_desk(session: AsyncSession) -> None:
    ladder = (await ladders.proposed(session)).case_id
    letter = await presumed(session, ladder)
    now = PROPOSED + MONTH
    await ladders.next_letter(session, ladder, now=now)
    approved = await ladders.approve(session, ladder, now=now)
    await comes_back(session, letter, now=now)
    assert await ladders.make(session, approved, now=now) == [], "no letter is made"
    assert (await ladders.status(session, ladder), await suspension(session, ladder)) == (
        "proposed",
        "unserved",
    )


async def on_paper(session: AsyncSession, ladder: UUID, *, now: datetime) -> int:
    """What waits to be printed is printed and posted the same day."""
    batch = await post.take(session, "64.72", actor=SAMARINDA.actor, now=now)
    return await post.posted(session, batch.id, actor=SAMARINDA.actor, now=now)


async def date_of(session: AsyncSession, ladder: UUID, name: str) -> Deadline:
    return await session.get_one(Deadline, (ladder, name), populate_existing=True)


async def test_it_goes_by_post_while_the_next_one_waits_and_its_month_is_not_opened_again(
    session: AsyncSession,
) -> None:
    ladder = (await ladders.proposed(session)).case_id
    letter = await presumed(session, ladder)
    now = PROPOSED + MONTH
    await ladders.next_letter(session, ladder, now=now)
    month = await date_of(session, ladder, "warning_1_interval")
    over = (month.due_before, month.met_at)
    await comes_back(session, letter, now=now)
    assert await post.may_go_by_post(session, ladder, now=now)
    await post.by_post_instead(session, ladder, actor=SAMARINDA.actor, now=now)
    assert not await post.may_go_by_post(session, ladder, now=now)
    assert await standing.ladders_changed(session, [ladder], now=now) == []
    assert await suspension(session, ladder) == "unserved", "also while it waits to be printed"

    now += DAY
    assert await on_paper(session, ladder, now=now) == 1
    month = await date_of(session, ladder, "warning_1_interval")
    assert (month.due_before, month.met_at) == over
    assert (await ladders.status(session, ladder), await suspension(session, ladder)) == (
        "proposed",
        "unserved",
    )
    looked = await date_of(session, ladder, "warning_1_service")
    case = await cases.lock(session, ladder)
    ahead = {line.name: line.at for line in await future(session, case, now=now, locale="id")}
    assert ahead["stopped"] is None
    assert ahead["warning_1_service"] == last_second(looked.due_before), "what is waited for still comes"
    assert "warning_1_interval" not in ahead
    assert (looked.due_before > now, looked.met_at, looked.paused_since) == (True, None, None)

    now = looked.due_before + DAY
    await steps.check_service(session, await cases.lock(session, ladder), now)
    assert "receipt_unproven" in await tasks(session), "nothing proves the paper either"
    with pytest.raises(Conflict):
        await ladders.approve(session, ladder, now=now)
    await receipt(session, ladder, now=now)
    second = await ladders.send(session, ladder, now=now)
    assert (second.rung, await suspension(session, ladder)) == (2, None)


async def test_posted_within_the_month_the_next_one_follows_when_it_would_have(session: AsyncSession) -> None:
    ladder = (await ladders.proposed(session)).case_id
    letter = await presumed(session, ladder)
    for step, day in ((casework.hold, 6), (casework.release, 16)):
        told = {"reason": "Banjir."} if step is casework.hold else {}
        await step(session, ladder, actor=SAMARINDA.actor, now=PROPOSED + day * DAY, **told)
    month = (await date_of(session, ladder, "warning_1_interval")).due_before
    assert month > PROPOSED + MONTH + 5 * DAY, "the days of standing still do not count"
    now = PROPOSED + 17 * DAY
    await comes_back(session, letter, now=now)
    await post.by_post_instead(session, ladder, actor=SAMARINDA.actor, now=now)
    assert await on_paper(session, ladder, now=now + DAY) == 1
    assert (await date_of(session, ladder, "warning_1_interval")).due_before == month
    await receipt(session, ladder, now=month)
    with pytest.raises(steps.Standstill):
        await ladders.next_letter(session, ladder, now=month)
    await ladders.next_letter(session, ladder, now=month + DAY)


async def test_a_hold_while_it_waits_to_be_printed_moves_its_month(session: AsyncSession) -> None:
    ladder = (await ladders.proposed(session)).case_id
    letter = await presumed(session, ladder)
    month = (await date_of(session, ladder, "warning_1_interval")).due_before
    now = PROPOSED + 6 * DAY
    await comes_back(session, letter, now=now)
    await post.by_post_instead(session, ladder, actor=SAMARINDA.actor, now=now)
    await casework.hold(session, ladder, reason="Banjir.", actor=SAMARINDA.actor, now=now)
    with pytest.raises(Conflict):
        await on_paper(session, ladder, now=now)
    await casework.release(session, ladder, actor=SAMARINDA.actor, now=now + 10 * DAY)
    later = (await date_of(session, ladder, "warning_1_interval")).due_before
    assert later >= month + 9 * DAY
    assert await on_paper(session, ladder, now=now + 10 * DAY) == 1
    assert (await date_of(session, ladder, "warning_1_interval")).due_before == later


async def test_a_hold_over_an_unserved_letter_lets_its_service_be_looked_for_again(
    session: AsyncSession,
) -> None:
    ladder = (await ladders.proposed(session)).case_id
    letter = await presumed(session, ladder)
    now = PROPOSED + MONTH
    await ladders.next_letter(session, ladder, now=now)
    await comes_back(session, letter, now=now)
    await post.by_post_instead(session, ladder, actor=SAMARINDA.actor, now=now)
    await on_paper(session, ladder, now=now)
    looked = (await date_of(session, ladder, "warning_1_service")).due_before
    await casework.hold(session, ladder, reason="Banjir.", actor=SAMARINDA.actor, now=now + DAY)
    assert await suspension(session, ladder) == "held"
    await casework.release(session, ladder, actor=SAMARINDA.actor, now=now + 11 * DAY)
    assert await suspension(session, ladder) == "unserved"
    date = await date_of(session, ladder, "warning_1_service")
    assert (date.due_before > looked, date.met_at, date.paused_since) == (True, None, None)


async def test_what_officers_were_asked_about_is_looked_at_again_some_days_after_a_standstill(
    session: AsyncSession,
) -> None:
    ladder = (await ladders.proposed(session)).case_id
    await ladders.send(session, ladder, now=PROPOSED, channel=LetterChannel.POST)
    await on_paper(session, ladder, now=PROPOSED)
    asked = PROPOSED + 20 * DAY
    await steps.check_service(session, await cases.lock(session, ladder), asked)
    await casework.hold(session, ladder, reason="Banjir.", actor=SAMARINDA.actor, now=asked)
    released = asked + 30 * DAY
    await casework.release(session, ladder, actor=SAMARINDA.actor, now=released)
    assert (await date_of(session, ladder, "warning_1_service")).due_before > released


async def test_a_later_date_over_an_unserved_letter_whose_month_is_over_foretells_the_day_it_goes_on(
    session: AsyncSession,
) -> None:
    ladder = await ladders.proposed(session)
    await ladders.send(session, ladder.case_id, now=PROPOSED, channel=LetterChannel.POST)
    await on_paper(session, ladder.case_id, now=PROPOSED)
    now = PROPOSED + 2 * MONTH
    report = await cases.lock(session, ladder.obligation_id)
    more = Grant("report_due", (now + 10 * DAY).date(), "SE Contoh 1/2027", "Banjir.", "test")
    await single.grant(session, report, more, actor=SAMARINDA.actor, now=now)
    ahead = {line.name: line.at for line in await future(session, report, now=now, locale="id")}
    assert ahead["resumes"] is not None
    assert ahead["resumes"] > now
    assert ahead["warning_2"] == ahead["resumes"], (
        "its month was over before; nothing follows while it stands still"
    )


async def test_the_desk_imposes_nothing_on_the_strength_of_it(session: AsyncSession) -> None:
    ladder = (await ladders.proposed(session)).case_id
    now = PROPOSED
    for rung in (1, 2, 3):
        letter = await presumed(session, ladder, now=now)
        now += MONTH
        if rung < 3:
            await ladders.next_letter(session, ladder, now=now)
    await steps.hand_over(session, await cases.lock(session, ladder), now)
    await session.flush()
    await comes_back(session, letter, now=now)
    with pytest.raises(TransitionRefused):
        await sanctions.close(session, ladder, SAMARINDA, reason="Tutup.", now=now)
    await receipt(session, ladder, now=now)
    await sanctions.close(session, ladder, SAMARINDA, reason="Tutup.", now=now)
    assert await ladders.status(session, ladder) == "decided"


async def test_an_officer_who_reached_nobody_is_asked_again(session: AsyncSession) -> None:
    ladder = (await ladders.proposed(session)).case_id
    await ladders.send(session, ladder, now=PROPOSED, channel=LetterChannel.POST)
    batch = await post.take(session, "64.72", actor=SAMARINDA.actor, now=PROPOSED)
    await post.posted(session, batch.id, actor=SAMARINDA.actor, now=PROPOSED)
    now = PROPOSED + MONTH
    for _ in range(2):
        await steps.check_service(session, await cases.lock(session, ladder), now)
        open_one = select(ContactTask).where(col(ContactTask.settled_at).is_(None))
        task = (await session.execute(open_one)).scalar_one()
        note = "Ditelepon; tidak diangkat."
        called = ContactResult.CALLED
        await settling.settle(session, task.id, called, note=note, actor=SAMARINDA.actor, now=now)
        date = await session.get_one(Deadline, (ladder, "warning_1_service"), populate_existing=True)
        case = await cases.lock(session, ladder)
        assert (date.due_before > now, date.met_at, case.wake_at) == (True, None, now)
        now = date.due_before + DAY


async def test_what_else_proves_it_stands(session: AsyncSession) -> None:
    ladder = (await ladders.proposed(session)).case_id
    letter = await presumed(session, ladder)
    await service.opened(session, ladder, 1, actor="test", now=PRESUMED)
    await receipt(session, ladder, now=PRESUMED)
    await comes_back(session, letter, now=PRESUMED + DAY)
    assert (letter.served_at is not None, letter.served_by) == (True, "officer_record")
    assert "service_disproven" not in await ladders.events(session, ladder)


async def second_letter(
    session: AsyncSession, channel: LetterChannel = LetterChannel.EMAIL
) -> tuple[UUID, WarningLetter]:
    """A ladder whose second letter followed a first that was presumed to be served; and that first letter."""
    ladder = (await ladders.proposed(session)).case_id
    first = await presumed(session, ladder)
    await ladders.next_letter(session, ladder, now=PROPOSED + MONTH)
    await ladders.send(session, ladder, now=PROPOSED + MONTH, channel=channel)
    return ladder, first


async def disproved(session: AsyncSession) -> ContactTask:
    query = select(ContactTask).where(
        col(ContactTask.reason) == ContactReason.SERVICE_DISPROVED, col(ContactTask.settled_at).is_(None)
    )
    return (await session.execute(query)).scalar_one()


async def settled(session: AsyncSession, result: ContactResult, *, now: datetime) -> None:
    task = await disproved(session)
    note = "Surat kedua diterima bagian umum."
    await settling.settle(session, task.id, result, note=note, actor=SAMARINDA.actor, now=now)


async def test_after_the_second_has_left_nothing_follows_until_an_officer_says_it_stands(
    session: AsyncSession,
) -> None:
    ladder, first = await second_letter(session)
    now = PROPOSED + MONTH + DAY
    await comes_back(session, first, now=now)
    assert await tasks(session) == ["address_bounced", "service_disproved"], "the first is not posted again"
    assert await suspension(session, ladder) is None, "the month of the second runs on"
    await receipt(session, ladder, now=now)
    assert "service_disproved" in await tasks(session), "that the second arrived says nothing of the first"
    await ladders.next_letter(session, ladder, now=PROPOSED + 2 * MONTH)
    assert await suspension(session, ladder) == "disproved"
    with pytest.raises(Conflict):
        await ladders.approve(session, ladder, now=PROPOSED + 2 * MONTH)
    with pytest.raises(InvalidInput):
        await settled(session, ContactResult.CALLED, now=PROPOSED + 2 * MONTH)
    await settled(session, ContactResult.LETTER_STANDS, now=PROPOSED + 2 * MONTH)
    assert await suspension(session, ladder) is None
    assert (await ladders.send(session, ladder, now=PROPOSED + 2 * MONTH)).rung == 3


async def test_what_shows_that_the_first_arrived_after_all_lets_the_third_follow(
    session: AsyncSession,
) -> None:
    ladder, first = await second_letter(session)
    await receipt(session, ladder, now=PROPOSED + MONTH + DAY)
    await ladders.next_letter(session, ladder, now=PROPOSED + 2 * MONTH)
    await comes_back(session, first, now=PROPOSED + 2 * MONTH)
    assert await suspension(session, ladder) == "disproved"
    await service.opened(session, ladder, 1, actor="test", now=PROPOSED + 2 * MONTH)
    assert (await suspension(session, ladder), await tasks(session)) == (None, ["address_bounced"])
    await session.refresh(first)
    assert first.served_by == "portal_read"
    assert (await ladders.send(session, ladder, now=PROPOSED + 2 * MONTH)).rung == 3


async def test_proof_of_the_first_leaves_the_question_of_the_second(session: AsyncSession) -> None:
    ladder, first = await second_letter(session, LetterChannel.POST)
    await on_paper(session, ladder, now=PROPOSED + MONTH)
    asked = PROPOSED + MONTH + 20 * DAY
    await steps.check_service(session, await cases.lock(session, ladder), asked)
    await comes_back(session, first, now=asked)
    await service.opened(session, ladder, 1, actor="test", now=asked)
    assert await tasks(session) == ["address_bounced", "receipt_unproven"]


async def test_a_second_that_waits_to_be_posted_does_not_leave_before_the_first_is_proven(
    session: AsyncSession,
) -> None:
    ladder, first = await second_letter(session, LetterChannel.POST)
    now = PROPOSED + MONTH + DAY
    batch = await post.take(session, "64.72", actor=SAMARINDA.actor, now=now)
    await comes_back(session, first, now=now)
    assert await suspension(session, ladder) == "disproved"
    assert not await post.may_go_by_post(session, ladder, now=now)
    with pytest.raises(Conflict):
        await post.posted(session, batch.id, actor=SAMARINDA.actor, now=now)
    with pytest.raises(TransitionRefused):
        async with session.begin_nested():
            await settled(session, ContactResult.LETTER_STANDS, now=now)
    await service.opened(session, ladder, 1, actor="test", now=now)
    assert await suspension(session, ladder) is None
    assert await post.posted(session, batch.id, actor=SAMARINDA.actor, now=now) == 1


async def test_no_sanction_is_imposed_while_an_earlier_letter_is_in_question(session: AsyncSession) -> None:
    ladder, first = await second_letter(session)
    now = PROPOSED + 2 * MONTH
    await receipt(session, ladder, now=now)
    await ladders.next_letter(session, ladder, now=now)
    await presumed(session, ladder, now=now)
    await comes_back(session, first, now=now + 6 * DAY)
    await steps.hand_over(session, await cases.lock(session, ladder), now + MONTH)
    assert await suspension(session, ladder) == "disproved"
    with pytest.raises(TransitionRefused):
        await sanctions.close(session, ladder, SAMARINDA, reason="Tutup.", now=now + MONTH)
    await settled(session, ContactResult.LETTER_STANDS, now=now + MONTH)
    await sanctions.close(session, ladder, SAMARINDA, reason="Tutup.", now=now + MONTH)
    assert await ladders.status(session, ladder) == "decided"
