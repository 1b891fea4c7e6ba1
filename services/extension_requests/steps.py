"""What the process of a request does by itself: remind, escalate. It never decides."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines import store
from services.errors import NotFound
from services.extension_requests.asking import REMINDER, TARGET
from services.extension_requests.notices import tell_office
from services.models import CaseFile, ExtensionRequest, ExtensionRequestStatus, Role


async def remind(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Half of the office's time is gone: those who decide are reminded."""
    await _tell(session, case, REMINDER, Role.COMPLIANCE_OFFICER, now)


async def escalate(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The time is over without a decision: administrators are told. Nothing is granted by time."""
    await _tell(session, case, TARGET, Role.ADMINISTRATOR, now)


async def _tell(session: AsyncSession, case: CaseFile, name: str, role: Role, now: datetime) -> None:
    if case.status != ExtensionRequestStatus.SUBMITTED:
        return
    request = await session.get(ExtensionRequest, case.id, populate_existing=True)
    if request is None:
        raise NotFound
    deadline, target = await store.dates(session, case.id, name, TARGET)
    template = {REMINDER: "extension_request_waiting", TARGET: "extension_request_escalation"}[name]
    officials = await tell_office(session, case, request, template, role, target, now=now)
    deadline.acted_at = now
    event = {REMINDER: "office_reminded", TARGET: "office_escalated"}[name]
    data = {"officials": officials}
    await cases.record(session, case, event, now=now, at=deadline.due_before, data=data)
