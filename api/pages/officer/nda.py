"""The confidentiality agreement, accepted before the first company's data is opened."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import SessionDep, locale_of
from api.pages import forms
from api.pages.forms import Done, Onward
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import signed_in
from services.errors import DomainError, FieldError, Forbidden, InvalidInput, StaleVersion
from services.i18n import N_, translator
from services.identity import nda
from services.identity.principal import Principal

router = routers.pages()


@router.get(PATHS["nda"])
async def show(
    request: Request, session: SessionDep, user: Annotated[Principal, signed_in()], next_page: Onward = ""
) -> Response:
    """The text, and whether this official has accepted it."""
    return await _page(request, session, user, Form(), forms.local(next_page, url("queue")))


@router.post(PATHS["nda"])
async def accept(request: Request, session: SessionDep, user: Annotated[Principal, signed_in()]) -> Response:
    """Record the acceptance and go on to where the official wanted to go."""
    person_id = _person(user)
    typed = await forms.typed(request)
    onward = forms.local(forms.text(typed, "next"), url("queue"))

    async def command() -> Done:
        if forms.text(typed, "version") != nda.VERSION:
            raise StaleVersion(N_("Perjanjian ini telah berubah. Baca sekali lagi."), version=0)
        if not forms.text(typed, "accepted"):
            refusal = FieldError("accepted", N_("Centang untuk menyetujui perjanjian ini."))
            raise InvalidInput(N_("Perjanjian belum disetujui."), fields=[refusal])
        await nda.accept(session, person_id)
        return Done(to=onward, message=N_("Perjanjian kerahasiaan sudah Anda setujui."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if isinstance(outcome, DomainError):
        words = translator(locale_of(request))
        return await _page(
            request, session, user, Form.refused(typed, outcome, words), onward, outcome.status
        )
    return outcome


async def _page(
    request: Request, session: AsyncSession, user: Principal, form: Form, onward: str, status: int = 200
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    context: dict[str, Any] = {
        "paragraphs": [words.gettext(paragraph) for paragraph in nda.TEXT],
        "version": nda.VERSION,
        "next": onward,
        "form": form,
        "accepted_at": await nda.accepted_at(session, _person(user)),
    }
    return answer("officer/nda.html", page, status=status, **context)


def _person(user: Principal) -> UUID:
    """Only people agree to anything; a key, or a company's user, has nothing to accept."""
    if user.person_id is None or not user.is_official:
        raise Forbidden
    return user.person_id
