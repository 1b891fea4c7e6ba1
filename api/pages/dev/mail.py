"""Every mail the development catcher accepted: its text first, its HTML in a frame that can do nothing."""

import re
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.deps import PartsDep, SessionDep
from api.pages import shapes
from api.pages.dev.guard import outside_production
from api.pages.frame import answer, page_for
from api.pages.urls import PATHS, url
from api.permissions import public
from services.errors import NotFound
from services.messages import caught
from services.models import CaughtMail


async def catching(parts: PartsDep) -> None:
    """NotFound where mail goes to a real server."""
    if not parts.settings.mail_catcher:
        raise NotFound


router = routers.pages([public(), outside_production(), Depends(catching)])
PAGE: Final = 50
_LINK: Final = re.compile(r"https?://[^\s<>\"]+")

# Nothing of a mail may run, load or lead anywhere by itself; its own styles are all it keeps.
MAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups"
)


@router.get(PATHS["dev_mail"])
async def index(request: Request, session: SessionDep, q: str = "", before: UUID | None = None) -> Response:
    """What was accepted, the newest first."""
    return await _render(request, session, None, q.strip(), before)


@router.get(PATHS["dev_mail_message"])
async def show(request: Request, session: SessionDep, message: UUID) -> Response:
    """One mail, and the list under it."""
    return await _render(request, session, await caught.show_caught(session, message), "", None)


@router.get(PATHS["dev_mail_html"])
async def html(session: SessionDep, message: UUID) -> Response:
    """The HTML part alone, for the frame."""
    found = await caught.show_caught(session, message)
    if found.html is None:
        raise NotFound
    return HTMLResponse(found.html, headers={"Content-Security-Policy": MAIL_POLICY})


async def _render(
    request: Request, session: AsyncSession, opened: caught.Caught | None, q: str, before: UUID | None
) -> Response:
    page = await page_for(request, session)
    query = select(CaughtMail).order_by(col(CaughtMail.id).desc()).limit(PAGE + 1)
    if q:
        within = (col(CaughtMail.envelope_to), col(CaughtMail.subject))
        query = query.where(or_(*(column.icontains(q, autoescape=True) for column in within)))
    if before is not None:
        query = query.where(col(CaughtMail.id) < before)
    found = list((await session.execute(query)).scalars())
    shown = found[:PAGE]
    more = url("dev_mail", query={"q": q, "before": shown[-1].id}) if len(found) > PAGE else ""
    context: dict[str, Any] = {
        "mails": [_row(mail) for mail in shown],
        "opened": _opened(opened) if opened else None,
        "q": q,
        "paging": shapes.Paging(len(shown), next=more),
    }
    return answer("dev/mail.html", page, **context)


def _row(mail: CaughtMail) -> dict[str, Any]:
    accepted: datetime = mail.accepted_at
    return {"id": mail.id, "to": mail.envelope_to, "subject": mail.subject, "accepted_at": accepted}


def _opened(mail: caught.Caught) -> dict[str, Any]:
    return {
        "id": mail.id,
        "to": mail.to,
        "from": mail.sender,
        "subject": mail.subject,
        "message_id": mail.message_id,
        "accepted_at": mail.accepted_at,
        "text": mail.text,
        "links": list(dict.fromkeys(_LINK.findall(mail.text))),
        "attachments": mail.attachments,
        "frame": url("dev_mail_html", message=mail.id) if mail.html else "",
    }
