"""Asistensi: a company asks for help, books a session or waits for an answer, moves it, calls it off, rates it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import assistance as shapes
from api.pages import forms
from api.pages.acting import ActingAccount
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services import rulebook
from services.assistance import asking, booking, deciding, reading
from services.assistance.asking import Asked
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.i18n import N_, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import Account, AssistanceTicket, AssistanceTopic, CaseFile

router = routers.pages()
Asker = Annotated[Principal, require(Permission.REQUEST_ASSISTANCE)]


@router.get(PATHS["assistance_list"])
async def listed(
    request: Request, session: SessionDep, now: Now, account_id: ActingAccount, user: Asker
) -> Response:
    """The company's tickets, and when the desks are open."""
    account = await _account(session, user, account_id)
    page = await page_for(request, session, account_id=account_id)
    words = translator(page.locale)
    desk = (await rulebook.current(session, now=now)).policies.helpdesk
    rows = [
        shapes.shown(one.ticket, one.session, words) | {"href": url("assistance", assistance=one.case.id)}
        for one in await reading.of_account(session, account_id)
    ]
    desks = shapes.hours(desk, account.region_code, words)
    return answer("company/assistance_list.html", page, tickets=rows, desks=desks, ask=url("assistance_ask"))


@router.get(PATHS["assistance_ask"])
async def new(request: Request, session: SessionDep, account_id: ActingAccount, user: Asker) -> Response:
    """An empty form."""
    await _account(session, user, account_id)
    return await _ask_form(request, session, account_id, Form())


@router.post(PATHS["assistance_ask"])
async def ask(
    request: Request, session: SessionDep, now: Now, account_id: ActingAccount, user: Asker
) -> Response:
    """Take in the question; a session can be booked on the page that follows."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await _account(session, user, account_id)
        topic = forms.text(typed, "topic")
        if topic not in list(AssistanceTopic):
            raise InvalidInput(shapes.CHECK, fields=[FieldError("topic", shapes.CHOOSE)])
        asked = Asked(AssistanceTopic(topic), forms.text(typed, "question"))
        made = await asking.ask(session, account_id, asked, actor=user.actor, now=now)
        return Done(
            to=url("assistance", assistance=made.case_id),
            message=N_("Permintaan terkirim. Pesan sesi di bawah ini, atau tunggu jawaban tertulis."),
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    again = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _ask_form(request, session, account_id, again, outcome.status)


@router.get(PATHS["assistance"])
async def show(
    request: Request, session: SessionDep, now: Now, account_id: ActingAccount, assistance: UUID, user: Asker
) -> Response:
    """One ticket: the answer, or its session and the ones it could have."""
    await _own(session, user, account_id, assistance)
    return await _show(request, session, assistance, Form(), now)


@router.post(PATHS["assistance_session"])
async def book(
    request: Request, session: SessionDep, now: Now, account_id: ActingAccount, assistance: UUID, user: Asker
) -> Response:
    """Book a session, or move it."""
    typed = await forms.typed(request)

    async def work() -> str:
        await booking.book(session, assistance, shapes.wanted(typed), actor=user.actor, now=now)
        return N_("Sesi dipesan. Petugas mengonfirmasi tempatnya lewat surel.")

    return await _act(request, session, user, account_id, assistance, typed, work, now)


@router.post(PATHS["assistance_giving_up"])
async def give_up(
    request: Request, session: SessionDep, now: Now, account_id: ActingAccount, assistance: UUID, user: Asker
) -> Response:
    """Give the session up."""

    async def work() -> str:
        await booking.give_up(session, assistance, actor=user.actor, now=now)
        return N_("Sesi dilepas. Petugas menjawab tertulis.")

    return await _act(request, session, user, account_id, assistance, {}, work, now)


@router.post(PATHS["assistance_cancelling"])
async def cancel(
    request: Request, session: SessionDep, now: Now, account_id: ActingAccount, assistance: UUID, user: Asker
) -> Response:
    """Call the ticket off."""

    async def work() -> str:
        await deciding.cancel(session, assistance, "", actor=user.actor, now=now)
        return N_("Permintaan asistensi dibatalkan.")

    return await _act(request, session, user, account_id, assistance, {}, work, now)


@router.post(PATHS["assistance_rating"])
async def rate(
    request: Request, session: SessionDep, now: Now, account_id: ActingAccount, assistance: UUID, user: Asker
) -> Response:
    """How well were you helped?"""
    typed = await forms.typed(request)

    async def work() -> str:
        score = forms.number(typed, "satisfaction") or 0
        await deciding.rate(session, assistance, score, actor=user.actor, now=now)
        return N_("Terima kasih atas penilaian Anda.")

    return await _act(request, session, user, account_id, assistance, typed, work, now)


async def _act(
    request: Request,
    session: AsyncSession,
    user: Principal,
    account_id: UUID,
    ticket_id: UUID,
    typed: dict[str, Any],
    work: Callable[[], Awaitable[str]],
    now: datetime,
) -> Response:
    """Do one thing with a ticket of one's own, and show it again."""

    async def command() -> Done:
        await _own(session, user, account_id, ticket_id)
        return Done(to=url("assistance", assistance=ticket_id), message=await work())

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    await _own(session, user, account_id, ticket_id)
    again = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _show(request, session, ticket_id, again, now, outcome.status)


async def _account(session: AsyncSession, user: Principal, account_id: UUID) -> Account:
    target = await policy.account_target(session, account_id)
    policy.authorise(user, Permission.REQUEST_ASSISTANCE, target)
    return await session.get_one(Account, account_id)


async def _own(session: AsyncSession, user: Principal, account_id: UUID, ticket_id: UUID) -> None:
    case = await session.get(CaseFile, ticket_id, populate_existing=True)
    ticket = await session.get(AssistanceTicket, ticket_id, populate_existing=True)
    if case is None or ticket is None or case.account_id != account_id:
        raise NotFound
    policy.authorise(user, Permission.REQUEST_ASSISTANCE, Target.of_case(case))


async def _ask_form(
    request: Request, session: AsyncSession, account_id: UUID, form: Form, status: int = 200
) -> Response:
    page = await page_for(request, session, account_id=account_id)
    context = {"topics": shapes.topics(translator(page.locale)), "back": url("assistance_list"), "form": form}
    return answer("company/assistance_ask.html", page, status=status, **context)


async def _show(
    request: Request, session: AsyncSession, ticket_id: UUID, form: Form, now: datetime, status: int = 200
) -> Response:
    case = await session.get_one(CaseFile, ticket_id, populate_existing=True)
    ticket = await session.get_one(AssistanceTicket, ticket_id, populate_existing=True)
    page = await page_for(request, session, account_id=case.account_id)
    words = translator(page.locale)
    helpdesk = (await rulebook.current(session, now=now)).policies.helpdesk
    held = await booking.current(session, ticket_id)
    found = await booking.free(session, case.region_code or "", now=now)
    begun = held is not None and held.starts_at <= now
    context: dict[str, Any] = {
        "ticket": shapes.shown(ticket, held, words),
        "slots": shapes.sessions(found, helpdesk, ZoneInfo(case.zone), words),
        "ways": shapes.ways(words),
        "minutes": helpdesk.change_until_minutes,
        "begun": begun,
        "id": str(ticket_id),
        "form": form,
    }
    return answer("company/assistance.html", page, status=status, **context)
