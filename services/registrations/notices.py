"""Mail about a registration: always to the address on the NIB, once per template and submission."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.messages import dedupe
from services.messages.intents import intend
from services.messages.recipients import Recipient
from services.models import CaseFile, Registration


async def tell_company(
    session: AsyncSession,
    case: CaseFile,
    registration: Registration,
    template: str,
    *,
    now: datetime,
    **context: str | datetime,
) -> None:
    """Queue one mail about this registration; `context` is what the template needs beyond company and number."""
    await intend(
        session,
        template=template,
        dedupe_key=dedupe.case_key(template, case.id, str(registration.submission)),
        recipient=Recipient(registration.email, zone=case.zone, name=registration.company_name),
        context={"company": registration.company_name, "number": str(registration.number), **context},
        now=now,
        case_id=case.id,
        account_id=registration.account_id,
    )
