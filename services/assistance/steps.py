"""What the process of a ticket does by itself: remind, escalate, ask for what came of a session. It ends nothing."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.assistance import dates, notices
from services.assistance.booking import current
from services.errors import NotFound
from services.models import AssistanceStatus, AssistanceTicket, CaseFile, Deadline, Role


async def remind(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Half of the office's time is gone: those who help are reminded."""
    await _waiting(session, case, dates.REMINDER, notices.HELPERS, "helpers_reminded", now)


async def escalate(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The time is over without an answer: administrators are told. The ticket stays open."""
    await _waiting(session, case, dates.TARGET, (Role.ADMINISTRATOR,), "office_escalated", now)


async def remind_session(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """A session lies ahead: both sides are reminded."""
    ticket, held = await _ticket(session, case), await current(session, case.id)
    if held is None or held.starts_at <= now:
        return
    passed = await dates.acted(session, case, dates.SESSION_REMINDER, now)
    await notices.remind_company(session, case, ticket, held, now=now)
    told = await notices.tell_session_ahead(session, case, ticket, held, now=now)
    at = passed.due_before if passed else now
    await cases.record(session, case, "session_reminded", now=now, at=at, data={"officials": told})


async def ask_outcome(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Nobody has recorded a session in time: who is to do it, and the administrators, are told."""
    ticket, held = await _ticket(session, case), await current(session, case.id)
    passed = await dates.acted(session, case, dates.RECORD, now)
    if held is None or passed is None:
        return
    told = await notices.tell_unrecorded(session, case, ticket, held, passed, now=now)
    data = {"officials": told}
    await cases.record(session, case, "outcome_missing", now=now, at=passed.due_before, data=data)


async def _waiting(
    session: AsyncSession, case: CaseFile, name: str, to: tuple[Role, ...], event: str, now: datetime
) -> None:
    if case.status != AssistanceStatus.ASKED:
        return
    ticket = await _ticket(session, case)
    passed = await dates.acted(session, case, name, now)
    target = await session.get(Deadline, (case.id, dates.TARGET), populate_existing=True)
    if passed is None or target is None:
        raise NotFound
    told = await notices.tell_waiting(session, case, ticket, target, to, now=now)
    await cases.record(session, case, event, now=now, at=passed.due_before, data={"officials": told})


async def _ticket(session: AsyncSession, case: CaseFile) -> AssistanceTicket:
    ticket = await session.get(AssistanceTicket, case.id, populate_existing=True)
    if ticket is None:
        raise NotFound
    return ticket
