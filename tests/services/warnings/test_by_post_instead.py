"""A letter that left by mail and goes by post instead: until the paper is posted, what left is still what left."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import accounts, cases, casework, unissued
from services.errors import Conflict, InvalidInput
from services.models import (
    EvidenceKind,
    IssuedDocument,
    LetterChannel,
    Message,
    Report,
    WarningLadder,
    WarningLetter,
)
from services.reports import sending
from services.service_proof.evidence import Receipt
from services.warnings import facts, post, service, steps
from tests.factories import ACTOR, fill_small_report
from tests.services.warnings import ladders
from tests.services.warnings.ladders import DAY, PROPOSED, SAMARINDA
from tests.services.warnings.test_presumed_service import comes_back, presumed

MONTH = timedelta(days=32)
POST_FROM = PROPOSED + 6 * DAY


async def waiting(session: AsyncSession) -> WarningLetter:
    """A letter that left by mail, came back, and waits to be printed."""
    ladder = (await ladders.proposed(session)).case_id
    letter = await presumed(session, ladder)
    await comes_back(session, letter, now=POST_FROM)
    await post.by_post_instead(session, ladder, actor=SAMARINDA.actor, now=POST_FROM)
    assert (letter.channel, letter.sent_at, letter.mailed_at) == ("post", None, PROPOSED)
    return letter


async def comply(session: AsyncSession, letter: WarningLetter) -> None:
    ladder = await session.get_one(WarningLadder, letter.case_id)
    report = await session.get_one(Report, ladder.obligation_id)
    now = POST_FROM + DAY
    await fill_small_report(session, report, now=now)
    version = report.content_version
    await sending.send(
        session, report.case_id, command_id="c", expected_version=version, actor=ACTOR, now=now
    )
    await session.refresh(letter)


async def printed(session: AsyncSession) -> UUID:
    return (await post.take(session, "64.72", actor=SAMARINDA.actor, now=POST_FROM)).id


async def test_its_company_still_has_it(session: AsyncSession) -> None:
    letter = await waiting(session)
    account = (await session.get_one(WarningLadder, letter.case_id)).account_id
    (found,) = await facts.of_account(session, account)
    assert found.unproven is not None, "a receipt may be recorded"
    assert letter.document_id is not None
    assert await unissued.drafts(session, [letter.document_id]) == set()


async def test_opened_before_it_is_posted_it_is_served_and_not_posted(session: AsyncSession) -> None:
    letter = await waiting(session)
    batch = await printed(session)
    at = POST_FROM + DAY
    await service.opened(session, letter.case_id, 1, actor=ACTOR, now=at)
    await session.refresh(letter)
    assert (letter.channel, letter.sent_at, letter.served_at) == ("email", PROPOSED, at)
    assert letter.served_by == "portal_read"
    assert (await ladders.events(session, letter.case_id))[-2:] == ["letter_not_posted", "letter_served"]
    assert await post.envelopes(session, batch) == [], "nor does it lie in the batch that was printed"
    with pytest.raises(Conflict):
        await post.posted(session, batch, actor=SAMARINDA.actor, now=at)
    await ladders.next_letter(session, letter.case_id, now=PROPOSED + MONTH)
    assert await ladders.status(session, letter.case_id) == "proposed"


async def test_a_receipt_since_the_mail_left_is_taken_and_none_from_before(session: AsyncSession) -> None:
    letter = await waiting(session)
    early = Receipt(EvidenceKind.OFFICER_RECORD, received_at=PROPOSED - DAY, note="Diterima.")
    with pytest.raises(InvalidInput):
        await service.record(session, letter.case_id, early, actor=SAMARINDA.actor, now=POST_FROM)
    kept = Receipt(EvidenceKind.OFFICER_RECORD, received_at=PROPOSED + DAY, note="Diterima.")
    await service.record(session, letter.case_id, kept, actor=SAMARINDA.actor, now=POST_FROM)
    assert (letter.channel, letter.sent_at, letter.served_at) == ("email", PROPOSED, PROPOSED + DAY)
    with pytest.raises(Conflict):
        await printed(session)


async def test_a_receipt_of_the_mail_counts_also_once_the_paper_was_posted(session: AsyncSession) -> None:
    letter = await waiting(session)
    await post.posted(session, await printed(session), actor=SAMARINDA.actor, now=POST_FROM + DAY)
    kept = Receipt(EvidenceKind.OFFICER_RECORD, received_at=PROPOSED + DAY, note="Diterima.")
    await service.record(session, letter.case_id, kept, actor=SAMARINDA.actor, now=POST_FROM + 2 * DAY)
    await session.refresh(letter)
    assert letter.served_at == PROPOSED + DAY
    assert (letter.channel, letter.sent_at) == ("post", POST_FROM + DAY), "it was posted all the same"


async def test_complying_leaves_what_left_in_force(session: AsyncSession) -> None:
    letter = await waiting(session)
    batch = await printed(session)
    await comply(session, letter)
    assert (letter.channel, letter.sent_at, letter.voided_at) == ("email", PROPOSED, None)
    assert letter.served_at is None, "its end proves nothing"
    assert (await session.get_one(IssuedDocument, letter.issued_id, populate_existing=True)).voided_at is None
    assert await post.envelopes(session, batch) == []
    told = await session.execute(select(Message).where(col(Message.template) == "warning_ended"))
    assert told.scalar_one().case_id == letter.case_id, "who had a letter is told that no other follows"


async def test_so_does_the_end_of_the_account(session: AsyncSession) -> None:
    letter = await waiting(session)
    account = (await session.get_one(WarningLadder, letter.case_id)).account_id
    await accounts.void(session, account, reason="Fiktif.", actor=ACTOR, now=POST_FROM + DAY)
    await session.refresh(letter)
    assert (letter.sent_at, letter.voided_at) == (PROPOSED, None)


async def test_the_next_one_never_counts_from_service_that_was_not_proven(session: AsyncSession) -> None:
    letter = await waiting(session)
    with pytest.raises(steps.Standstill):
        await ladders.next_letter(session, letter.case_id, now=PROPOSED + MONTH)
    await steps.check_service(session, await cases.lock(session, letter.case_id), PROPOSED + MONTH)
    await session.refresh(letter)
    assert (letter.served_at, letter.sent_at) == (None, None)


async def test_opened_while_a_held_case_stands_still_it_is_served_once_that_goes_on(
    session: AsyncSession,
) -> None:
    ladder = (await ladders.proposed(session)).case_id
    letter = await presumed(session, ladder)
    now = PROPOSED + MONTH
    await ladders.next_letter(session, ladder, now=now)
    await comes_back(session, letter, now=now)
    await post.by_post_instead(session, ladder, actor=SAMARINDA.actor, now=now)
    await casework.hold(session, ladder, reason="Banjir.", actor=SAMARINDA.actor, now=now)
    await service.opened(session, ladder, 1, actor=ACTOR, now=now + DAY)
    assert (letter.channel, letter.sent_at) == ("email", PROPOSED)
    await casework.release(session, ladder, actor=SAMARINDA.actor, now=now + 2 * DAY)
    await steps.check_service(session, await cases.lock(session, ladder), now + 9 * DAY)
    await session.refresh(letter)
    assert letter.served_at == now + DAY
    assert (await session.get_one(WarningLadder, ladder, populate_existing=True)).suspension is None


async def test_the_database_remembers_the_mails_own_leaving_and_voids_nothing_that_left(
    session: AsyncSession,
) -> None:
    letter = await waiting(session)
    async with session.begin_nested() as attempt:
        letter.mailed_at = PROPOSED - DAY
        with pytest.raises(DBAPIError, match="left by mail"):
            await session.flush()
        await attempt.rollback()
    await session.refresh(letter)
    letter.voided_at = POST_FROM
    with pytest.raises(IntegrityError, match="void_never_sent"):
        await session.flush()


async def test_one_that_always_was_on_paper_has_not_left(session: AsyncSession) -> None:
    ladder = (await ladders.proposed(session)).case_id
    letter = await ladders.send(session, ladder, now=PROPOSED, channel=LetterChannel.POST)
    assert (letter.sent_at, letter.mailed_at) == (None, None)
    await comply(session, letter)
    assert letter.void_reason == "complied"
