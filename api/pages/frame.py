"""What surrounds every page: who looks, in which language and zone, at which legal moment."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.csrf import csrf_token
from api.deps import locale_of, parts_of
from api.pages import acting, flash, rendering
from api.pages.rendering import Flash, Helpdesk, Page, Viewer
from api.pages.shapes import Option
from services import i18n
from services.clock import app_now
from services.identity.principal import Principal
from services.messages import announcements
from services.models import Account

NIL: Final = UUID(int=0)


async def page_for(
    request: Request,
    session: AsyncSession,
    *,
    flashes: tuple[Flash, ...] = (),
    account_id: UUID | None = None,
) -> Page:
    """The frame of a page for the caller of this request. `account_id`: the account of theirs it is about."""
    principal: Principal | None = getattr(request.state, "principal", None)
    own = await _accounts(session, principal)
    account = own.get(account_id or acting.chosen(request, principal) or NIL)
    now = await app_now(session)
    return bare_page(
        request,
        now=now,
        reader_zone=ZoneInfo(account.zone) if account else i18n.WIB,
        viewer=_viewer(principal, account, own.values()),
        flashes=flashes or flash.taken(request),
        unread=await announcements.unread_count(session, account.id) if account else 0,
    )


def bare_page(request: Request, **given: Any) -> Page:
    """The frame without the database: for errors, when it may be away."""
    parts = parts_of(request)
    helpdesk = parts.settings.helpdesk
    facts: dict[str, Any] = {
        "path": _path(request),
        "now": datetime.now(UTC),
        "clock_known": "now" in given,
        "locale": locale_of(request),
        "nonce": getattr(request.state, "csp_nonce", ""),
        "csrf_token": csrf_token(request),
        "rehearsal": parts.instance.rehearsal,
        "production": parts.settings.environment == "production",
        "helpdesk": Helpdesk(
            whatsapp=helpdesk.whatsapp_industry or "",
            email=helpdesk.email or "",
            url=helpdesk.url or "",
            hours=helpdesk.hours,
        ),
    }
    return Page(**(facts | given))


def answer(template: str, page: Page, /, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A rendered page as an answer."""
    return HTMLResponse(rendering.render(template, page, status=status, **context), status)


def _path(request: Request) -> str:
    """Where the language switch comes back to: the page that was asked for, its filters included."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query and request.method == "GET" else request.url.path


async def _accounts(session: AsyncSession, principal: Principal | None) -> dict[UUID, Account]:
    """The accounts somebody may act for, in order of their numbers."""
    if principal is None or not principal.accounts:
        return {}
    query = select(Account).where(col(Account.id).in_(principal.accounts)).order_by(col(Account.number))
    return {account.id: account for account in (await session.execute(query)).scalars()}


def _viewer(principal: Principal | None, account: Account | None, own: Collection[Account]) -> Viewer | None:
    if principal is None:
        return None
    others = [
        Option(str(other.id), f"{other.name} (#{other.number})", other.address)
        for other in own
        if other is not account
    ]
    return Viewer(principal.name, principal.role_names, account.name if account else None, others)
