"""A case keeps the rules it began with: rules that come into force later change none of its dates, texts or checks."""

import copy
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.models import (
    CaseFile,
    Deadline,
    LetterChannel,
    Message,
    PolicyVersion,
    Report,
    ReportReview,
    ReviewDesk,
    Role,
    Suspension,
)
from services.policies.bundle import Policies, load_shipped
from services.reports import sending
from services.reviews import bulk
from services.reviews import decisions as reviewing
from services.reviews import steps as reviews
from services.reviews.corrections import Note
from services.rollbacks import decisions, requesting, steps
from services.warnings import clocks, post
from tests.factories import ACTOR, OPEN, fill_small_report, make_report
from tests.services.reviews.test_bulk import VERIFY, official
from tests.services.rollbacks.test_rules import OFFICER, ask, sent
from tests.services.warnings import ladders
from tests.services.warnings.ladders import DAY, PROPOSED, SAMARINDA

LATER = timedelta(hours=1)
Rules = dict[str, Any]


async def others(session: AsyncSession, at: datetime) -> None:
    """From now on everything takes longer, finds something, and stands on another law."""
    await rulebook.current(session, now=at)
    content = copy.deepcopy(load_shipped().document)
    for rule in content["deadlines"]["deadlines"] + content["targets"]["targets"]:
        length = "months" if rule["add"].get("months") else "days"
        rule["add"][length] += 20 if length == "days" else 3
    content["ladders"]["ladders"][0]["service"]["days_without_bounce"] += 20
    content["ladders"]["ladders"][0]["rungs"][0]["basis"] = "Permenperin Contoh"
    findable = {"value": "general_data.investment_total", "other": "workforce.workforce_total"}
    content["plausibility"]["plausibility"]["checks"] = [{"name": "always", "kind": "exceeds", **findable}]
    changed = Policies.from_document(content)
    version = PolicyVersion(
        digest=changed.version, content=changed.document, note="test", proposed_by="a", approved_by="b",
        created_at=at, in_force_from=at,
    )  # fmt: skip
    session.add(version)
    await session.flush()


async def until(session: AsyncSession, case_id: UUID, name: str) -> datetime:
    await session.flush()
    return (await session.get_one(Deadline, (case_id, name), populate_existing=True)).due_before


async def returned(session: AsyncSession, report: Report) -> datetime:
    notes = [Note("production", "Satuan salah.")]
    await reviewing.give_back(
        session, report.case_id, ReviewDesk.VERIFICATION, notes, submission=1, actor=OFFICER, now=OPEN
    )
    return await until(session, report.case_id, "report_correction_due")


async def verified(session: AsyncSession, report: Report) -> datetime:
    await reviewing.verify(session, report.case_id, submission=1, actor=OFFICER, now=OPEN)
    return await until(session, report.case_id, "report_validation_target")


async def verified_with_others(session: AsyncSession, report: Report) -> datetime:
    user = official(Role.VERIFIER)
    batch = await bulk.preview(session, user, VERIFY, now=OPEN)
    await bulk.approve(session, user, batch.id, now=OPEN)
    return await until(session, report.case_id, "report_validation_target")


async def window(session: AsyncSession, report: Report) -> datetime:
    return (await requesting.possible(session, report.case_id, now=OPEN)).window.due_before


@pytest.mark.parametrize("decide", [returned, verified, verified_with_others, window])
async def test_a_review_goes_on_under_the_rules_of_its_report(
    session: AsyncSession, decide: Callable[[AsyncSession, Report], Awaitable[datetime]]
) -> None:
    before, compared = await sent(session), await sent(session)
    usual = await decide(session, compared)
    await others(session, OPEN)
    younger = await sent(session)
    assert await decide(session, before) == usual
    if decide is not verified_with_others:  # which has taken all of them together
        assert await decide(session, younger) > usual


async def test_reports_of_two_versions_approved_together_get_the_dates_of_their_own(
    session: AsyncSession,
) -> None:
    before = await sent(session)
    await others(session, OPEN)
    after = await sent(session)
    await session.execute(update(ReportReview).values(flagged=False))  # looked at; approved with the others
    usual = await verified_with_others(session, before)
    assert await until(session, after.case_id, "report_validation_target") > usual


async def test_a_submission_is_examined_by_the_rules_of_its_report(session: AsyncSession) -> None:
    report = await make_report(session)
    await others(session, OPEN)
    again = await make_report(session)
    for one in (report, again):
        await fill_small_report(session, one)
        await sending.send(
            session, one.case_id, command_id=str(one.case_id), expected_version=one.content_version,
            actor=ACTOR, now=OPEN,
        )  # fmt: skip
        await reviews.examine(session, await cases.lock(session, one.case_id), OPEN)
    name = "report_verification_target"
    assert await until(session, report.case_id, name) < await until(session, again.case_id, name)
    found = {
        one.case_id: [flag["check"] for flag in one.flags]
        for one in await session.scalars(select(ReportReview))
    }
    assert "always" not in found[report.case_id]
    assert found[again.case_id] == ["always"]


async def test_a_correction_is_sent_again_by_the_rules_under_which_it_was_asked_for(
    session: AsyncSession,
) -> None:
    async def resend(case_id: UUID) -> datetime:
        await decisions.grant(session, case_id, actor=OFFICER, now=OPEN)
        await steps.reopen(session, await cases.lock(session, case_id), OPEN)
        return await until(session, case_id, "rollback_resend_due")

    asked, compared = await ask(session, await sent(session)), await ask(session, await sent(session))
    usual = await resend(compared.case_id)
    await others(session, OPEN)
    assert await resend(asked.case_id) == usual


@pytest.mark.parametrize("channel", LetterChannel)
async def test_a_ladder_climbs_by_its_own_rules(session: AsyncSession, channel: LetterChannel) -> None:
    async def dates(ladder: UUID) -> tuple[datetime, datetime]:
        await ladders.send(session, ladder, now=PROPOSED, channel=channel)
        if channel is LetterChannel.POST:
            batch = await post.take(session, "64.72", actor=SAMARINDA.actor, now=PROPOSED)
            await post.posted(session, batch.id, actor=SAMARINDA.actor, now=PROPOSED)
        service, month = clocks.service_of(1), clocks.month_of(1)
        return await until(session, ladder, service), await until(session, ladder, month)

    before, compared = [(await ladders.proposed(session)).case_id for _ in range(2)]
    usual = await dates(compared)
    await others(session, PROPOSED - DAY)
    assert await dates(before) == usual
    after = await dates((await ladders.proposed(session)).case_id)
    assert after[0] > usual[0]
    assert after[1] > usual[1]


async def test_a_letter_names_the_law_of_its_ladder(session: AsyncSession) -> None:
    before = (await ladders.proposed(session)).case_id
    await others(session, PROPOSED - DAY)
    after = (await ladders.proposed(session)).case_id
    await ladders.make(session, await ladders.approve(session, before, after, now=PROPOSED), now=PROPOSED)
    letters = await session.scalars(select(Message).where(col(Message.template) == "warning_letter"))
    assert {letter.case_id: letter.context["basis"] for letter in letters} == {
        before: "Permenperin 13/2025",
        after: "Permenperin Contoh",
    }


async def test_a_ladder_that_stood_still_goes_on_by_its_own_rules(session: AsyncSession) -> None:
    async def resumed(ladder: UUID) -> datetime:
        await clocks.suspend(session, [ladder], Suspension.HELD, now=PROPOSED, actor="test")
        await clocks.resume(session, [ladder], now=PROPOSED + DAY, actor="test")
        return await until(session, ladder, clocks.month_of(1))

    before, compared = [(await ladders.proposed(session)).case_id for _ in range(2)]
    for ladder in (before, compared):
        await ladders.send(session, ladder, now=PROPOSED)
    usual = await resumed(compared)
    await others(session, PROPOSED - DAY)
    assert await resumed(before) == usual
    assert (await session.get_one(CaseFile, before)).policy_version_id is not None
