"""Many reports approved together: exactly those previewed, by the person who saw them, nothing that changed since."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import audit
from services.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.identity.principal import Grant, Principal
from services.models import (
    CaseEvent,
    CaseFile,
    Deadline,
    Message,
    Report,
    ReportReview,
    ReportValidation,
    ReviewDesk,
    Role,
    new_id,
)
from services.reviews import bulk, decisions
from services.reviews.bulk import Which
from services.reviews.corrections import Note
from tests.factories import OPEN
from tests.services.rollbacks.test_rules import sent

VERIFY = Which(ReviewDesk.VERIFICATION)
VALIDATE = Which(ReviewDesk.VALIDATION, "ikma")


def official(*roles: Role, region: str = "", divisions: tuple[str, ...] = ()) -> Principal:
    person = new_id()
    grants = tuple(Grant(role, region, divisions) for role in roles)
    return Principal(f"person:{person}", person_id=person, roles=grants, nda=True, recent=True)


async def status(session: AsyncSession, report: Report) -> str:
    case = await session.get_one(CaseFile, report.case_id, populate_existing=True)
    return case.status


async def flag(session: AsyncSession, report: Report) -> None:
    await session.execute(
        update(ReportReview).where(col(ReportReview.case_id) == report.case_id).values(flagged=True)
    )


async def test_what_has_no_finding_is_verified_and_each_has_its_own_event(session: AsyncSession) -> None:
    first, second, flagged = [await sent(session) for _ in range(3)]
    await flag(session, flagged)
    user = official(Role.VERIFIER)
    batch = await bulk.preview(session, user, VERIFY, now=OPEN)
    assert batch.counts == {"chosen": 2, "flagged": 1}

    done = await bulk.approve(session, user, batch.id, now=OPEN)

    assert (done.approved, done.left_out) == (2, {})
    assert [await status(session, report) for report in (first, second, flagged)] == [
        "verified",
        "verified",
        "sent",
    ]
    parts = (await session.execute(select(ReportValidation))).scalars().all()
    assert {(part.directorate, tuple(part.divisions)) for part in parts} == {("ikma", ("31",))}
    target = await session.get_one(Deadline, (first.case_id, "report_validation_target"))
    assert (target.met_at, target.due_before > OPEN) == (None, True)
    verified = await session.scalars(select(CaseEvent).where(col(CaseEvent.type) == "report_verified"))
    assert {(line.actor, line.data["batch"]) for line in verified} == {(user.actor, str(batch.id))}
    assert (await audit.verify_batch(session)).breaks == ()


async def test_what_is_flagged_or_held_takes_nobody_s_place(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A preview shows only so many: those that cannot be approved together are counted beside them."""
    monkeypatch.setattr(bulk, "MOST", 2)
    flagged, held, *free = [await sent(session) for _ in range(5)]
    await flag(session, flagged)
    case = await session.get_one(CaseFile, held.case_id)
    case.held_at = OPEN
    await session.flush()
    batch = await bulk.preview(session, official(Role.VERIFIER), VERIFY, now=OPEN)
    assert [line["case"] for line in batch.chosen] == [str(report.case_id) for report in free[:2]]
    assert batch.counts == {"chosen": 2, "flagged": 1, "held": 1, "beyond": 1}


async def test_it_says_what_one_decision_says(session: AsyncSession) -> None:
    """The set-based way and the single one leave the same rows."""
    alone, together = await sent(session), await sent(session)
    user = official(Role.VERIFIER, Role.VALIDATOR)
    await decisions.verify(session, alone.case_id, submission=1, actor=user.actor, now=OPEN)
    batch = await bulk.preview(session, user, VERIFY, now=OPEN)
    await bulk.approve(session, user, batch.id, now=OPEN)
    await decisions.approve(session, alone.case_id, "ikma", submission=1, actor=user.actor, now=OPEN)
    batch = await bulk.preview(session, user, VALIDATE, now=OPEN)
    await bulk.approve(session, user, batch.id, now=OPEN)

    async def left(report: Report) -> object:
        case = await session.get_one(CaseFile, report.case_id, populate_existing=True)
        dates = await session.execute(
            select(col(Deadline.name), col(Deadline.due_before), col(Deadline.met_at))
            .where(col(Deadline.case_id) == report.case_id)
            .order_by(col(Deadline.name))
        )
        events = await session.scalars(
            select(col(CaseEvent.type))
            .where(col(CaseEvent.case_id) == report.case_id)
            .order_by(col(CaseEvent.seq))
        )
        mails = await session.scalar(
            select(func.count()).where(
                col(Message.case_id) == report.case_id, col(Message.template) == "report_validated"
            )
        )
        return case.status, case.outcome, case.closed_at, case.version, dates.all(), events.all(), mails

    assert await left(alone) == await left(together)


async def test_what_changed_since_the_preview_is_left_out(session: AsyncSession) -> None:
    returned, held, flagged, excluded, kept = [await sent(session) for _ in range(5)]
    user = official(Role.VERIFIER)
    batch = await bulk.preview(session, user, VERIFY, now=OPEN)
    notes = [Note("production", "Satuan salah.")]
    await decisions.give_back(
        session, returned.case_id, ReviewDesk.VERIFICATION, notes, submission=1, actor=user.actor, now=OPEN
    )
    await session.execute(
        update(CaseFile).where(col(CaseFile.id) == held.case_id).values(held_at=OPEN, hold_reason="x")
    )
    await flag(session, flagged)

    done = await bulk.approve(session, user, batch.id, without=[excluded.case_id], now=OPEN)

    assert (done.approved, done.left_out) == (1, {"changed": 1, "held": 1, "flagged": 1, "excluded": 1})
    assert await status(session, kept) == "verified"


async def test_only_the_person_who_saw_it_and_only_once(session: AsyncSession) -> None:
    report = await sent(session)
    user = official(Role.VERIFIER)
    batch = await bulk.preview(session, user, VERIFY, now=OPEN)
    with pytest.raises(NotFound):
        await bulk.approve(session, official(Role.VERIFIER), batch.id, now=OPEN)
    program = replace(user, person_id=None, key_id=new_id())
    with pytest.raises(Forbidden, match="bukan oleh program"):
        await bulk.approve(session, program, batch.id, now=OPEN)
    await bulk.approve(session, user, batch.id, now=OPEN)
    with pytest.raises(Conflict, match="sudah diberikan"):
        await bulk.approve(session, user, batch.id, now=OPEN + timedelta(minutes=1))
    assert await status(session, report) == "verified"


async def test_an_approval_by_anything_but_a_person_is_refused_by_the_database(session: AsyncSession) -> None:
    await sent(session)
    batch = await bulk.preview(session, official(Role.VERIFIER), VERIFY, now=OPEN)
    with pytest.raises(DBAPIError, match="approved_by_a_person"):
        await session.execute(
            text("UPDATE review_batch SET approved_at = now(), approved_by = 'key:x' WHERE id = :id"),
            {"id": batch.id},
        )


@pytest.mark.parametrize(
    ("user", "chosen"),
    [
        (official(Role.VALIDATOR), 1),
        (official(Role.VALIDATOR, divisions=("31",)), 1),
        (official(Role.VALIDATOR, divisions=("10",)), 0),
        (official(Role.VALIDATOR, region="31"), 0),
        (official(Role.VALIDATOR, region="64"), 1),
        (official(Role.AUDITOR), 0),
    ],
)
async def test_a_validator_sees_what_is_theirs(session: AsyncSession, user: Principal, chosen: int) -> None:
    report = await sent(session)
    await decisions.verify(session, report.case_id, submission=1, actor=user.actor, now=OPEN)
    batch = await bulk.preview(session, user, VALIDATE, now=OPEN)
    assert len(batch.chosen) == chosen


@pytest.mark.parametrize(
    "which",
    [Which(ReviewDesk.VALIDATION), Which(ReviewDesk.VALIDATION, "x"), Which(ReviewDesk.VERIFICATION, "ikma")],
)
async def test_a_directorate_belongs_to_validation_only(session: AsyncSession, which: Which) -> None:
    with pytest.raises(InvalidInput):
        await bulk.preview(session, official(Role.VERIFIER, Role.VALIDATOR), which, now=OPEN)
