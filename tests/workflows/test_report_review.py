"""Verification and validation of reports (Permenperin 13/2025): decided by officers, never by time."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio.service import RPCError

from services import cases, rebuilding
from services.errors import InvalidInput, TransitionRefused
from services.models import (
    CorrectionAnswer,
    Deadline,
    Report,
    ReportReview,
    ReportValidation,
    ReviewDesk,
    Role,
    new_id,
)
from services.reports import sending
from services.reviews import corrections, decisions
from services.reviews.corrections import Note
from tests.factories import ACTOR, fill_small_report, make_account, make_report, sign
from tests.world import World

MONDAY = "2027-01-04T09:00:00+07:00"
OFFICER = "person:00000000-0000-7000-8000-00000000000a"
VALIDATOR = "person:00000000-0000-7000-8000-00000000000b"


async def sent(world: World, **pages: Any) -> Report:
    """A small company's report, sent now and examined."""
    async with world.transaction() as (session, now):
        account = await make_account(session)
        report = await make_report(session, account, now=now)
        await fill_small_report(session, report, now=now, **pages)
        await send(session, report, now)
    await world.rest()
    return report


async def send(session: AsyncSession, report: Report, now: datetime) -> None:
    """Kirim, by the company."""
    fresh = await session.get_one(Report, report.case_id, populate_existing=True)
    await sending.send(
        session, report.case_id, command_id=str(new_id()),
        expected_version=fresh.content_version, actor=ACTOR, now=now,
    )  # fmt: skip


async def verify(world: World, report: Report, submission: int = 1) -> None:
    async with world.transaction() as (session, now):
        await decisions.verify(session, report.case_id, submission=submission, actor=OFFICER, now=now)
    await world.rest()


async def approve(world: World, report: Report, directorate: str = "ikma", submission: int = 1) -> None:
    async with world.transaction() as (session, now):
        await decisions.approve(
            session, report.case_id, directorate, submission=submission, actor=VALIDATOR, now=now
        )
    await world.rest()


async def give_back(world: World, report: Report, submission: int = 1) -> None:
    """Returned from verification with one note."""
    notes = [Note("production", "Satuan kursi tertulis dalam kilogram.")]
    async with world.transaction() as (session, now):
        await decisions.give_back(
            session, report.case_id, ReviewDesk.VERIFICATION, notes,
            submission=submission, actor=OFFICER, now=now,
        )  # fmt: skip
    await world.rest()


async def answer(world: World, report: Report, how: CorrectionAnswer = CorrectionAnswer.RESPONDED) -> None:
    """Every note that waits is answered."""
    async with world.transaction() as (session, now):
        for note in await corrections.of_report(session, report.case_id):
            if note.answer is None:
                await corrections.answer(
                    session, report.case_id, note.id, how, "Satuannya benar.", actor=ACTOR, now=now
                )


async def send_again(world: World, report: Report) -> None:
    """From the statement letter: numbered, printed, signed, scanned, sent."""
    async with world.transaction() as (session, now):
        fresh = await session.get_one(Report, report.case_id, populate_existing=True)
        await sign(session, fresh, number="018/SP/I/2027", now=now)
        await send(session, report, now)
    await world.rest()


async def dates_of(world: World, case_id: UUID) -> dict[str, str]:
    async with world.sessions() as session:
        rows = await session.execute(select(Deadline).where(col(Deadline.case_id) == case_id))
        return {row.name: row.due_before.isoformat() for row in rows.scalars() if row.met_at is None}


async def reload(world: World, report: Report) -> Report:
    async with world.sessions() as session:
        return await session.get_one(Report, report.case_id)


@pytest.mark.starts(MONDAY)
async def test_sent_verified_validated_and_final(world: World) -> None:
    report = await sent(world)
    assert (await dates_of(world, report.case_id))[
        "report_verification_target"
    ] == "2027-01-12T17:00:00+00:00"

    await verify(world, report)
    async with world.sessions() as session:
        parts = (await session.execute(select(ReportValidation))).scalars().all()
    assert [(part.directorate, part.divisions) for part in parts] == [("ikma", ["31"])]
    assert "report_validation_target" in await dates_of(world, report.case_id)

    await approve(world, report)
    case = await world.case(report.case_id)
    assert (case.status, case.outcome, case.wake_at) == ("validated", "done", None)
    assert await dates_of(world, report.case_id) == {}
    events = [event.type for event in await world.events(report.case_id)]
    assert events[-5:] == [
        "sent",
        "report_examined",
        "report_verified",
        "report_approved",
        "report_validated",
    ]


@pytest.mark.starts(MONDAY)
async def test_nothing_is_approved_by_time_and_everybody_is_told_once_a_day(world: World) -> None:
    verifier = await world.official(Role.VERIFIER)
    elsewhere = await world.official(Role.VERIFIER, region="31")
    administrator = await world.official(Role.ADMINISTRATOR)
    report, other = await sent(world), await sent(world)

    await world.advance_to("2027-01-14T12:00:00+07:00")

    for one in (report, other):
        assert (await world.case(one.case_id)).status == "sent"
        told = await world.events(one.case_id, "reviewers_reminded", "review_escalated")
        assert [event.type for event in told] == ["reviewers_reminded", "review_escalated"]
        assert told[1].at.isoformat() == "2027-01-12T17:00:00+00:00", "the legal moment"
    assert await world.templates_to(verifier) == ["review_reminder", "review_reminder"], "half and target"
    assert await world.templates_to(administrator) == ["review_escalation"], "one mail for both reports"
    assert await world.templates_to(elsewhere) == []


@pytest.mark.starts(MONDAY)
async def test_a_returned_report_answered_in_time_keeps_its_first_date(world: World) -> None:
    report = await sent(world)
    first = (await reload(world, report)).sent_at
    await give_back(world, report)
    assert (await dates_of(world, report.case_id))["report_correction_due"] == "2027-01-12T17:00:00+00:00"
    with pytest.raises(InvalidInput, match="Tracking Pemrosesan"):
        await send_again(world, report)

    await world.advance_to("2027-01-12T10:00:00+07:00")
    await answer(world, report)
    await send_again(world, report)

    found = await reload(world, report)
    assert (found.submission, found.sent_at) == (2, first)
    async with world.sessions() as session:
        review = await session.get_one(ReportReview, (report.case_id, 2))
    assert [flag["check"] for flag in review.flags] == ["sent_again"], "what came back is always looked at"
    await verify(world, report, submission=2)
    await approve(world, report, submission=2)
    assert (await world.case(report.case_id)).status == "validated"


@pytest.mark.starts(MONDAY)
async def test_a_report_that_does_not_come_back_is_owed_again(world: World) -> None:
    report = await sent(world)
    await give_back(world, report)

    await world.advance_to("2027-01-14T09:00:00+07:00")

    [lapsed] = await world.events(report.case_id, "correction_lapsed")
    assert lapsed.at.isoformat() == "2027-01-12T17:00:00+00:00"
    found = await reload(world, report)
    assert found.sent_at is None, "the first sending no longer counts"
    async with world.sessions() as session:
        due = await session.get_one(Deadline, (report.case_id, "report_due"))
    assert (due.met_at, due.acted_at is not None) == (None, True)
    assert len(await world.events(report.case_id, "warning_proposed")) == 1, "owed again, past its date"
    await answer(world, report)
    await send_again(world, report)
    assert (await reload(world, report)).sent_at == await world.now()
    assert (await world.case(report.case_id)).status == "sent"


@pytest.mark.starts(MONDAY)
async def test_a_report_has_no_process_before_it_is_sent(world: World) -> None:
    """A hundred thousand obligations only wait: neither a rebuild nor an extension starts a workflow for them."""
    async with world.transaction() as (session, now):
        report = await make_report(session, await make_account(session), now=now)
    async with world.transaction() as (session, now):
        woken = await rebuilding.wake_batch(session, UUID(int=0), now=now)
        cases.wake(await cases.lock(session, report.case_id), now)
    assert [nudge for nudge in woken if nudge.kind == "report"] == []
    case = await world.case(report.case_id)
    assert case.wake_at is None
    with pytest.raises(RPCError, match="not found"):
        await world.client.get_workflow_handle(case.key).describe()


@pytest.mark.starts(MONDAY)
async def test_each_directorate_of_the_kblis_approves(world: World) -> None:
    report = await sent(world)
    async with world.transaction() as (session, _):
        review = await session.get_one(ReportReview, (report.case_id, 1))
        review.supervising = {"agro": ["10"], "ikft": ["20"]}
    await verify(world, report)
    await approve(world, report, "agro")
    assert (await world.case(report.case_id)).status == "verified"
    with pytest.raises(TransitionRefused, match="sudah menyetujui"):
        await approve(world, report, "agro")
    await approve(world, report, "ikft")
    assert (await world.case(report.case_id)).status == "validated"
