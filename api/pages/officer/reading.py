"""Opening a case: may this official see it, for which purpose, and the line in the log of reads."""

from typing import Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.pages.urls import url
from services import unissued
from services.errors import NotFound
from services.identity import policy, purposes
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import Account, CaseFile, Document
from services.timeline.past import reads_as_company

# On the officials' pages a company finds its case's story and the reason of a date; where they work is theirs.
TOLD_TO_COMPANIES: Final = frozenset({"case", "deadline"})


class PurposeNeeded(Exception):
    """The official has to say first why this company's data is opened. `to` is where that is asked."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


async def open_case(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    case_id: UUID,
    *,
    permission: Permission = Permission.READ_CASE,
    what: str = "case",
) -> CaseFile:
    """A case this official may read, and the reading logged. PurposeNeeded leads to the question why."""
    case = await session.get(CaseFile, case_id, populate_existing=True)
    if case is None:
        raise NotFound
    target = Target.of_case(case)
    policy.authorise(principal, permission, target)
    if unissued.concerns(principal, case):
        raise NotFound
    if reads_as_company(principal, case):
        if what not in TOLD_TO_COMPANIES:
            raise NotFound
    elif target.individual:
        await log_purpose(request, session, principal, case, what)
    return case


async def open_account(
    request: Request, session: AsyncSession, principal: Principal, account_id: UUID
) -> None:
    """An account this official may read, and the reading logged."""
    policy.authorise(principal, Permission.READ_ACCOUNT, await policy.account_target(session, account_id))
    account = await session.get_one(Account, account_id)
    purpose = await purposes.stated(
        session, principal, account_id=account_id, case_id=account.registration_id
    )
    if purpose is None and principal.is_official:
        raise PurposeNeeded(url("account_purpose", account=account_id, query={"next": request.url.path}))
    await log_read(session, principal, what="account", purpose=purpose or "", account_id=account_id)


async def log_document(
    session: AsyncSession, principal: Principal, document: Document, case: CaseFile | None
) -> None:
    """A file is opened from the page of its case or account, for which the purpose was stated already."""
    purpose = purposes.of_task(principal, case) if case is not None else None
    purpose = purpose or await purposes.stated(
        session, principal, account_id=document.account_id, case_id=document.case_id
    )
    await log_read(
        session,
        principal,
        what="document",
        purpose=purpose or "document",
        account_id=document.account_id,
        case_id=document.case_id,
    )


async def log_purpose(
    request: Request, session: AsyncSession, principal: Principal, case: CaseFile, what: str
) -> None:
    """Log the reading under the purpose of the task, or the one stated a short while ago."""
    purpose = purposes.of_task(principal, case) or await purposes.stated(
        session, principal, account_id=case.account_id, case_id=case.id
    )
    if purpose is None:
        raise PurposeNeeded(url("case_purpose", case=case.id, query={"next": request.url.path}))
    await log_read(
        session, principal, what=what, purpose=purpose, account_id=case.account_id, case_id=case.id
    )


async def ask(_: Request, needed: Exception) -> Response:
    """The handler of PurposeNeeded: to the page that asks, and back."""
    if not isinstance(needed, PurposeNeeded):
        raise needed
    return RedirectResponse(needed.to, 303)
