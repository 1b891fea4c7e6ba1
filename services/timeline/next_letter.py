"""The next letter that a company may be given, and when: of each open ladder, and of duties about to get one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.models import CaseFile, CaseKind, ReportStatus, WarningLadder, WarningStatus
from services.models.warnings import LAST_LETTER
from services.timeline.future import FutureLine, future

MOST: Final = 20
_UNSENT: Final = (ReportStatus.NOT_STARTED, ReportStatus.DRAFT, ReportStatus.REOPENED)


@dataclass(frozen=True)
class NextLetter:
    """What comes next about one duty. `letter` None: what people decide after the last. Without `at` it waits."""

    case_id: UUID
    letter: int | None
    at: datetime | None
    text: str


async def of_account(
    session: AsyncSession, account_id: UUID, *, now: datetime, locale: str
) -> list[NextLetter]:
    """What comes next in each open ladder of a company, then about its overdue reports that have none yet."""
    ladders = {
        ladder.obligation_id: (case, ladder)
        for case, ladder in await session.execute(
            select(CaseFile, WarningLadder)
            .join(WarningLadder, col(WarningLadder.case_id) == col(CaseFile.id))
            .where(col(WarningLadder.account_id) == account_id, col(WarningLadder.ended_at).is_(None))
            .order_by(col(CaseFile.id))
            .limit(MOST)
            .execution_options(populate_existing=True)
        )
    }
    found = [
        _of_ladder(case, ladder, await future(session, case, now=now, locale=locale))
        for case, ladder in ladders.values()
    ]
    for report in await _overdue(session, account_id):
        if report.id not in ladders:
            found += _of_duty(report, await future(session, report, now=now, locale=locale))
    return found


async def _overdue(session: AsyncSession, account_id: UUID) -> list[CaseFile]:
    query = select(CaseFile).where(
        col(CaseFile.account_id) == account_id,
        col(CaseFile.kind) == CaseKind.REPORT,
        col(CaseFile.status).in_(_UNSENT),
        col(CaseFile.closed_at).is_(None),
    )
    return list((await session.execute(query.order_by(col(CaseFile.id)).limit(MOST))).scalars())


def _of_ladder(case: CaseFile, ladder: WarningLadder, ahead: list[FutureLine]) -> NextLetter:
    """The month of the last letter, unless the ladder waits for somebody or stands still."""
    made = case.status == WarningStatus.APPROVED  # the letter approved last is still being made
    following = ladder.rung + (0 if made else 1)
    letter = following if following <= LAST_LETTER else None
    for line in ahead:
        if line.at is None or line.name.endswith(("_interval", "_decision_target")):
            return NextLetter(case.id, letter, line.at, line.text)
    return NextLetter(case.id, letter, None, "")


def _of_duty(report: CaseFile, ahead: list[FutureLine]) -> list[NextLetter]:
    if not any(line.name == "late" for line in ahead):
        return []
    return [NextLetter(report.id, 1, line.at, line.text) for line in ahead if line.name == "warning_1"]
