"""Mail about a letter of non-production: the answer to the company, and what waits to the office."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.errors import NotFound
from services.identity import people
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import Account, CaseFile, Deadline, NonProductionLetter, Role

WAITING: Final = "non_production_waiting"


async def tell_company(
    session: AsyncSession,
    case: CaseFile,
    letter: NonProductionLetter,
    template: str,
    *,
    now: datetime,
    **context: str | None,
) -> None:
    """Queue the answer, once."""
    account = await session.get(Account, letter.account_id)
    if account is None:
        raise NotFound
    facts = {"company": account.name, "number": letter.number, "period": case.period, "stage": case.stage}
    await intend(
        session,
        template=template,
        dedupe_key=dedupe.case_key(template, case.id, "decided"),
        recipient=await recipients.for_notices(session, account.id),
        context=facts | {name: value for name, value in context.items() if value is not None},
        now=now,
        case_id=case.id,
        account_id=account.id,
    )


async def tell_office(
    session: AsyncSession,
    case: CaseFile,
    letter: NonProductionLetter,
    role: Role,
    due: Deadline,
    *,
    now: datetime,
) -> int:
    """Queue one mail for everybody who holds the role in the company's region; returns how many."""
    officials = await people.holding(session, role, region=case.region_code)
    for official in officials:
        await intend(
            session,
            template=WAITING,
            dedupe_key=dedupe.dated_key(WAITING, case.id, due.due_before, f"{role}:{official.id}"),
            recipient=recipients.for_person(official),
            context={
                "company": case.title,
                "number": letter.number,
                "period": case.period,
                "submitted_at": letter.submitted_at,
                "due_before": due.due_before,
            },
            now=now,
            case_id=case.id,
        )
    return len(officials)
