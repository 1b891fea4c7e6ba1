"""Mail about a correction: to the company, filed under its report."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.errors import NotFound
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import Account, Rollback
from services.rollbacks.locking import Held


async def tell_company(
    session: AsyncSession, held: Held, template: str, *, now: datetime, **more: object
) -> None:
    """Queue one notice about this request, once per template."""
    rollback: Rollback = held.rollback
    account = await session.get(Account, rollback.account_id)
    if account is None:
        raise NotFound
    await intend(
        session,
        template=template,
        dedupe_key=dedupe.case_key(template, rollback.case_id, "once"),
        recipient=await recipients.for_notices(session, account.id),
        context={
            "company": account.name,
            "period": rollback.period,
            "stage": held.report.stage,
            **more,
        },
        now=now,
        case_id=rollback.report_id,
        account_id=account.id,
    )
