"""Mail about a licence: to the company's contact person, and to the UPP while it waits."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.errors import NotFound
from services.licences.kinds import LABELS
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import Account, CaseFile, Licence, LicenceType

WHILE_IT_LASTS: Final = ("licence_review_waiting", "licence_expiring")
"""Mails that say how the licence stands: taken back when it stands otherwise."""


async def tell_company(
    session: AsyncSession,
    case: CaseFile,
    licence: Licence,
    template: str,
    *,
    now: datetime,
    **context: object,
) -> None:
    """Queue one notice about this licence, once per state of its case."""
    account = await session.get(Account, licence.account_id)
    if account is None:
        raise NotFound
    facts = {"company": account.name, "licence": label(licence), **context}
    if licence.number:
        facts["licence_number"] = licence.number
    await intend(
        session,
        template=template,
        dedupe_key=dedupe.case_key(template, case.id, str(case.version)),
        recipient=await recipients.for_notices(session, account.id),
        context=facts,
        now=now,
        case_id=case.id,
        account_id=account.id,
    )


def label(licence: Licence) -> str:
    """The official name of its kind."""
    return LABELS[LicenceType(licence.type)]
