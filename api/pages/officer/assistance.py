"""Asistensi at the office: a desk's agenda, one ticket with its decisions, and asking for a company that calls."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import assistance as shapes
from api.pages import deadlines, forms, labels, views
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.officer import reading
from api.pages.rendering import Form
from api.pages.shapes import Option
from api.pages.urls import PATHS, url
from api.permissions import require
from services import rulebook
from services.assistance import asking, booking, dates, deciding
from services.assistance import reading as tickets
from services.assistance.asking import Asked
from services.assistance.deciding import SessionOutcome
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.i18n import N_, Translator, format_time, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import (
    Account,
    AssistanceOrigin,
    AssistanceStatus,
    AssistanceTicket,
    AssistanceTopic,
    CaseFile,
    CaseKind,
)
from services.policies.assistance import Desk

router = routers.pages()
Helper = Annotated[Principal, require(Permission.ASSIST_COMPANY)]
_DAYS: Final = 7


@router.get(PATHS["assistance_agenda"])
async def agenda(
    request: Request, session: SessionDep, now: Now, user: Helper, meja: str = "", hari: str = ""
) -> Response:
    """A week of sessions at one desk, on the desk's own clock."""
    page = await page_for(request, session)
    words = translator(page.locale)
    desks = (await rulebook.current(session, now=now)).policies.helpdesk.desks
    desk = next((one for one in desks if one.name == meja), desks[0])
    first = _day(hari) or now.astimezone(desk.timezone).date()
    found = await tickets.agenda(session, user, desk, first, days=_DAYS, now=now)
    if found:
        await log_read(session, user, what="list:assistance", purpose="assistance")
    return answer(
        "officer/assistance_agenda.html",
        page,
        rows=[_line(one, desk, words) for one in found],
        asked={"meja": desk.name, "hari": first.isoformat()},
        desks=[Option(one.name, one.label) for one in desks],
        before=_week(desk, first - timedelta(days=_DAYS)),
        after=_week(desk, first + timedelta(days=_DAYS)),
        waiting=url("cases", query={"kind": "assistance", "status": "asked"}),
    )


@router.get(PATHS["assistance_case"])
async def show(request: Request, session: SessionDep, now: Now, case: UUID, user: Helper) -> Response:
    """One ticket and what can be done about it; the reading is logged."""
    return await _render(request, session, user, case, Form(), now)


@router.post(PATHS["assistance_case"])
async def decide(request: Request, session: SessionDep, now: Now, case: UUID, user: Helper) -> Response:
    """Confirm the session, answer in writing, record what came of it, or call the ticket off."""
    typed = await forms.typed(request)

    async def work() -> str:
        step, actor = forms.text(typed, "step"), user.actor
        if step == "confirm":
            await deciding.confirm(session, case, forms.text(typed, "place"), actor=actor, now=now)
            return N_("Sesi dikonfirmasi; perusahaan diberi tahu.")
        if step == "answer":
            await deciding.answer(session, case, forms.text(typed, "text"), actor=actor, now=now)
            return N_("Jawaban dikirim.")
        if step in list(SessionOutcome):
            await deciding.record(
                session, case, SessionOutcome(step), forms.text(typed, "note"), actor=actor, now=now
            )
            return N_("Hasil sesi dicatat.")
        if step == "cancel":
            await deciding.cancel(
                session, case, forms.text(typed, "reason"), official=True, actor=actor, now=now
            )
            return N_("Permintaan dibatalkan; perusahaan diberi tahu.")
        raise InvalidInput(N_("Pilih salah satu keputusan."))

    return await _act(request, session, user, case, typed, work, now)


@router.post(PATHS["assistance_case_session"])
async def book(request: Request, session: SessionDep, now: Now, case: UUID, user: Helper) -> Response:
    """Book or move a session for the company."""
    typed = await forms.typed(request)

    async def work() -> str:
        chosen = shapes.wanted(typed)
        await booking.book(session, case, chosen, actor=user.actor, now=now, official=True)
        return N_("Sesi dipesan untuk perusahaan.")

    return await _act(request, session, user, case, typed, work, now)


@router.get(PATHS["assistance_for"])
async def new(request: Request, session: SessionDep, account: UUID, user: Helper) -> Response:
    """The form for what a company asked by telephone, by mail or in person."""
    await reading.open_account(request, session, user, account)
    return await _ask_form(request, session, account, Form())


@router.post(PATHS["assistance_for"])
async def ask(request: Request, session: SessionDep, now: Now, account: UUID, user: Helper) -> Response:
    """Write down what was asked; a session can be booked on the page that follows."""
    typed = await forms.typed(request)

    async def command() -> Done:
        target = await policy.account_target(session, account)
        policy.authorise(user, Permission.ASSIST_COMPANY, target)
        made = await asking.ask(session, account, _asked(typed), actor=user.actor, now=now)
        return Done(to=url("assistance_case", case=made.case_id), message=N_("Permintaan dicatat."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _ask_form(request, session, account, form, outcome.status)


def _asked(typed: dict[str, Any]) -> Asked:
    topic, origin = forms.text(typed, "topic"), forms.text(typed, "origin")
    wrong = [
        FieldError(name, shapes.CHOOSE)
        for name, value, known in (("topic", topic, AssistanceTopic), ("origin", origin, AssistanceOrigin))
        if value not in list(known)
    ]
    if wrong:
        raise InvalidInput(shapes.CHECK, fields=wrong)
    return Asked(AssistanceTopic(topic), forms.text(typed, "question"), AssistanceOrigin(origin))


async def _act(
    request: Request,
    session: AsyncSession,
    user: Principal,
    case_id: UUID,
    typed: dict[str, Any],
    work: Callable[[], Awaitable[str]],
    now: datetime,
) -> Response:
    async def command() -> Done:
        seen = await session.get(CaseFile, case_id, populate_existing=True)
        if seen is None:
            raise NotFound
        policy.authorise(user, Permission.ASSIST_COMPANY, Target.of_case(seen))
        forms.expect_version(seen.version, typed)
        return Done(to=url("assistance_case", case=case_id), message=await work())

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, user, case_id, form, now, outcome.status)


async def _render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    case_id: UUID,
    form: Form,
    now: datetime,
    status: int = 200,
) -> Response:
    case = await reading.open_case(
        request, session, user, case_id, permission=Permission.ASSIST_COMPANY, what="assistance"
    )
    if case.kind != CaseKind.ASSISTANCE:
        raise NotFound
    page = await page_for(request, session)
    words = translator(page.locale)
    ticket = await session.get_one(AssistanceTicket, case_id, populate_existing=True)
    held = await booking.current(session, case_id)
    helpdesk = (await rulebook.current(session, now=now)).policies.helpdesk
    found = await booking.free(session, case.region_code or "", now=now)
    operator = policy.can(user, Permission.OPERATE_PROCESSES, Target.of_case(case))
    due = dates.TARGET if held is None else dates.RECORD
    context: dict[str, Any] = {
        "case": await views.case_head(session, case, words, operator=operator),
        "ticket": shapes.shown(ticket, held, words),
        "deadline": await deadlines.view(session, case, due, words),
        "slots": shapes.sessions(found, helpdesk, ZoneInfo(case.zone), words),
        "ways": shapes.ways(words),
        "begun": held is not None and held.starts_at <= now,
        "answerable": ticket.status == AssistanceStatus.ASKED,
        "confirmable": ticket.status == AssistanceStatus.BOOKED and held is not None and held.ends_at > now,
        "story": url("case", case=case_id),
        "form": form,
    }
    return answer("officer/assistance.html", page, status=status, **context)


async def _ask_form(
    request: Request, session: AsyncSession, account_id: UUID, form: Form, status: int = 200
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    account = await session.get_one(Account, account_id)
    origins = [Option(one, words.gettext(labels.word("origin", one))) for one in AssistanceOrigin]
    context = {
        "company": account.name,
        "account": str(account_id),
        "topics": shapes.topics(words),
        "origins": [one for one in origins if one.value != AssistanceOrigin.PORTAL],
        "form": form,
    }
    return answer("officer/assistance_for.html", page, status=status, **context)


def _line(one: tickets.Appointment, desk: Desk, words: Translator) -> dict[str, Any]:
    """A line of the agenda, its time on the desk's clock."""
    ticket = one.listed.ticket
    return {
        "day": one.starts_at.astimezone(desk.timezone).date(),
        "at": format_time(one.starts_at, desk.timezone, words.locale, seconds=False),
        "company": one.listed.case.title,
        "href": url("assistance_case", case=one.listed.case.id),
        "number": ticket.number,
        "topic": words.gettext(labels.word("topic", ticket.topic)),
        "way": words.gettext(labels.word("way", ticket.way)) if ticket.way else "",
        "status": ticket.status,
        "closed_then": one.closed_then,
    }


def _week(desk: Desk, first: date) -> str:
    return url("assistance_agenda", query={"meja": desk.name, "hari": first.isoformat()})


def _day(written: str) -> date | None:
    """The day of an address, or None when it is none that a calendar can be walked from."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None
