"""What the process of a licence does by itself: remind the UPP, warn the company, mark expiry. It never decides."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines import store
from services.errors import NotFound
from services.identity import people
from services.licences.dates import EXPIRY, NOTICE, TARGET
from services.licences.notices import label, tell_company
from services.licences.reading import of_case
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import Account, CaseFile, Licence, LicenceEnd, Outcome, Role
from services.transitions import LicenceStatus


async def remind(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The target has passed without a decision: the UPP is reminded. Nothing is accepted by time."""
    if case.status != LicenceStatus.PENDING:
        return
    licence = await of_case(session, case.id)
    [target] = await store.dates(session, case.id, TARGET)
    officials = await people.holding(session, Role.UPP_OFFICER, region=case.region_code)
    for official in officials:
        await intend(
            session,
            template="licence_review_waiting",
            dedupe_key=dedupe.dated_key(
                "licence_review_waiting", case.id, target.due_before, str(official.id)
            ),
            recipient=recipients.for_person(official),
            context={
                "company": await _company(session, licence),
                "licence": label(licence),
                "submitted_at": licence.uploaded_at,
                "due_before": target.due_before,
            },
            now=now,
            case_id=case.id,
        )
    target.acted_at = now
    data = {"officials": len(officials)}
    await cases.record(session, case, "upp_reminded", now=now, at=target.due_before, data=data)


async def warn(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The licence will expire: the company is told in time to upload the new one."""
    if case.status != LicenceStatus.VALID:
        return
    licence = await of_case(session, case.id)
    expiry, notice = await store.dates(session, case.id, EXPIRY, NOTICE)
    await tell_company(session, case, licence, "licence_expiring", now=now, due_before=expiry.due_before)
    notice.acted_at = now
    await cases.record(session, case, "expiry_announced", now=now, at=notice.due_before)


async def expire(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The day printed on the licence is over: it no longer lets reports be sent."""
    if case.status != LicenceStatus.VALID:
        return
    licence = await of_case(session, case.id)
    [expiry] = await store.dates(session, case.id, EXPIRY)
    cases.move(case, LicenceStatus.EXPIRED)
    licence.ended_at, licence.end_reason = expiry.due_before, LicenceEnd.EXPIRED
    await store.meet(session, case.id, None, now=now)
    await cases.record(session, case, "licence_expired", now=now, at=expiry.due_before)
    await tell_company(session, case, licence, "licence_expired", now=now, due_before=expiry.due_before)
    cases.close(case, Outcome.LAPSED, now)


async def _company(session: AsyncSession, licence: Licence) -> str:
    account = await session.get(Account, licence.account_id)
    if account is None:
        raise NotFound
    return account.name
