"""Masuk and keluar: password, second factor, and the password once more before something weighty."""

from typing import Annotated, Any, Final

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from api import cookies, routers
from api.deps import PartsDep, SessionDep, locale_of
from api.pages import flash, forms
from api.pages.forms import Onward
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.parts import Parts
from api.permissions import Csrf, public, signed_in
from api.principals import CallerDep, CredentialsDep, GateDep
from services.documents.typesetting import qr_svg
from services.errors import DomainError, TooManyRequests
from services.i18n import N_, translator
from services.identity import sessions
from services.identity.errors import LinkExpired, SignInRefused
from services.identity.gate import Entry, Gate, Outcome
from services.identity.principal import Principal
from services.identity.totp import Enrolment

router = routers.pages()
COMPANY: Final = "company"
GOVERNMENT: Final = "government"
Audience = Annotated[str, Query(alias="sebagai", max_length=20)]
_LINK_OLD: Final = N_("Masuknya terlalu lama. Mulai sekali lagi.")


@router.get(PATHS["sign_in"])
async def show(
    request: Request,
    session: SessionDep,
    viewer: Annotated[Principal | None, public()],
    next_page: Onward = "",
    audience: Audience = COMPANY,
) -> Response:
    """The form; who is signed in already goes on."""
    if viewer is not None:
        return RedirectResponse(forms.local(next_page, home_of(viewer)), 303)
    return await _form(request, session, Form({"next": next_page}), audience)


@router.post(PATHS["sign_in"], dependencies=[public(Csrf.FORM)])
async def sign_in(
    request: Request, session: SessionDep, parts: PartsDep, gate: GateDep, caller: CallerDep
) -> Response:
    """Check name and password; whatever is wrong is said in one sentence."""
    typed = await forms.typed(request)
    try:
        entry = await gate.sign_in(forms.text(typed, "username"), forms.text(typed, "password"), caller)
    except (SignInRefused, TooManyRequests) as refused:
        words = translator(locale_of(request))
        form = Form.refused(typed, refused, words)
        answered = await _form(request, session, form, forms.text(typed, "audience"), refused.status)
        if isinstance(refused, TooManyRequests):
            answered.headers["Retry-After"] = str(refused.retry_after)
        return answered
    return await _entered(request, session, parts, entry, forms.text(typed, "next"))


@router.post(PATHS["second_factor"], dependencies=[public(Csrf.FORM)])
async def second_factor(
    request: Request, session: SessionDep, parts: PartsDep, gate: GateDep, caller: CallerDep
) -> Response:
    """Check the code; the ticket of the password stays good for a few tries."""
    typed = await forms.typed(request)
    ticket, onward = forms.text(typed, "ticket"), forms.text(typed, "next")
    try:
        entry = await gate.second_factor(ticket, forms.text(typed, "code"), caller)
    except LinkExpired:
        flash.leave(request, _LINK_OLD, "warning")
        return RedirectResponse(url("sign_in", query={"next": onward}), 303)
    except (SignInRefused, TooManyRequests) as refused:
        form = Form.refused({}, refused, translator(locale_of(request)))
        enrolment = await _enrolment(gate, ticket)
        return await _code_form(request, session, form, ticket, onward, enrolment, refused.status)
    return await _entered(request, session, parts, entry, onward)


@router.post(PATHS["sign_out"])
async def sign_out(
    request: Request, _: Annotated[Principal, signed_in()], gate: GateDep, caller: CallerDep
) -> RedirectResponse:
    """End this session on the server, not only in the browser."""
    if caller.session_token:
        await gate.sign_out(caller.session_token, caller)
    cookies.clear_session(request)
    flash.leave(request, N_("Anda telah keluar."))
    return RedirectResponse(url("landing"), 303)


@router.get(PATHS["reauthenticate"])
async def ask_again(
    request: Request, session: SessionDep, user: Annotated[Principal, signed_in()], next_page: Onward = ""
) -> Response:
    """The password once more."""
    return await _again(request, session, Form(), forms.local(next_page, home_of(user)))


@router.post(PATHS["reauthenticate"])
async def prove_again(
    request: Request,
    session: SessionDep,
    credentials: CredentialsDep,
    caller: CallerDep,
    user: Annotated[Principal, signed_in()],
) -> Response:
    """For a while good for decisions in bulk and the like."""
    typed = await forms.typed(request)
    onward = forms.local(forms.text(typed, "next"), home_of(user))
    try:
        token = await credentials.reauthenticate(user, forms.text(typed, "password"), caller)
    except (SignInRefused, TooManyRequests) as refused:
        form = Form.refused({}, refused, translator(locale_of(request)))
        return await _again(request, session, form, onward, refused.status)
    cookies.set_session(request, token)
    return RedirectResponse(onward, 303)


def home_of(principal: Principal) -> str:
    """Where somebody lands: companies see what they owe, officials what waits for them."""
    return url("queue") if principal.is_official else url("company_home")


async def _entered(
    request: Request, session: AsyncSession, parts: Parts, entry: Entry, onward: str
) -> Response:
    """On to where they wanted to go, or to what is still missing."""
    if entry.outcome is Outcome.PASSWORD_EXPIRED:
        there = url("reset", token=entry.ticket or "", query={"alasan": "kedaluwarsa"})
        return RedirectResponse(there, 303)
    if entry.outcome in (Outcome.SECOND_FACTOR, Outcome.ENROL):
        return await _code_form(request, session, Form(), entry.ticket or "", onward, entry.enrolment)
    cookies.remember(request, entry)
    async with parts.sessions.begin() as later:
        found = await sessions.authenticate(later, entry.session_token or "")
    there = forms.local(onward, home_of(found.principal) if found else url("landing"))
    if entry.recovery_codes:
        page = await page_for(request, session)
        return answer("public/recovery_codes.html", page, codes=entry.recovery_codes, next=there)
    return RedirectResponse(there, 303)


async def _enrolment(gate: Gate, ticket: str) -> Enrolment | None:
    """What the app has to be told, while it has not been confirmed."""
    try:
        return await gate.enrolment(ticket)
    except DomainError:
        return None


async def _form(
    request: Request, session: AsyncSession, form: Form, audience: str, status: int = 200
) -> Response:
    page = await page_for(request, session)
    return answer(
        "public/sign_in.html",
        page,
        status=status,
        form=form,
        audience=GOVERNMENT if audience == GOVERNMENT else COMPANY,
        next=forms.text(form.values, "next"),
        expired=cookies.read(request, cookies.SESSION) is not None,
    )


async def _code_form(
    request: Request,
    session: AsyncSession,
    form: Form,
    ticket: str,
    onward: str,
    enrolment: Enrolment | None,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    return answer(
        "public/second_factor.html",
        page,
        status=status,
        form=form,
        ticket=ticket,
        next=onward,
        enrolment=_drawn(enrolment) if enrolment else None,
    )


def _drawn(enrolment: Enrolment) -> dict[str, Any]:
    groups = (enrolment.secret[start : start + 4] for start in range(0, len(enrolment.secret), 4))
    drawing = Markup(qr_svg(enrolment.uri))  # noqa: S704  (drawn by us, of an address of ours)
    return {"svg": drawing, "secret": " ".join(groups)}


async def _again(
    request: Request, session: AsyncSession, form: Form, onward: str, status: int = 200
) -> Response:
    page = await page_for(request, session)
    action = url("reauthenticate")
    return answer("public/reauthenticate.html", page, status=status, form=form, action=action, next=onward)
