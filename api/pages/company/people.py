"""Who acts for this account, and one's own password."""

from typing import Final

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.cookies import remember
from api.deps import SessionDep, locale_of
from api.pages import acting, flash, forms, password_rules
from api.pages.company.home import Company
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.principals import CallerDep, CredentialsDep
from services.errors import FieldError, Forbidden, InvalidInput, TooManyRequests
from services.i18n import N_, translator
from services.identity import members, passwords, people, recovery
from services.identity.errors import SignInRefused
from services.identity.principal import Principal
from services.registrations.form import CHECK_FIELDS

router = routers.pages()
_WRONG: Final = N_("Kata sandi sekarang tidak cocok.")
_CHANGED: Final = N_("Kata sandi diganti. Sesi Anda di perangkat lain telah berakhir.")


@router.get(PATHS["own_person"])
async def show(request: Request, session: SessionDep, user: Company) -> Response:
    """The people of this account, and the form for a new password."""
    return await _page(request, session, user, Form())


@router.post(PATHS["own_person"])
async def change(
    request: Request, session: SessionDep, credentials: CredentialsDep, caller: CallerDep, user: Company
) -> Response:
    """Every session ends; this browser gets a new one."""
    typed = await forms.typed(request)
    try:
        password_rules.matching(typed, "new_password", "new_password_again")
        current, new = forms.text(typed, "current_password"), forms.text(typed, "new_password")
        entry = await credentials.change_password(user, current, new, caller)
    except SignInRefused:
        wrong = InvalidInput(CHECK_FIELDS, fields=[FieldError("current_password", _WRONG)])
        return await _page(request, session, user, _refused(request, wrong), 422)
    except (InvalidInput, TooManyRequests) as refused:
        return await _page(request, session, user, _refused(request, refused), refused.status)
    remember(request, entry)
    flash.leave(request, _CHANGED)
    return RedirectResponse(url("own_person"), 303)


def _refused(request: Request, error: InvalidInput | TooManyRequests) -> Form:
    return Form.refused({}, error, translator(locale_of(request)))


async def _page(
    request: Request, session: AsyncSession, user: Principal, form: Form, status: int = 200
) -> Response:
    account_id = acting.chosen(request, user)
    if account_id is None or user.person_id is None:
        raise Forbidden
    page = await page_for(request, session)
    words = translator(page.locale)
    own = await people.get(session, user.person_id)
    rules = password_rules.shown(await recovery.context_of(session, own), words)
    return answer(
        "company/people.html",
        page,
        status=status,
        people=await members.of_account(session, account_id),
        own=own.username,
        form=form,
        rules=rules,
        valid_months=passwords.VALID_MONTHS,
    )
