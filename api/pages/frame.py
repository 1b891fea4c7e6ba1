"""What surrounds every page: who looks, in which language and zone, at which legal moment."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.csrf import csrf_token
from api.deps import locale_of, parts_of
from api.pages import flash, rendering
from api.pages.rendering import Flash, Helpdesk, Page, Viewer
from services import i18n
from services.clock import app_now
from services.identity.principal import Principal
from services.messages import announcements
from services.models import Account


async def page_for(request: Request, session: AsyncSession, *, flashes: tuple[Flash, ...] = ()) -> Page:
    """The frame of a page for the caller of this request."""
    principal: Principal | None = getattr(request.state, "principal", None)
    account = await _account(session, principal)
    now = await app_now(session)
    return bare_page(
        request,
        now=now,
        reader_zone=ZoneInfo(account.zone) if account else i18n.WIB,
        viewer=_viewer(principal, account),
        flashes=flashes or flash.taken(request),
        unread=await announcements.unread_count(session, account.id, now=now) if account else 0,
    )


def bare_page(request: Request, **given: Any) -> Page:
    """The frame without the database: for errors, when it may be away."""
    parts = parts_of(request)
    helpdesk = parts.settings.helpdesk
    facts: dict[str, Any] = {
        "path": request.url.path,
        "now": datetime.now(UTC),
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
    return HTMLResponse(rendering.render(template, page, **context), status)


async def _account(session: AsyncSession, principal: Principal | None) -> Account | None:
    """The account somebody acts for: companies' people act for one at a time."""
    if principal is None or not principal.accounts:
        return None
    return await session.get(Account, sorted(principal.accounts)[0])


def _viewer(principal: Principal | None, account: Account | None) -> Viewer | None:
    if principal is None:
        return None
    return Viewer(principal.name, principal.role_names, account.name if account else None)
