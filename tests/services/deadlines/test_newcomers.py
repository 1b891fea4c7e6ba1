"""Who comes after an extension gets it too: where it concerned what was open and not yet due when it was applied."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.batches import FIRST
from services.deadlines import applying, campaigns, extensions, undoing
from services.deadlines.extensions import ExtensionDraft
from services.deadlines.periods import Period
from services.models import CaseEvent, Deadline, Extension, ExtensionScope, PeriodStatus, Report
from services.periods import obligations, planning
from tests.factories import ACTOR, make_account, make_report


def wib(written: str) -> datetime:
    return datetime.fromisoformat(f"{written}+07:00")


APPLIED, JOINED = wib("2026-12-28T10:00"), wib("2026-12-29T10:00")
AFTER = wib("2027-04-01T08:00")


async def opened(session: AsyncSession, code: str, now: datetime) -> None:
    rules = await rulebook.current(session, now=now)
    (await planning.plan(session, Period.parse(code), rules, now=now)).status = PeriodStatus.OPEN
    await session.flush()


async def extended(session: AsyncSession, target: str, *, now: datetime = APPLIED, **given: Any) -> Extension:
    """Written down, tried out, approved and applied at one moment; without a period unless one is given."""
    wanted: dict[str, Any] = {"scope": ExtensionScope.EVERYONE} | given
    draft = ExtensionDraft(
        target=date.fromisoformat(target), instrument="SE Contoh", reason="Banjir", **wanted
    )
    extension = await extensions.draft(session, draft, actor=ACTOR, now=now)
    await extensions.dry_run(session, extension.id, actor=ACTOR, now=now)
    await extensions.approve(session, extension.id, actor=ACTOR, now=now)
    found = await applying.next_cases(session, extension, FIRST, now, 10)
    await applying.extend_cases(session, extension, found, now)
    await campaigns.applied(session, await cases.lock(session, extension.case_id), extension, now)
    return extension


async def due(session: AsyncSession, report: Report) -> str:
    found = await session.get_one(Deadline, (report.case_id, "report_due"), populate_existing=True)
    return found.due_before.astimezone(wib("2027-01-01T00:00").tzinfo).isoformat(timespec="minutes")[:16]


async def joined(session: AsyncSession, now: datetime = JOINED, **account: Any) -> Report:
    """A company accepted now, and the report that it owes at once."""
    account = {"created_at": now, **account}
    made = await make_account(session, **account)
    await obligations.open_for_account(session, made, now=now)
    return (await session.execute(select(Report).where(col(Report.account_id) == made.id))).scalar_one()


async def test_a_company_accepted_after_an_extension_for_everyone_has_the_date_of_all_others(
    session: AsyncSession,
) -> None:
    await opened(session, "2026-Q4", APPLIED)
    before = await make_report(session, now=APPLIED)
    extension = await extended(session, "2027-01-20")
    newcomer = await joined(session)
    assert await due(session, before) == await due(session, newcomer) == "2027-01-21T00:00"
    events = select(CaseEvent).where(
        col(CaseEvent.case_id) == newcomer.case_id, col(CaseEvent.type) == "deadline_extended"
    )
    (event,) = (await session.execute(events)).scalars()
    assert event.data["extension"] == str(extension.id)


async def test_who_is_opened_late_has_the_date_that_everyone_had(session: AsyncSession) -> None:
    await opened(session, "2026-Q4", APPLIED)
    await make_report(session, now=APPLIED)
    await extended(session, "2027-01-20")
    late = await make_report(session, now=wib("2027-02-15T09:00"))
    assert await due(session, late) == "2027-01-21T00:00"


@pytest.mark.parametrize(
    ("given", "mine", "other"),
    [
        ({"scope": ExtensionScope.REGION, "region": "64"}, {"region": "64.71"}, {"region": "31.71"}),
        ({"scope": ExtensionScope.KBLI, "kbli": "310"}, {"kbli": ("31012",)}, {"kbli": ("20231",)}),
    ],
)
async def test_only_who_belongs_to_its_region_or_its_kbli_gets_it(
    session: AsyncSession, given: dict[str, Any], mine: dict[str, Any], other: dict[str, Any]
) -> None:
    await opened(session, "2026-Q4", APPLIED)
    await make_report(session, now=APPLIED)
    await extended(session, "2027-01-20", **given)
    assert await due(session, await joined(session, **mine)) == "2027-01-21T00:00"
    assert await due(session, await joined(session, **other)) == "2027-01-11T00:00"


async def test_an_extension_never_reaches_a_quarter_that_opened_after_it(session: AsyncSession) -> None:
    await opened(session, "2026-Q4", APPLIED)
    await make_report(session, now=APPLIED)
    await extended(session, "2027-04-20")
    await opened(session, "2027-Q1", AFTER)
    later = await make_report(session, period="2027-Q1", now=AFTER)
    assert await due(session, later) == "2027-04-11T00:00"


async def test_an_extension_never_reaches_a_quarter_that_was_due_before_it(session: AsyncSession) -> None:
    await opened(session, "2026-Q4", APPLIED)
    await opened(session, "2027-Q1", AFTER)
    await make_report(session, period="2027-Q1", now=AFTER)
    await extended(session, "2027-04-20", now=AFTER)
    late = await make_report(session, period="2026-Q4", now=AFTER)
    assert await due(session, late) == "2027-01-11T00:00"


async def test_what_an_earlier_extension_had_kept_open_the_next_one_concerned(session: AsyncSession) -> None:
    await opened(session, "2026-Q4", APPLIED)
    await make_report(session, now=APPLIED)
    await extended(session, "2027-01-20")
    await extended(session, "2027-01-31", now=wib("2027-01-15T09:00"))
    late = await make_report(session, now=wib("2027-02-15T09:00"))
    assert await due(session, late) == "2027-02-01T00:00"


async def test_one_that_was_taken_back_reaches_nobody(session: AsyncSession) -> None:
    await opened(session, "2026-Q4", APPLIED)
    await make_report(session, now=APPLIED)
    extension = await extended(session, "2027-01-20")
    await undoing.order_undo(session, extension.id, actor=ACTOR, now=APPLIED)
    assert await due(session, await joined(session)) == "2027-01-11T00:00"
