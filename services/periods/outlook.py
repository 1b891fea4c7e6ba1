"""What everyone may know of the periods: the next due date."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.deadlines.periods import Period
from services.periods.planning import DUE

# An extension without a period is of what was not yet due when it was approved.
_AHEAD: Final = text(
    """
    SELECT p.code, greatest(d.due_before, max(e.target_before)) AS due_before
    FROM reporting_period p
    JOIN deadline d ON d.case_id = p.case_id AND d.name = :due
    LEFT JOIN extension e
        ON e.deadline_name = :due AND e.status IN ('approved', 'applied') AND e.scope IN ('everyone', 'period')
           AND e.stage IS NULL AND (e.period = p.code OR e.period IS NULL AND e.approved_at < d.due_before)
    GROUP BY p.code, d.due_before
    HAVING greatest(d.due_before, max(e.target_before)) > :now
    ORDER BY due_before, p.code LIMIT 1
    """
)


@dataclass(frozen=True)
class NextDue:
    """A period and the exclusive moment until which its reports are on time, extensions for everyone included."""

    period: Period
    due_before: datetime


async def next_due(session: AsyncSession, *, now: datetime) -> NextDue | None:
    """The first due date that still lies ahead; None before the first period is planned."""
    row = (await session.execute(_AHEAD, {"due": DUE, "now": now})).one_or_none()
    return NextDue(Period.parse(row.code), row.due_before) if row else None
