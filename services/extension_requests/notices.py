"""Mail about a request: the answer to the company, and what waits to the office."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.errors import NotFound
from services.identity import people
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import Account, CaseFile, Deadline, ExtensionRequest, Role


async def tell_company(
    session: AsyncSession,
    case: CaseFile,
    request: ExtensionRequest,
    template: str,
    *,
    now: datetime,
    **context: str | int | datetime | None,
) -> None:
    """Queue the answer, once. `context` is what the text needs beyond company, number and matter."""
    account = await session.get(Account, request.account_id)
    if account is None:
        raise NotFound
    facts = {"company": account.name, "number": request.number, "matter": request.deadline_name}
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
    request: ExtensionRequest,
    template: str,
    role: Role,
    target: Deadline,
    *,
    now: datetime,
) -> int:
    """Queue one mail for everybody who holds the role in the company's region; returns how many."""
    officials = await people.holding(session, role, region=case.region_code)
    for official in officials:
        await intend(
            session,
            template=template,
            dedupe_key=dedupe.dated_key(template, case.id, target.due_before, str(official.id)),
            recipient=recipients.for_person(official),
            context={
                "company": case.title,
                "number": request.number,
                "submitted_at": request.submitted_at,
                "due_before": target.due_before,
            },
            now=now,
            case_id=case.id,
        )
    return len(officials)
