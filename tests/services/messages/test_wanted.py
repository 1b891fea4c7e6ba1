"""A message that is no longer wanted is not sent: rule by rule, on rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.clock import app_now
from services.messages.catalogue import TEMPLATES
from services.messages.claiming import UNWANTED, claim
from services.messages.intents import intend, intend_many
from services.messages.recipients import Recipient
from services.messages.wanted import Rule
from services.models import CaseFile, CaseKind, Lane, Person, ReportStatus, new_id
from tests.services.messages.office import HOUR, LONG_AGO, a_report, an_account, due_now

AHEAD = datetime(2099, 1, 10, 17, tzinfo=UTC)
PAST = datetime(2021, 1, 10, 17, tzinfo=UTC)
UNSENT = {"upcoming", "not_started", "draft", "reopened"}


async def reason(session: AsyncSession) -> Any:
    query = text(f"SELECT {UNWANTED} FROM message m")  # noqa: S608 -- our own constant
    return (await session.execute(query)).scalar_one()


async def told(
    session: AsyncSession, template: str, *, status: str = "draft", due: datetime = AHEAD
) -> CaseFile:
    case = await a_report(session, await an_account(session), status=status, due=due)
    now = await app_now(session)
    await intend_many(session, template=template, case_ids=[case.id], occurrence="x", now=now)
    await due_now(session)
    return case


@pytest.mark.parametrize("status", [status.value for status in ReportStatus])
async def test_reminders_are_for_unsent_reports_only(session: AsyncSession, status: str) -> None:
    await told(session, "report_reminder", status=status)
    assert await reason(session) == (None if status in UNSENT else "already_sent")


@pytest.mark.parametrize(
    "template", ["period_opened", "report_reminder", "report_reminder_last", "report_overdue"]
)
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE deadline SET due_before = due_before + interval '7 days'", "date_moved"),
        ("UPDATE deadline SET met_at = now()", "already_sent"),
        ("UPDATE case_file SET held_at = now()", "case_held"),
        ("UPDATE case_file SET closed_at = now()", "case_closed"),
        ("UPDATE account SET status = 'void'", "account_not_active"),
        ("DELETE FROM deadline", "date_moved"),
    ],
)
async def test_report_notices_stop_when_the_matter_changes(
    session: AsyncSession, template: str, change: str, expected: str
) -> None:
    await told(session, template)
    assert await reason(session) is None
    await session.execute(text(change))
    assert await reason(session) == expected


async def test_a_reminder_is_not_sent_after_its_date_but_an_overdue_notice_is(session: AsyncSession) -> None:
    await told(session, "report_reminder", due=PAST)
    assert await reason(session) == "date_passed"
    await session.execute(text("DELETE FROM message"))
    await told(session, "report_overdue", due=PAST)
    assert await reason(session) is None


async def test_an_extension_is_announced_while_its_date_is_in_force(session: AsyncSession) -> None:
    await told(session, "extension_granted", status="sent")
    assert await reason(session) is None
    await session.execute(text("UPDATE deadline SET due_before = due_before + interval '1 day'"))
    assert await reason(session) == "date_moved"


@pytest.mark.parametrize(
    ("template", "status", "expected"),
    [
        ("upp_reminder", "submitted", None),
        ("upp_escalation", "returned", "already_answered"),
        ("upp_reminder", "accepted", "already_answered"),
        ("registration_returned", "returned", None),
        ("registration_returned", "submitted", "already_answered"),
    ],
)
async def test_registration_mails_follow_the_registration(
    session: AsyncSession, template: str, status: str, expected: str | None
) -> None:
    key = f"registration/{new_id()}"
    case = CaseFile(kind=CaseKind.REGISTRATION, key=key, status=status, opened_at=LONG_AGO)
    await cases.open_case(session, case)
    now = await app_now(session)
    known: dict[str, Any] = {"company": "PT C", "number": 1, "submitted_at": now, "due_before": AHEAD}
    known |= {"reason": "r", "token": "t"}
    await intend(
        session,
        template=template,
        dedupe_key="k",
        recipient=Recipient("upp@kemenperin.example"),
        context={name: known[name] for name in TEMPLATES[template].keys},
        now=now,
        case_id=case.id,
    )
    assert await reason(session) == expected
    await session.execute(text("UPDATE case_file SET held_at = now()"))
    assert await reason(session) == "case_held"


async def test_a_link_goes_to_its_owner_while_it_works(session: AsyncSession) -> None:
    account = await an_account(session, email="nib@rotan.example")
    now = await app_now(session)
    await intend(
        session,
        template="password_reset",
        dedupe_key="k",
        recipient=Recipient("NIB@rotan.example"),
        context={"username": "u", "token": "t", "expires_at": now + HOUR},
        now=now,
        account_id=account.id,
    )
    assert await reason(session) is None
    await session.execute(text("UPDATE account SET status = 'void'"))
    assert await reason(session) == "account_not_active"
    await session.execute(text("UPDATE account SET status = 'active', email = 'baru@rotan.example'"))
    assert await reason(session) == "not_the_owners_address"
    past = (now - timedelta(seconds=1)).isoformat()
    await session.execute(
        text("UPDATE message SET context = context || jsonb_build_object('expires_at', CAST(:at AS text))"),
        {"at": past},
    )
    assert await reason(session) == "link_expired"


async def test_an_officials_link_goes_to_their_own_address_and_an_orphan_nowhere(
    session: AsyncSession,
) -> None:
    person = Person(username="verifikator", email="v@kemenperin.example", created_at=LONG_AGO)
    session.add(person)
    await session.flush()
    now = await app_now(session)
    await intend(
        session,
        template="person_invited",
        dedupe_key="k",
        recipient=Recipient(person.email, person_id=person.id),
        context={"username": "u", "token": "t", "expires_at": now + HOUR},
        now=now,
    )
    assert await reason(session) is None
    await session.execute(text("UPDATE message SET person_id = NULL"))
    assert await reason(session) == "not_the_owners_address"


async def test_an_unknown_template_is_not_sent(session: AsyncSession) -> None:
    await told(session, "report_reminder")
    await session.execute(text("UPDATE message SET template = 'dari_masa_depan'"))
    assert await reason(session) == "unknown_template"


async def test_claiming_cancels_what_is_no_longer_wanted_and_says_why(session: AsyncSession) -> None:
    for status in ("draft", "sent"):
        await told(session, "report_reminder", status=status)
    letters, cancelled = await claim(
        session, Lane.NOTICES, size=10, lease=timedelta(seconds=60), domain="tenggat.example"
    )
    assert (len(letters), cancelled) == (1, 1)
    rows = await session.execute(text("SELECT state, state_reason, claimed_until FROM message ORDER BY id"))
    claimed, dropped = rows.all()
    assert (claimed.state, dropped.state, dropped.state_reason) == ("claimed", "cancelled", "already_sent")
    assert claimed.claimed_until is not None
    assert dropped.claimed_until is None


def test_each_rule_is_used_by_a_template() -> None:
    assert {template.rule for template in TEMPLATES.values()} == set(Rule)
