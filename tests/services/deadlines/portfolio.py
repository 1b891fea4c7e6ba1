"""A small portfolio: companies with a report that was returned and is to be corrected, each at a second of its own."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook, seeding
from services.clock import app_now
from services.deadlines import store
from services.deadlines.derivation import derive
from services.deadlines.periods import Period
from services.models import CaseFile, CaseKind, ReportStatus, new_id
from services.periods import planning
from services.waking import Nudge

CORRECTION = "report_correction_due"
RETURNED = datetime(2027, 1, 7, 2, tzinfo=UTC)  # a Thursday: corrected within five working days, by the 14th


class Nobody:
    """Nudges go nowhere."""

    def nudge(self, cases: Iterable[Nudge], lanes: Iterable[str]) -> None:
        """Nothing."""


async def open_portfolio(session: AsyncSession, count: int) -> list[CaseFile]:
    """`count` cases, each with the date its report was due and the date by which it is corrected."""
    now = await app_now(session)
    await seeding.companies(session, count, region="64", now=now)
    rules = await rulebook.current(session, now=now)
    due = planning.due_of(Period.parse("2026-Q4"), rules)
    accounts = await session.execute(
        text("SELECT id, number, name, region_code, zone FROM account ORDER BY id")
    )
    opened = []
    for place, account in enumerate(accounts):
        case = CaseFile(
            id=new_id(), kind=CaseKind.REPORT, key=f"report/{account.number}/2026-Q4/production", title=account.name,
            account_id=account.id, region_code=account.region_code, zone=account.zone, period="2026-Q4",
            stage="production", status=ReportStatus.RETURNED, opened_at=now,
        )  # fmt: skip
        await cases.open_case(session, case)
        returned = derive(
            rules.policies.rule(CORRECTION),
            RETURNED + timedelta(seconds=place),
            rules.calendars(account.region_code),
        )
        await store.set_deadline(session, case.id, planning.DUE, due, now=now)
        await store.set_deadline(session, case.id, CORRECTION, returned, now=now)
        opened.append(case)
    return opened
