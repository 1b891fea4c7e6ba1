"""Who has not reported a period, in the region of whoever asks: the list regional officers work from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.permissions import Permission
from services.identity.policy import allowed_filter
from services.identity.principal import Principal
from services.models import Account, CaseFile, CaseKind, CompanyContact, Deadline, ReportStatus

UNSENT: Final = (ReportStatus.UPCOMING, ReportStatus.NOT_STARTED, ReportStatus.DRAFT)
MOST: Final = 200
DUE: Final = "report_due"


@dataclass(frozen=True)
class Missing:
    """One report that is owed and has not been sent. `contacts` counts what was tried, `last` says when."""

    case: CaseFile
    account: Account
    due_before: datetime
    contacts: int
    last: datetime | None


async def reports(
    session: AsyncSession,
    principal: Principal,
    period: str,
    *,
    region: str | None = None,
    after: UUID | None = None,
    limit: int = MOST,
) -> list[Missing]:
    """Reports of a period that nobody has sent, in case order; `after` is the last case of the page before."""
    about = col(CompanyContact.case_id) == col(CaseFile.id)
    times = select(func.count()).where(about).correlate(CaseFile).scalar_subquery()
    last = select(func.max(col(CompanyContact.at))).where(about).correlate(CaseFile).scalar_subquery()
    query = (
        select(CaseFile, Account, col(Deadline.due_before), times, last)
        .join(Account, col(Account.id) == col(CaseFile.account_id))
        .join(Deadline, (col(Deadline.case_id) == col(CaseFile.id)) & (col(Deadline.name) == DUE))
        .where(
            col(CaseFile.period) == period,
            col(CaseFile.kind) == CaseKind.REPORT,
            col(CaseFile.status).in_(UNSENT),
            col(CaseFile.closed_at).is_(None),
            allowed_filter(principal, Permission.RECORD_SERVICE, CaseFile),
        )
        .order_by(col(CaseFile.id))
        .limit(limit)
    )
    if region:
        code = col(CaseFile.region_code)
        query = query.where(or_(code == region, code.startswith(f"{region}.", autoescape=True)))
    if after is not None:
        query = query.where(col(CaseFile.id) > after)
    return [Missing(*row) for row in await session.execute(query)]
