"""The four rules of a correction (Permenperin 13/2025) hold in the database, whatever a program tries."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.deadlines.periods import Period
from services.errors import Conflict, DomainError, TransitionRefused
from services.models import Account, AccountType, CaseFile, Deadline, Report, Rollback, new_id
from services.periods import planning
from services.reports import sending
from services.reviews import steps
from services.rollbacks import dates, decisions, requesting
from services.rollbacks.requesting import Asked
from tests.factories import ACTOR, OPEN, fill_small_report, make_account, make_report

ASKED = Asked("Nilai produksi tertukar.", ["production"])
OFFICER = "person:00000000-0000-7000-8000-00000000000a"


async def sent(session: AsyncSession, **facts: Any) -> Report:
    """A report sent and examined at `OPEN`."""
    now = facts.pop("now", OPEN)
    report = await make_report(session, await make_account(session, **facts), now=now)
    await fill_small_report(session, report, now=now)
    await sending.send(
        session, report.case_id, command_id=str(new_id()),
        expected_version=report.content_version, actor=ACTOR, now=now,
    )  # fmt: skip
    case = await cases.lock(session, report.case_id)
    await steps.examine(session, case, now)
    await session.flush()
    return report


async def ask(session: AsyncSession, report: Report, now: datetime = OPEN) -> Rollback:
    return await requesting.request(session, report.case_id, ASKED, actor=ACTOR, now=now)


async def due(session: AsyncSession, report: Report, before: datetime) -> None:
    moved = update(Deadline).where(
        col(Deadline.case_id) == report.case_id, col(Deadline.name) == "report_due"
    )
    await session.execute(moved.values(due_before=before))


def wib(written: str) -> datetime:
    return datetime.fromisoformat(f"{written}+07:00")


@pytest.mark.parametrize(
    ("period", "due_before", "shown", "refused"),
    [
        # Extended to Tuesday 15 April 2025: until Thursday 17 April in both readings (18 April is Good Friday).
        ("2025-Q1", "2025-04-16T00:00:00", "2025-04-18T00:00:00", "2025-04-18T00:00:00"),
        # Due Saturday 10 October 2026: people are told the 12th, nobody is refused before the 14th.
        ("2026-Q3", "2026-10-11T00:00:00", "2026-10-13T00:00:00", "2026-10-14T00:00:00"),
    ],
)
async def test_until_when_a_correction_may_be_asked_for(
    session: AsyncSession, period: str, due_before: str, shown: str, refused: str
) -> None:
    rules = await rulebook.current(session, now=OPEN)
    window = dates.window(wib(due_before), rules, rules.calendars())
    assert (window.due_before, dates.refused_from(window)) == (wib(shown), wib(refused))
    if period == "2026-Q3":
        assert planning.due_of(Period.parse(period), rules).due_before == wib(due_before)


@pytest.mark.parametrize(
    ("period", "due_before", "sent_at", "last"),
    [
        ("2025-Q1", "2025-04-16T00:00:00", "2025-04-15T10:00:00", "2025-04-17T23:59:59"),
        ("2026-Q3", "2026-10-11T00:00:00", "2026-10-09T10:00:00", "2026-10-13T23:59:59"),
    ],
)
async def test_the_last_second_is_in_time_and_the_next_is_not(
    session: AsyncSession, period: str, due_before: str, sent_at: str, last: str
) -> None:
    at = wib(sent_at)
    report = await make_report(session, period=period, now=at)
    await due(session, report, wib(due_before))
    await fill_small_report(session, report, now=at)
    await sending.send(
        session,
        report.case_id,
        command_id="c-1",
        expected_version=report.content_version,
        actor=ACTOR,
        now=at,
    )
    await steps.examine(session, await cases.lock(session, report.case_id), at)
    with pytest.raises(TransitionRefused) as refused:
        await ask(session, report, wib(last) + timedelta(seconds=1))
    assert "Permenperin 13/2025" in str(refused.value.message)
    assert (await session.get_one(CaseFile, report.case_id)).status == "sent"
    assert (await ask(session, report, wib(last))).status == "requested"


async def test_what_was_never_sent_cannot_be_corrected(session: AsyncSession) -> None:
    report = await make_report(session)
    with pytest.raises(TransitionRefused, match="sudah dikirim"):
        await ask(session, report)


async def test_a_regime_without_corrections_has_none(session: AsyncSession) -> None:
    report = await make_report(session, period="2024-Q4")
    await session.execute(update(Report).values(submission=1))
    with pytest.raises(Conflict, match="tidak mengenal perbaikan data"):
        await ask(session, report)


async def test_one_correction_for_account_and_period_whatever_the_stage(session: AsyncSession) -> None:
    """Also for an estate, whose stages are construction and commercial."""
    report = await sent(session)
    rollback = await ask(session, report)
    await decisions.grant(session, rollback.case_id, actor=OFFICER, now=OPEN)
    other = await make_report(session, await _account(session, report.account_id), stage="construction")
    with pytest.raises(DBAPIError, match="uq_rollback_one_granted"):
        await _copied(session, rollback, other)


async def test_an_estate_has_one_correction_too(session: AsyncSession) -> None:
    estate = await make_account(session, account_type=AccountType.ESTATE, kbli=("68130",))
    first = await make_report(session, estate, stage="commercial")
    second = await make_report(session, estate, stage="construction")
    await session.execute(update(Report).values(submission=1))
    await _version(session, first)
    await _version(session, second)
    await _status(session, first, "sent")
    await _insert(session, first, granted_at=None, status="requested")
    await _status(session, first, "rollback_requested")
    granting = "UPDATE rollback SET status = 'granted', granted_at = :now, decided_at = :now, decided_by = 'person:x'"
    await session.execute(text(granting), {"now": OPEN})
    await _status(session, second, "sent")
    await _insert(session, second, status="requested")
    await _status(session, second, "rollback_requested")
    with pytest.raises(DBAPIError, match="uq_rollback_one_granted"):
        await session.execute(text(f"{granting} WHERE report_id = :id"), {"now": OPEN, "id": second.case_id})


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"submission": 7}, "not the last submission"),
        ({"report_status": "verified"}, "not in verification or validation"),
        ({"requested_at": OPEN + timedelta(days=40)}, "ck_rollback_in_time"),
        ({"reason": "  "}, "ck_rollback_reason"),
        ({"sections": "[]"}, "ck_rollback_sections"),
        ({"period": "2026-Q3"}, "not the last submission"),
        ({"account_id": "another"}, "not the last submission"),
        ({"decided_at": OPEN, "decided_by": "system"}, "ck_rollback_decided_by_somebody"),
        ({"decided_at": OPEN, "decided_by": "process:rollback"}, "ck_rollback_decided_by_somebody"),
        ({"status": "granted"}, "ck_rollback_granted"),
    ],
)
async def test_the_database_refuses_what_breaks_a_rule(
    session: AsyncSession, changes: dict[str, Any], constraint: str
) -> None:
    report = await sent(session)
    if changes.get("account_id") == "another":
        changes = {"account_id": (await make_account(session)).id}
    with pytest.raises(DBAPIError, match=constraint):
        await _insert(session, report, **changes)


@pytest.mark.parametrize("status", ["draft", "returned", "validated", "reopened"])
async def test_only_what_is_in_review_can_be_asked_about(session: AsyncSession, status: str) -> None:
    report = await sent(session)
    await _status(session, report, status)
    with pytest.raises(DBAPIError, match="not in verification or validation"):
        await _insert(session, report)


async def test_a_request_is_never_rewritten(session: AsyncSession) -> None:
    report = await sent(session)
    await _insert(session, report)
    with pytest.raises(DBAPIError, match="never rewritten"):
        await session.execute(text("UPDATE rollback SET reason = 'lain'"))


async def test_nobody_approves_in_the_name_of_time(session: AsyncSession) -> None:
    report = await sent(session)
    for actor in ("system", "process:report-review"):
        async with session.begin_nested() as savepoint:
            with pytest.raises(DBAPIError, match="verified_by_somebody"):
                await session.execute(
                    text("UPDATE report_review SET verified_at = now(), verified_by = :actor"),
                    {"actor": actor},
                )
            await savepoint.rollback()
    assert (await session.get_one(CaseFile, report.case_id)).status == "sent"


async def test_a_refused_request_does_not_count(session: AsyncSession) -> None:
    report = await sent(session)
    first = await ask(session, report)
    await decisions.refuse(session, first.case_id, "Sudah benar.", actor=OFFICER, now=OPEN)
    second = await ask(session, report)
    await decisions.grant(session, second.case_id, actor=OFFICER, now=OPEN)
    with pytest.raises(DomainError, match="1 kali"):
        await ask(session, report)


async def _account(session: AsyncSession, account_id: UUID) -> Any:
    return await session.get_one(Account, account_id)


async def _status(session: AsyncSession, report: Report, status: str) -> None:
    await session.execute(
        text("UPDATE case_file SET status = :status WHERE id = :id"), {"status": status, "id": report.case_id}
    )


async def _version(session: AsyncSession, report: Report) -> None:
    """A bare submission."""
    await session.execute(
        text(
            "INSERT INTO report_version (id, case_id, submission, family, form_id, form_version, content, content_hash,"
            " statement_number, sent_at, sent_by, command_id)"
            " VALUES (uuidv7(), :id, 1, 'estate', 'x', 1, '{}', 'x', '1', :now, 'test', 'c')"
        ),
        {"id": report.case_id, "now": OPEN},
    )


async def _insert(session: AsyncSession, report: Report, **changes: Any) -> None:
    """A row as a program that knows no rule would write it."""
    case_id = new_id()
    await session.execute(
        text(
            "INSERT INTO case_file (id, kind, key, title, zone, kbli, status, version, milestones, nudges, opened_at)"
            " VALUES (:id, 'rollback', :key, '', 'Asia/Jakarta', '{}', 'requested', 1, '{}', 0, :now)"
        ),
        {"id": case_id, "key": f"rollback/test/{case_id}", "now": OPEN},
    )
    given = {
        "case_id": case_id, "report_id": report.case_id, "n": int(case_id.int % 1000), "account_id": report.account_id,
        "period": report.period, "submission": 1, "report_status": "sent", "status": "requested", "reason": "Salah.",
        "sections": '["production"]', "shown_before": datetime(2027, 1, 12, 17, tzinfo=UTC),
        "refused_from": datetime(2027, 1, 12, 17, tzinfo=UTC), "requested_at": OPEN, "requested_by": "test",
        "decided_at": None, "decided_by": None, "granted_at": None,
    } | changes  # fmt: skip
    columns = ", ".join(given)
    values = ", ".join(f"CAST(:{name} AS jsonb)" if name == "sections" else f":{name}" for name in given)
    await session.execute(
        text(
            f"INSERT INTO rollback ({columns}, window_id) SELECT {values}, id FROM derivation LIMIT 1"  # noqa: S608 -- our own names
        ),
        given,
    )


async def _copied(session: AsyncSession, granted: Rollback, other: Report) -> None:
    """Another stage's request, granted at once behind the service's back."""
    await _version(session, other)
    await session.execute(text("UPDATE report SET submission = 1 WHERE case_id = :id"), {"id": other.case_id})
    await _status(session, other, "sent")
    await _insert(session, other, account_id=granted.account_id)
    await _status(session, other, "rollback_requested")
    await session.execute(
        text(
            "UPDATE rollback SET status = 'granted', granted_at = :now, decided_at = :now, decided_by = 'person:x'"
            " WHERE report_id = :id"
        ),
        {"now": OPEN, "id": other.case_id},
    )
