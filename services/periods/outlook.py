"""What everyone may know of the periods: the next due date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.deadlines.periods import Period
from services.models import Deadline, Extension, ExtensionScope, ExtensionStatus, ReportingPeriod
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
        .where(col(Deadline.name) == DUE)
    )
    given = (await session.execute(_FOR_EVERYONE)).all()
    found = [
        NextDue(Period.parse(code), _with_more_time(code, due, given))
        for code, due in await session.execute(query)
    ]
    ahead = [one for one in found if one.due_before > now]
    return min(ahead, key=lambda one: (one.due_before, one.period.end), default=None)


# In the order in which they were given: for the next one, what an earlier one moved was not yet due.
_FOR_EVERYONE = (
    select(col(Extension.period), col(Extension.approved_at), col(Extension.target_before))
    .where(
        col(Extension.deadline_name) == DUE,
        col(Extension.status).in_([ExtensionStatus.APPROVED, ExtensionStatus.APPLIED]),
        col(Extension.scope).in_([ExtensionScope.EVERYONE, ExtensionScope.PERIOD]),
        col(Extension.stage).is_(None),
    )
    .order_by(col(Extension.approved_at), col(Extension.target_before))
)


def _with_more_time(code: str, due_before: datetime, given: Iterable[Any]) -> datetime:
    """One without a period is of what was not yet due when it was approved."""
    for period, approved_at, target_before in given:
        if period == code or (period is None and approved_at < due_before):
            due_before = max(due_before, target_before)
    return due_before
