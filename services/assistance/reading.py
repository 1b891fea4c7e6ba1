"""Tickets for lists: a company's own, a desk's agenda, and what waits without a session."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.assistance.slots import Slot, holds
from services.identity.permissions import Permission
from services.identity.policy import allowed_filter
from services.identity.principal import Principal
from services.models import AssistanceSession, AssistanceTicket, CaseFile
from services.policies.assistance import Desk


@dataclass(frozen=True)
class Listed:
    """A ticket with its case and the session it has, or had when it was closed."""

    case: CaseFile
    ticket: AssistanceTicket
    session: AssistanceSession | None


@dataclass(frozen=True)
class Appointment:
    """A line of the agenda. `closed_then`: by the hours and calendar of today the desk is closed at that time."""

    listed: Listed
    starts_at: datetime
    ends_at: datetime
    closed_then: bool


_LIVE = (col(AssistanceSession.case_id) == col(AssistanceTicket.case_id)) & col(
    AssistanceSession.released_at
).is_(None)


async def of_account(session: AsyncSession, account_id: UUID, *, most: int = 50) -> Sequence[Listed]:
    """A company's tickets, the newest first."""
    query = (
        select(CaseFile, AssistanceTicket, AssistanceSession)
        .join(AssistanceTicket, col(AssistanceTicket.case_id) == col(CaseFile.id))
        .outerjoin(AssistanceSession, _LIVE)
        .where(col(AssistanceTicket.account_id) == account_id)
        .order_by(col(CaseFile.id).desc())
        .limit(most)
    )
    return [Listed(*row) for row in await session.execute(query.execution_options(populate_existing=True))]


async def agenda(
    session: AsyncSession, principal: Principal, desk: Desk, day: date, *, days: int, now: datetime
) -> list[Appointment]:
    """The sessions at a desk from a day on, on the desk's own clock, of companies that this official may help."""
    first = datetime.combine(day, time(0), desk.timezone)
    query = (
        select(CaseFile, AssistanceTicket, AssistanceSession)
        .join(AssistanceTicket, col(AssistanceTicket.case_id) == col(CaseFile.id))
        .join(AssistanceSession, _LIVE)
        .where(
            col(AssistanceSession.desk) == desk.name,
            col(AssistanceSession.starts_at) >= first,
            col(AssistanceSession.starts_at) < first + timedelta(days=days),
            allowed_filter(principal, Permission.ASSIST_COMPANY, CaseFile),
        )
        .order_by(col(AssistanceSession.starts_at), col(AssistanceSession.seat))
    )
    rules = await rulebook.current(session, now=now)
    calendar = rules.calendars(desk.region or None)[desk.calendar]
    found = []
    for case, ticket, held in await session.execute(query.execution_options(populate_existing=True)):
        closed = not holds(desk, Slot(held.starts_at, held.ends_at), calendar)
        found.append(Appointment(Listed(case, ticket, held), held.starts_at, held.ends_at, closed))
    return found
