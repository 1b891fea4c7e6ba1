"""What the process of a reprimand does by itself while it waits: remind, escalate. It never decides."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines import store
from services.errors import NotFound
from services.models import CaseFile, Reprimand, ReprimandStatus, Role
from services.reprimands.notices import DECIDERS, tell_waiting
from services.reprimands.proposing import REMINDER, TARGET


async def remind(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Half of the office's time is gone: those who may decide are reminded."""
    await _tell(session, case, REMINDER, DECIDERS, "office_reminded", now)


async def escalate(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The time is over without a decision: administrators are told. No letter is sent by time."""
    await _tell(session, case, TARGET, (Role.ADMINISTRATOR,), "office_escalated", now)


async def _tell(
    session: AsyncSession, case: CaseFile, name: str, to: tuple[Role, ...], event: str, now: datetime
) -> None:
    if case.status != ReprimandStatus.PROPOSED:
        return
    reprimand = await session.get(Reprimand, case.id, populate_existing=True)
    if reprimand is None:
        raise NotFound
    passed, target = await store.dates(session, case.id, name, TARGET)
    told = await tell_waiting(session, case, reprimand, target, to, now=now)
    passed.acted_at = now
    data = {"officials": told}
    await cases.record(session, case, event, now=now, at=passed.due_before, data=data)
