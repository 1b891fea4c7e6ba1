"""Help for companies: asked for, sessions booked, moved and given up; confirmed, answered, recorded by officers."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1.assistance_shapes import (
    AnswerIn,
    AppointmentOut,
    AssistanceIn,
    AssistanceOut,
    CancellationIn,
    FreeSessionOut,
    OutcomeIn,
    PlaceIn,
    RatingIn,
    SessionIn,
    SessionOut,
)
from api.v1.cases import DEFAULT_PURPOSE
from services import rulebook
from services.assistance import asking, booking, deciding, reading
from services.assistance.asking import Asked
from services.assistance.booking import Wanted
from services.errors import InvalidInput, NotFound
from services.i18n import N_
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import (
    Account,
    AssistanceOrigin,
    AssistanceTicket,
    CaseFile,
)

router = routers.programs(tags=["assistance"])
Asker = Annotated[Principal, require(Permission.REQUEST_ASSISTANCE)]
Helper = Annotated[Principal, require(Permission.ASSIST_COMPANY)]
LONGEST_AGENDA = 31


@router.post("/accounts/{account_id}/assistance", status_code=201, response_model=AssistanceOut)
async def ask(
    account_id: UUID, body: AssistanceIn, session: SessionDep, now: Now, user: Asker, once: OnceDep
) -> JSONResponse:
    """Ask for help, as the company or for it. Without a session it is answered in writing."""

    async def command() -> AssistanceOut:
        await _account(session, account_id, user)
        asked = Asked(body.topic, body.question, body.origin if user.is_official else AssistanceOrigin.PORTAL)
        made = await asking.ask(session, account_id, asked, actor=user.actor, now=now)
        return await _out(session, made)

    return await once(command, status=201)


@router.get("/accounts/{account_id}/assistance", response_model=list[AssistanceOut])
async def listed(
    account_id: UUID, session: SessionDep, user: Asker, purpose: ReadPurpose
) -> list[AssistanceOut]:
    """A company's tickets, the newest first, at most 50."""
    await _account(session, account_id, user)
    await log_read(
        session, user, what="assistance", purpose=purpose or DEFAULT_PURPOSE, account_id=account_id
    )
    return [await _out(session, one.ticket) for one in await reading.of_account(session, account_id)]


@router.get("/accounts/{account_id}/assistance-sessions", response_model=list[FreeSessionOut])
async def free(account_id: UUID, session: SessionDep, now: Now, user: Asker) -> list[FreeSessionOut]:
    """The sessions that this company can book now, within the hours of the desks that serve its region."""
    account = await _account(session, account_id, user)
    found = await booking.free(session, account.region_code, now=now)
    return [
        FreeSessionOut(desk=one.desk, starts_at=one.slot.starts_at, ends_at=one.slot.ends_at, left=one.left)
        for one in found
    ]


@router.get("/assistance-agenda", response_model=list[AppointmentOut])
async def agenda(
    session: SessionDep,
    now: Now,
    user: Helper,
    purpose: ReadPurpose,
    desk: Annotated[str, Query(max_length=60)],
    day: date,
    days: Annotated[int, Query(ge=1, le=LONGEST_AGENDA)] = 1,
) -> list[AppointmentOut]:
    """A desk's sessions from a day on, on the desk's own clock, of the companies one may help."""
    known = (await rulebook.current(session, now=now)).policies.helpdesk.desk(desk)
    if known is None:
        raise InvalidInput(N_("Meja bantuan ini tidak dikenal."), field="desk")
    found = await reading.agenda(session, user, known, day, days=days, now=now)
    await log_read(session, user, what="list:assistance", purpose=purpose or DEFAULT_PURPOSE)
    return [
        AppointmentOut(
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            closed_then=one.closed_then,
            company=one.listed.case.title,
            ticket=await _out(session, one.listed.ticket),
        )
        for one in found
    ]


@router.get("/assistance/{assistance}", response_model=AssistanceOut)
async def read(
    assistance: UUID,
    session: SessionDep,
    user: Annotated[Principal, require(Permission.READ_CASE)],
    purpose: ReadPurpose,
) -> AssistanceOut:
    """One ticket, its session, and what came of it."""
    ticket = await _found(session, assistance, user, Permission.READ_CASE)
    await log_read(
        session,
        user,
        what="assistance",
        purpose=purpose or DEFAULT_PURPOSE,
        account_id=ticket.account_id,
        case_id=ticket.case_id,
    )
    return await _out(session, ticket)


@router.post("/assistance/{assistance}/session", response_model=AssistanceOut)
async def book(
    assistance: UUID, body: SessionIn, session: SessionDep, now: Now, user: Asker, once: OnceDep
) -> JSONResponse:
    """Book a session, or move the one there is. 409 when somebody else has just taken the last seat."""

    async def command() -> AssistanceOut:
        ticket = await _found(session, assistance, user, Permission.REQUEST_ASSISTANCE)
        wanted = Wanted(body.desk, body.starts_at, body.way)
        await booking.book(
            session, assistance, wanted, actor=user.actor, now=now, official=_official(user, ticket)
        )
        return await _out(session, ticket)

    return await once(command)


@router.post("/assistance/{assistance}/session-release", response_model=AssistanceOut)
async def give_up(
    assistance: UUID, session: SessionDep, now: Now, user: Asker, once: OnceDep
) -> JSONResponse:
    """Give the session up and wait for an answer in writing."""

    async def command() -> AssistanceOut:
        ticket = await _found(session, assistance, user, Permission.REQUEST_ASSISTANCE)
        official = _official(user, ticket)
        await booking.give_up(session, assistance, actor=user.actor, now=now, official=official)
        return await _out(session, ticket)

    return await once(command)


@router.post("/assistance/{assistance}/cancellation", response_model=AssistanceOut)
async def cancel(
    assistance: UUID, body: CancellationIn, session: SessionDep, now: Now, user: Asker, once: OnceDep
) -> JSONResponse:
    """Call the ticket off; its seat is free again."""

    async def command() -> AssistanceOut:
        ticket = await _found(session, assistance, user, Permission.REQUEST_ASSISTANCE)
        official = _official(user, ticket)
        await deciding.cancel(session, assistance, body.reason, actor=user.actor, now=now, official=official)
        return await _out(session, ticket)

    return await once(command)


@router.post("/assistance/{assistance}/confirmation", response_model=AssistanceOut)
async def confirm(
    assistance: UUID, body: PlaceIn, session: SessionDep, now: Now, user: Helper, once: OnceDep
) -> JSONResponse:
    """Take a booked session on and say where it is."""

    async def command() -> AssistanceOut:
        await _found(session, assistance, user, Permission.ASSIST_COMPANY)
        ticket = await deciding.confirm(session, assistance, body.place, actor=user.actor, now=now)
        return await _out(session, ticket)

    return await once(command)


@router.post("/assistance/{assistance}/answer", response_model=AssistanceOut)
async def answer(
    assistance: UUID, body: AnswerIn, session: SessionDep, now: Now, user: Helper, once: OnceDep
) -> JSONResponse:
    """Answer a ticket without a session, which closes it."""

    async def command() -> AssistanceOut:
        await _found(session, assistance, user, Permission.ASSIST_COMPANY)
        ticket = await deciding.answer(session, assistance, body.text, actor=user.actor, now=now)
        return await _out(session, ticket)

    return await once(command)


@router.post("/assistance/{assistance}/outcome", response_model=AssistanceOut)
async def record(
    assistance: UUID, body: OutcomeIn, session: SessionDep, now: Now, user: Helper, once: OnceDep
) -> JSONResponse:
    """Record what came of a session that has begun, which closes the ticket."""

    async def command() -> AssistanceOut:
        await _found(session, assistance, user, Permission.ASSIST_COMPANY)
        ticket = await deciding.record(
            session, assistance, body.outcome, body.note, actor=user.actor, now=now
        )
        return await _out(session, ticket)

    return await once(command)


@router.post("/assistance/{assistance}/satisfaction", response_model=AssistanceOut)
async def rate(
    assistance: UUID, body: RatingIn, session: SessionDep, now: Now, user: Asker, once: OnceDep
) -> JSONResponse:
    """The company says once how well it was helped."""

    async def command() -> AssistanceOut:
        found = await _found(session, assistance, user, Permission.REQUEST_ASSISTANCE)
        if found.account_id not in user.accounts:
            raise NotFound
        ticket = await deciding.rate(session, assistance, body.satisfaction, actor=user.actor, now=now)
        return await _out(session, ticket)

    return await once(command)


def _official(user: Principal, ticket: AssistanceTicket) -> bool:
    """Whether an officer acts for the company, who is bound to no notice."""
    return ticket.account_id not in user.accounts


async def _account(session: AsyncSession, account_id: UUID, user: Principal) -> Account:
    account = await session.get(Account, account_id)
    if account is None:
        raise NotFound
    target = await policy.account_target(session, account_id)
    policy.authorise(user, Permission.REQUEST_ASSISTANCE, target)
    return account


async def _found(
    session: AsyncSession, ticket_id: UUID, user: Principal, permission: Permission
) -> AssistanceTicket:
    ticket = await session.get(AssistanceTicket, ticket_id)
    case = await session.get(CaseFile, ticket_id)
    if ticket is None or case is None:
        raise NotFound
    policy.authorise(user, permission, Target.of_case(case))
    return ticket


async def _out(session: AsyncSession, ticket: AssistanceTicket) -> AssistanceOut:
    held = await booking.current(session, ticket.case_id)
    out = AssistanceOut.model_validate(ticket)
    return out.model_copy(update={"session": SessionOut.model_validate(held) if held else None})
