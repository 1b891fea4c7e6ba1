"""What everyone may know of the periods: the next due date."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.deadlines.periods import Period
from services.models import Deadline, ReportingPeriod
from services.periods.planning import DUE


@dataclass(frozen=True)
class NextDue:
    """A period and the exclusive moment until which its reports are on time, extensions for everyone included."""

    period: Period
    due_before: datetime


async def next_due(session: AsyncSession, *, now: datetime) -> NextDue | None:
    """The first due date that still lies ahead; None before the first period is planned."""
    query = (
        select(col(ReportingPeriod.code), col(Deadline.due_before))
        .join(Deadline, col(Deadline.case_id) == col(ReportingPeriod.case_id))
        .where(col(Deadline.name) == DUE, col(Deadline.due_before) > now)
        .order_by(col(Deadline.due_before))
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    return NextDue(Period.parse(row.code), row.due_before) if row else None
