"""What the process of a letter does by itself: remind, escalate. It never decides."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines import store
from services.errors import NotFound
from services.models import CaseFile, NonProductionLetter, NonProductionStatus, Role
from services.non_production.declaring import REMINDER, TARGET
from services.non_production.notices import tell_office


async def remind(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Half of the office's time is gone: those who decide are reminded."""
    await _tell(session, case, REMINDER, Role.COMPLIANCE_OFFICER, "office_reminded", now)


async def escalate(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The time is over without a decision: administrators are told. Nothing is excused by time."""
    await _tell(session, case, TARGET, Role.ADMINISTRATOR, "office_escalated", now)


async def _tell(
    session: AsyncSession, case: CaseFile, name: str, role: Role, event: str, now: datetime
) -> None:
    if case.status != NonProductionStatus.SUBMITTED:
        return
    letter = await session.get(NonProductionLetter, case.id, populate_existing=True)
    if letter is None:
        raise NotFound
    passed, target = await store.dates(session, case.id, name, TARGET)
    officials = await tell_office(session, case, letter, role, target, now=now)
    passed.acted_at = now
    data = {"officials": officials}
    await cases.record(session, case, event, now=now, at=passed.due_before, data=data)
