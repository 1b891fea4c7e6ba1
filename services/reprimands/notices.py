"""Mail to the office about a reprimand that waits for a second person."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity import people
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import CaseFile, Deadline, Person, Reprimand, Role
from services.reprimands.proposing import findings, number_of
from services.warnings.competence import office
from services.warnings.wording import office_name

WAITING: Final = "reprimand_waiting"
DECIDERS: Final = (Role.COMPLIANCE_OFFICER, Role.REGIONAL_OFFICER)


async def tell_waiting(
    session: AsyncSession,
    case: CaseFile,
    reprimand: Reprimand,
    due: Deadline,
    to: tuple[Role, ...],
    *,
    now: datetime,
) -> int:
    """One mail for everybody who holds one of the roles in the company's region; returns how many."""
    told = await _holding(session, case, to)
    for person in told:
        await intend(
            session,
            template=WAITING,
            dedupe_key=dedupe.dated_key(WAITING, case.id, due.due_before, str(person.id)),
            recipient=recipients.for_person(person),
            context={
                "company": case.title,
                "number": number_of(reprimand),
                "office": office_name(office(reprimand.authority)),
                "findings": len(await findings(session, case.id)),
                "submitted_at": reprimand.proposed_at,
                "due_before": due.due_before,
            },
            now=now,
            case_id=case.id,
        )
    return len(told)


async def _holding(session: AsyncSession, case: CaseFile, roles: tuple[Role, ...]) -> list[Person]:
    found = [
        person for role in roles for person in await people.holding(session, role, region=case.region_code)
    ]
    return list({person.id: person for person in found}.values())
