"""Pengumuman: every notice of the company, whatever became of its mail; opening one marks it as read."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep
from api.pages import shapes
from api.pages.acting import ActingAccount
from api.pages.company import notices
from api.pages.company.home import Company
from api.pages.frame import answer, page_for
from api.pages.rendering import Page
from api.pages.urls import PATHS, url
from services.errors import NotFound
from services.identity.principal import Principal
from services.messages import announcements
from services.models import Message

router = routers.pages()
A_PAGE: Final = 20
Before = Annotated[UUID | None, Query(alias="sebelum")]


@router.get(PATHS["announcements"])
async def show(
    request: Request,
    session: SessionDep,
    _: Company,
    account_id: ActingAccount,
    before: Before = None,
) -> Response:
    """The newest first."""
    page = await page_for(request, session)
    news = await announcements.announcements(session, account_id, before=before, limit=A_PAGE + 1)
    listed = notices.lines(request, news[:A_PAGE], page.locale)
    more = url("announcements", query={"sebelum": listed[-1]["id"]}) if len(news) > A_PAGE else ""
    return _answer(page, listed, None, shapes.Paging(len(listed), next=more))


@router.get(PATHS["announcement"])
async def opened(request: Request, session: SessionDep, now: Now, user: Company, message: UUID) -> Response:
    """One of them, and that it was read: also the proof that a letter was seen."""
    found = await _own(session, user, message)
    account_id = found.account_id
    if account_id is None:
        raise NotFound
    notice = await announcements.announcement(session, account_id, message)
    await announcements.mark_read(session, account_id, message, now=now)
    page = await page_for(request, session, account_id=account_id)
    written = notices.written(request, notice, page.locale)
    shown = {
        "subject": written.subject,
        "at": notice.created_at,
        "body": written.body,
        "link": written.link,
    }
    return _answer(page, [], shown, shapes.Paging(0))


async def _own(session: AsyncSession, user: Principal, message_id: UUID) -> Message:
    """A notice to any of the accounts this person acts for: links in mails do not know which is chosen."""
    message = await session.get(Message, message_id)
    if message is None or message.account_id not in user.accounts:
        raise NotFound
    return message


def _answer(
    page: Page, listed: list[dict[str, Any]], shown: dict[str, Any] | None, paging: shapes.Paging
) -> Response:
    return answer("company/announcements.html", page, announcements=listed, opened=shown, paging=paging)
