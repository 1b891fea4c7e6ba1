"""Teguran: a written reprimand as its company reads it."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, PartsDep, SessionDep
from api.pages.frame import answer, page_for
from api.pages.urls import PATHS, url
from api.permissions import require
from api.uploads import attachment
from services.documents import records
from services.errors import NotFound
from services.i18n import translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, Reprimand
from services.reprimands import issuing, post
from services.reprimands.proposing import number_of
from services.warnings.competence import office
from services.warnings.wording import office_name

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_CASE)]


@router.get(PATHS["reprimand"])
async def show(request: Request, session: SessionDep, case: UUID, user: Reader) -> Response:
    """What the company is reprimanded for, and its letter."""
    reprimand = await _own(session, user, case)
    page = await page_for(request, session, account_id=reprimand.account_id)
    words = translator(page.locale)
    english = words.locale == "en"
    lines = [
        {
            "period": one.period_en if english else one.period,
            "disorder": one.disorder_en if english else one.disorder,
            "due": one.due,
        }
        for one in await issuing.lines(session, case)
    ]
    return answer(
        "company/reprimand.html",
        page,
        number=number_of(reprimand),
        office=office_name(office(reprimand.authority), words.locale),
        sent_at=reprimand.sent_at,
        findings=lines,
        letter=url("reprimand_letter", case=case),
        help=url("assistance_ask"),
    )


@router.get(PATHS["reprimand_letter"])
async def letter(
    session: SessionDep, parts: PartsDep, now: Now, case: UUID, user: Reader
) -> StreamingResponse:
    """The letter itself. Its first opening by the company shows that it was received."""
    await _own(session, user, case)
    reprimand = await post.opened(session, case, actor=user.actor, now=now)
    if reprimand.document_id is None:
        raise NotFound
    return await attachment(parts.store, await records.readable(session, reprimand.document_id))


async def _own(session: AsyncSession, user: Principal, case_id: UUID) -> Reprimand:
    """A reprimand of the company's own that has been sent."""
    case = await session.get(CaseFile, case_id)
    reprimand = await session.get(Reprimand, case_id)
    if case is None or reprimand is None:
        raise NotFound
    policy.authorise(user, Permission.READ_CASE, Target.of_case(case))
    if reprimand.account_id not in user.accounts or reprimand.sent_at is None:
        raise NotFound
    return reprimand
