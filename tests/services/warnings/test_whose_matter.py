"""Whose matter a company is follows its licence: what becomes of proposals when an officer finds another scale."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import accounts, casework
from services.companies import changes
from services.errors import Conflict, Forbidden, InvalidInput
from services.licences import determination
from services.licences.determination import Determination
from services.models import Account, AuthorityLevel, LicenceScale, WarningLadder, WarningLetter
from services.warnings import approval, numbering
from tests.factories import ACTOR
from tests.services.licences.uploads import UPP, find, upload
from tests.services.warnings import ladders
from tests.services.warnings.ladders import DAY, PROPOSED, SAMARINDA, officer

LARGE = Determination(LicenceScale.LARGE)
UNKNOWN = Determination(None)
PROVINCE = officer("64")


async def correct(session: AsyncSession, ladder: WarningLadder, found: Determination) -> None:
    await determination.correct(
        session, ladder.account_id, found, reason="Investasi Rp 20 miliar menurut OSS.", actor=UPP, now=PROPOSED
    )  # fmt: skip


async def office(session: AsyncSession, ladder: UUID) -> tuple[str | None, str | None]:
    row = await session.get_one(WarningLadder, ladder, populate_existing=True)
    return row.authority_level, row.authority


async def test_a_licence_found_valid_says_whose_the_open_proposals_are(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session, licence_scale=None, licensed=())
    assert await office(session, ladder.case_id) == (None, None)
    account = await ladders.account_of(session, ladder)
    await find(
        session, await upload(session, account, now=PROPOSED), now=PROPOSED, scale=LicenceScale.LARGE,
        cross_region=False,
    )  # fmt: skip
    assert await office(session, ladder.case_id) == ("province", "64")
    assert (await ladders.events(session, ladder.case_id))[-1] == "authority_derived"
    letter = await ladders.send(session, ladder.case_id, now=PROPOSED, by=PROVINCE)
    assert letter.number == "00001/SP-1/64/2027"


async def test_a_correction_moves_proposals_and_keeps_what_it_was_and_why(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    await correct(session, ladder, LARGE)
    assert await office(session, ladder.case_id) == ("province", "64")
    with pytest.raises(Forbidden):
        await ladders.approve(session, ladder.case_id, now=PROPOSED, by=SAMARINDA)
    await correct(session, ladder, Determination(LicenceScale.SMALL, cross_region=True))
    assert (await ladders.events(session, ladder.case_id)).count("authority_derived") == 1, (
        "still the province"
    )
    last, first = await changes.of_account(session, ladder.account_id)
    assert first.before == {"licence_scale": "small", "cross_region": False}
    assert last.after == {"licence_scale": "small", "cross_region": True}
    assert (first.part, first.reason, first.made_by) == (
        "supervision", "Investasi Rp 20 miliar menurut OSS.", UPP,
    )  # fmt: skip
    assert (first.letter_number, first.licence_id) == (None, None)


async def test_what_a_licence_showed_is_kept_with_that_licence(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session, licensed=())
    account = await ladders.account_of(session, ladder)
    licence = await upload(session, account, now=PROPOSED)
    await find(session, licence, now=PROPOSED, scale=LicenceScale.MEDIUM, cross_region=False)
    (kept,) = await changes.of_account(session, account.id)
    assert (kept.after["licence_scale"], kept.licence_id, kept.reason) == ("medium", licence.id, None)
    assert "authority_derived" not in await ladders.events(session, ladder.case_id), "the same office"
    await find(session, licence, valid=False, now=PROPOSED, scale=LicenceScale.MEDIUM, cross_region=False)
    assert len(await changes.of_account(session, account.id)) == 1, "what stays as it is is no change"


async def test_a_letter_that_was_approved_keeps_its_office(session: AsyncSession) -> None:
    approved, out = await ladders.proposed(session), await ladders.proposed(session)
    await ladders.approve(session, approved.case_id, now=PROPOSED)
    await ladders.send(session, out.case_id, now=PROPOSED)
    await ladders.serve(session, out.case_id, now=PROPOSED + DAY)
    await ladders.next_letter(session, out.case_id, now=PROPOSED + timedelta(days=32))
    for ladder in (approved, out):
        await correct(session, ladder, LARGE)
        assert await office(session, ladder.case_id) == ("regency", "64.72")
        assert "authority_derived" not in await ladders.events(session, ladder.case_id)


async def test_so_does_one_that_was_numbered_and_stopped_before_it_left(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session)
    (batch,) = (await ladders.approve(session, ladder.case_id, now=PROPOSED)).batches
    await numbering.number_next(session, batch.case_id, now=PROPOSED, most=10)
    await casework.hold(session, ladder.case_id, reason="Banjir.", actor=ACTOR, now=PROPOSED)
    assert await session.get(WarningLetter, (ladder.case_id, 1), populate_existing=True)
    await correct(session, ladder, LARGE)
    assert await office(session, ladder.case_id) == ("regency", "64.72")


async def test_an_officers_word_holds_until_the_rules_decide(session: AsyncSession) -> None:
    ladder = await ladders.proposed(session, licence_scale=None)
    given: dict[str, Any] = {"reason": "Izin daerah.", "now": PROPOSED}
    await approval.determine(session, SAMARINDA, [ladder.case_id], AuthorityLevel.REGENCY, **given)
    await correct(session, ladder, LARGE)
    row = await session.get_one(WarningLadder, ladder.case_id, populate_existing=True)
    assert (row.authority, row.authority_set_by, row.authority_reason) == ("64", None, None)
    await correct(session, ladder, UNKNOWN)
    assert await office(session, ladder.case_id) == (None, None), "an officer says so again"
    await approval.determine(session, SAMARINDA, [ladder.case_id], AuthorityLevel.REGENCY, **given)
    await ladders.send(session, ladder.case_id, now=PROPOSED)
    assert await office(session, ladder.case_id) == ("regency", "64.72")


async def test_a_proposal_made_while_the_scale_was_being_found_is_looked_at_when_it_is_approved(
    session: AsyncSession,
) -> None:
    ladder = await ladders.proposed(session)
    await session.execute(
        update(Account).where(col(Account.id) == ladder.account_id).values(licence_scale="large")
    )
    with pytest.raises(Forbidden):
        async with session.begin_nested():
            await ladders.approve(session, ladder.case_id, now=PROPOSED, by=SAMARINDA)
    letter = await ladders.send(session, ladder.case_id, now=PROPOSED, by=PROVINCE)
    assert letter.authority == "64"


async def test_a_correction_needs_a_reason_a_difference_and_an_account_in_force(
    session: AsyncSession,
) -> None:
    ladder = await ladders.proposed(session)
    given: dict[str, Any] = {"actor": UPP, "now": PROPOSED}
    with pytest.raises(InvalidInput) as refused:
        await determination.correct(session, ladder.account_id, LARGE, reason=" ", **given)
    assert refused.value.field == "reason"
    with pytest.raises(Conflict, match="tidak ada yang berubah"):
        await determination.correct(
            session, ladder.account_id, Determination(LicenceScale.SMALL), reason="x", **given
        )
    await accounts.void(session, ladder.account_id, reason="Fiktif.", actor=ACTOR, now=PROPOSED)
    with pytest.raises(Conflict, match="dibatalkan"):
        await correct(session, ladder, LARGE)
