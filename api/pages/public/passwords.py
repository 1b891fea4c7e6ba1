"""Setting a password by a link that works once, and asking for such a link."""

from typing import Annotated, Final

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import SessionDep, locale_of
from api.pages import flash, forms, keeping, password_rules
from api.pages.frame import answer, page_for
from api.pages.public import human
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import Csrf, public
from api.principals import CallerDep, CredentialsDep
from services.errors import DomainError, FieldError, InvalidInput, TooManyRequests
from services.i18n import N_, Translator, translator
from services.identity import passwords
from services.identity.errors import LinkExpired
from services.identity.passwords import Context
from services.registrations.form import CHECK_FIELDS, REQUIRED

router = routers.pages()
_SAVED: Final = N_("Kata sandi tersimpan. Masuk dengan nama pengguna {username}.")


@router.get(PATHS["activate"], dependencies=[public()])
async def activate(
    request: Request, session: SessionDep, credentials: CredentialsDep, token: str
) -> Response:
    """The first password of a new account or an invited person."""
    return await _shown(request, session, credentials, token, "activation")


@router.get(PATHS["reset"], dependencies=[public()])
async def reset(
    request: Request,
    session: SessionDep,
    credentials: CredentialsDep,
    token: str,
    why: Annotated[str, Query(alias="alasan", max_length=20)] = "",
) -> Response:
    """A new password: forgotten, or older than six months."""
    purpose = "expired" if why == "kedaluwarsa" else "reset"
    return await _shown(request, session, credentials, token, purpose)


@router.post(PATHS["activate"], dependencies=[public(Csrf.FORM)])
async def activated(
    request: Request, session: SessionDep, credentials: CredentialsDep, caller: CallerDep, token: str
) -> Response:
    """Set it, and on to the sign-in page."""
    return await _set(request, session, credentials, caller, token, "activation")


@router.post(PATHS["reset"], dependencies=[public(Csrf.FORM)])
async def replaced(
    request: Request, session: SessionDep, credentials: CredentialsDep, caller: CallerDep, token: str
) -> Response:
    """Set it; every session the old one opened has ended."""
    return await _set(request, session, credentials, caller, token, "reset")


@router.get(PATHS["reset_request"], dependencies=[public()])
async def forgotten(request: Request, session: SessionDep) -> Response:
    """Where a link is asked for."""
    return await _request_form(request, session, Form())


@router.post(PATHS["reset_request"], dependencies=[public(Csrf.FORM)])
async def asked(
    request: Request, session: SessionDep, credentials: CredentialsDep, caller: CallerDep
) -> Response:
    """The same answer whether or not name and NIB belong together."""
    typed = await forms.typed(request)
    problems = await human.problems(request, typed)
    if not forms.text(typed, "username").strip():
        problems = [FieldError("username", REQUIRED), *problems]
    refused: DomainError | None = keeping.together(problems, None, CHECK_FIELDS)
    if refused is None:
        try:
            await credentials.request_reset(forms.text(typed, "username"), forms.text(typed, "nib"), caller)
        except TooManyRequests as limited:
            refused = limited
    if refused is not None:
        form = Form.refused(typed, refused, translator(locale_of(request)))
        return await _request_form(request, session, form, refused.status)
    page = await page_for(request, session)
    return answer("public/reset_request.html", page, form=Form(), sent=True, human_check=None)


async def _shown(
    request: Request, session: AsyncSession, credentials: CredentialsDep, token: str, purpose: str
) -> Response:
    action = url("activate" if purpose == "activation" else "reset", token=token)
    try:
        context = await credentials.password_context(token)
    except LinkExpired as gone:
        return await _page(
            request, session, Form.refused({}, gone, _words(request)), action, None, purpose, 410
        )
    return await _page(request, session, Form(), action, context, purpose)


async def _set(
    request: Request,
    session: AsyncSession,
    credentials: CredentialsDep,
    caller: CallerDep,
    token: str,
    purpose: str,
) -> Response:
    typed = await forms.typed(request)
    action = url("activate" if purpose == "activation" else "reset", token=token)
    context: Context | None = None
    try:
        context = await credentials.password_context(token)
        password_rules.matching(typed, "password", "password_again")
        username = await credentials.set_password(token, forms.text(typed, "password"), caller)
    except (InvalidInput, LinkExpired, TooManyRequests) as refused:
        form = Form.refused({}, refused, _words(request))
        return await _page(request, session, form, action, context, purpose, refused.status)
    flash.leave(request, _SAVED, username=username)
    return RedirectResponse(url("sign_in"), 303)


async def _page(
    request: Request,
    session: AsyncSession,
    form: Form,
    action: str,
    context: Context | None,
    purpose: str,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    return answer(
        "public/activate.html",
        page,
        status=status,
        form=form,
        action=action,
        username=context.username if context else "",
        rules=password_rules.shown(context or Context(), _words(request)),
        purpose=purpose,
        valid_months=passwords.VALID_MONTHS,
        usable=context is not None,
    )


async def _request_form(request: Request, session: AsyncSession, form: Form, status: int = 200) -> Response:
    page = await page_for(request, session)
    token = forms.text(form.values, human.TOKEN)
    question = human.check_of(request, token)
    if question["token"] != token:
        form = Form({**form.values, human.ANSWER: ""}, form.errors, form.message)
    return answer(
        "public/reset_request.html", page, status=status, form=form, sent=False, human_check=question
    )


def _words(request: Request) -> Translator:
    return translator(locale_of(request))
