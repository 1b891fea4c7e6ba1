"""The page that asks an official why individual data is opened."""

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.pages import shapes
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from services.i18n import translator
from services.identity import purposes


async def asked(
    request: Request, session: AsyncSession, title: str, action: str, form: Form, status: int = 200
) -> Response:
    """The question, with the purposes there are. `action` takes the answer."""
    page = await page_for(request, session)
    words = translator(page.locale)
    options = [shapes.Option(code, words.gettext(text)) for code, text in purposes.PURPOSES.items()]
    return answer(
        "officer/purpose.html",
        page,
        status=status,
        case_title=title,
        action=action,
        purposes=options,
        form=form,
    )
