"""What the process of a registration does by itself: acknowledge, remind, escalate, let lapse. It never decides."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines import store
from services.errors import NotFound
from services.identity import people
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import CaseFile, Outcome, Registration, RegistrationStatus, Role
from services.registrations.notices import tell_company
from services.registrations.submission import CORRECTION, REMINDER, TARGET


async def acknowledge(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The proof of registration goes to the e-mail address on the NIB, unless the decision went there first."""
    if case.status != RegistrationStatus.SUBMITTED:
        return
    registration = await _registration(session, case)
    await tell_company(
        session, case, registration, "registration_received", now=now, submitted_at=registration.submitted_at
    )
    await cases.record(session, case, "acknowledged", now=now, data={"submission": registration.submission})


async def remind(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Half the working day is gone: the UPP is reminded."""
    await _tell_upp(session, case, "upp_reminder", REMINDER, Role.UPP_OFFICER, now)


async def escalate(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The working day is over without a decision: administrators are told. Nothing is accepted by time."""
    await _tell_upp(session, case, "upp_escalation", TARGET, Role.ADMINISTRATOR, now)


async def lapse(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The company did not correct its registration in time; it may register again at any moment."""
    registration = await _registration(session, case)
    cases.move(case, RegistrationStatus.LAPSED)
    await store.meet(session, case.id, None, now=now)
    [correction] = await store.dates(session, case.id, CORRECTION)
    await cases.record(session, case, "lapsed", now=now, at=correction.due_before)
    await tell_company(
        session, case, registration, "registration_lapsed", now=now, due_before=correction.due_before
    )
    cases.close(case, Outcome.LAPSED, now)


async def _tell_upp(
    session: AsyncSession, case: CaseFile, template: str, deadline_name: str, role: Role, now: datetime
) -> None:
    registration = await _registration(session, case)
    deadline, target = await store.dates(session, case.id, deadline_name, TARGET)
    officials = await people.holding(session, role, region=case.region_code)
    for official in officials:
        await intend(
            session,
            template=template,
            dedupe_key=dedupe.dated_key(template, case.id, target.due_before, str(official.id)),
            recipient=recipients.for_person(official),
            context={
                "company": registration.company_name,
                "number": str(registration.number),
                "submitted_at": registration.submitted_at,
                "due_before": target.due_before,
            },
            now=now,
            case_id=case.id,
        )
    deadline.acted_at = now
    event = {REMINDER: "upp_reminded", TARGET: "upp_escalated"}[deadline_name]
    data = {"officials": len(officials)}
    await cases.record(session, case, event, now=now, at=deadline.due_before, data=data)


async def _registration(session: AsyncSession, case: CaseFile) -> Registration:
    registration = await session.get(Registration, case.id, populate_existing=True)
    if registration is None:
        raise NotFound
    return registration
