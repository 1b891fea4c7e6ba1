"""Mail about help: to the company about its session and the answer, to the office about what waits."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from services import rulebook
from services.errors import NotFound
from services.identity import actors, people
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import (
    Account,
    AssistanceSession,
    AssistanceTicket,
    CaseFile,
    Deadline,
    Person,
    Role,
)
from services.policies.assistance import Desk

BOOKED: Final = "assistance_booked"
REMINDER: Final = "assistance_reminder"
CLOSED: Final = "assistance_closed"
OFFICE_WAITING: Final = "assistance_waiting"
OFFICE_SESSION: Final = "assistance_session_ahead"
OFFICE_UNRECORDED: Final = "assistance_unrecorded"
OFFICE_CHANGED: Final = "assistance_session_changed"
WAITING: Final = (BOOKED, REMINDER, OFFICE_WAITING, OFFICE_SESSION, OFFICE_UNRECORDED)
"""Mails that a closed ticket makes pointless."""
HELPERS: Final = (Role.UPP_OFFICER, Role.REGIONAL_OFFICER)


class Change(StrEnum):
    """Why a session that was confirmed will not be at its time."""

    MOVED = "moved"
    GIVEN_UP = "given_up"
    CANCELLED = "cancelled"


async def tell_booked(
    session: AsyncSession,
    case: CaseFile,
    ticket: AssistanceTicket,
    held: AssistanceSession,
    desk: Desk,
    *,
    now: datetime,
) -> None:
    """The company's proof of its booking, one for each session it takes."""
    context = _session(ticket, held) | {"desk": desk.label}
    await _company(session, case, ticket, BOOKED, f"{held.id}", context, now)


async def tell_confirmed(
    session: AsyncSession, case: CaseFile, ticket: AssistanceTicket, held: AssistanceSession, *, now: datetime
) -> None:
    """An officer has taken the session on: where it is."""
    context = _session(ticket, held) | {"desk": await _desk(session, held, now), "place": ticket.place}
    await _company(session, case, ticket, BOOKED, f"{held.id}:confirmed", context, now)


async def remind_company(
    session: AsyncSession, case: CaseFile, ticket: AssistanceTicket, held: AssistanceSession, *, now: datetime
) -> None:
    """The session lies ahead."""
    context = _session(ticket, held) | {"desk": await _desk(session, held, now)}
    if ticket.place is not None:
        context["place"] = ticket.place
    await _company(session, case, ticket, REMINDER, f"{held.id}", context, now)


async def tell_closed(
    session: AsyncSession, case: CaseFile, ticket: AssistanceTicket, *, now: datetime
) -> None:
    """The answer, what was advised, or why there will be none."""
    context = {"number": ticket.number, "topic": ticket.topic, "outcome": ticket.status}
    context |= {"note": ticket.note} if ticket.note else {}
    await _company(session, case, ticket, CLOSED, "closed", context, now)


async def tell_waiting(
    session: AsyncSession,
    case: CaseFile,
    ticket: AssistanceTicket,
    due: Deadline,
    to: tuple[Role, ...],
    *,
    now: datetime,
) -> int:
    """The office has a ticket without a session to answer; returns how many were told."""
    context = {
        "company": case.title, "number": ticket.number, "topic": ticket.topic, "submitted_at": ticket.asked_at,
        "due_before": due.due_before,
    }  # fmt: skip
    return await _office(
        session, case, OFFICE_WAITING, due.due_before, context, await _holding(session, case, to), now
    )


async def tell_session_ahead(
    session: AsyncSession, case: CaseFile, ticket: AssistanceTicket, held: AssistanceSession, *, now: datetime
) -> int:
    """Whoever confirmed the session is reminded; of one that nobody confirmed, everybody who could."""
    context = {"company": case.title} | _session(ticket, held)
    confirmed = await _confirmer(session, ticket)
    to = [confirmed] if confirmed else await _holding(session, case, HELPERS)
    return await _office(session, case, OFFICE_SESSION, held.starts_at, context, to, now)


async def tell_changed(
    session: AsyncSession,
    case: CaseFile,
    ticket: AssistanceTicket,
    held: AssistanceSession,
    change: Change,
    *,
    actor: str,
    now: datetime,
    now_starts_at: datetime | None = None,
) -> None:
    """Whoever confirmed the session learns that it will not be then, unless it is their own doing."""
    confirmed = await _confirmer(session, ticket)
    if confirmed is None or ticket.confirmed_by in await actors.selves(session, actor):
        return
    context = {"company": case.title, "change": change} | _session(ticket, held)
    if now_starts_at is not None:
        context["now_starts_at"] = now_starts_at
    await intend(
        session,
        template=OFFICE_CHANGED,
        dedupe_key=dedupe.case_key(OFFICE_CHANGED, case.id, f"{held.id}"),
        recipient=recipients.for_person(confirmed),
        context=context,
        now=now,
        case_id=case.id,
    )


async def tell_unrecorded(
    session: AsyncSession,
    case: CaseFile,
    ticket: AssistanceTicket,
    held: AssistanceSession,
    due: Deadline,
    *,
    now: datetime,
) -> int:
    """Nobody has recorded what came of a session: the officer and the administrators are told."""
    context = {
        "company": case.title, "number": ticket.number, "starts_at": held.starts_at, "due_before": due.due_before
    }  # fmt: skip
    confirmed = await _confirmer(session, ticket)
    to = [confirmed] if confirmed else await _holding(session, case, HELPERS)
    to = [*to, *await _holding(session, case, (Role.ADMINISTRATOR,))]
    return await _office(session, case, OFFICE_UNRECORDED, due.due_before, context, to, now)


async def _holding(session: AsyncSession, case: CaseFile, roles: tuple[Role, ...]) -> list[Person]:
    found = [
        person for role in roles for person in await people.holding(session, role, region=case.region_code)
    ]
    return list({person.id: person for person in found}.values())


async def _confirmer(session: AsyncSession, ticket: AssistanceTicket) -> Person | None:
    return await actors.person_behind(session, ticket.confirmed_by) if ticket.confirmed_by else None


async def _office(
    session: AsyncSession,
    case: CaseFile,
    template: str,
    moment: datetime,
    context: dict[str, Any],
    to: list[Person],
    now: datetime,
) -> int:
    told = list({person.id: person for person in to}.values())
    for person in told:
        await intend(
            session,
            template=template,
            dedupe_key=dedupe.dated_key(template, case.id, moment, str(person.id)),
            recipient=recipients.for_person(person),
            context=context,
            now=now,
            case_id=case.id,
        )
    return len(told)


async def _company(
    session: AsyncSession,
    case: CaseFile,
    ticket: AssistanceTicket,
    template: str,
    occurrence: str,
    context: dict[str, Any],
    now: datetime,
) -> None:
    account = await session.get(Account, ticket.account_id)
    if account is None:
        raise NotFound
    await intend(
        session,
        template=template,
        dedupe_key=dedupe.case_key(template, case.id, occurrence),
        recipient=await recipients.for_notices(session, account.id),
        context={"company": account.name} | context,
        now=now,
        case_id=case.id,
        account_id=account.id,
    )


def _session(ticket: AssistanceTicket, held: AssistanceSession) -> dict[str, Any]:
    return {
        "number": ticket.number, "topic": ticket.topic, "starts_at": held.starts_at, "ends_at": held.ends_at,
        "way": ticket.way,
    }  # fmt: skip


async def _desk(session: AsyncSession, held: AssistanceSession, now: datetime) -> str:
    desk = (await rulebook.current(session, now=now)).policies.helpdesk.desk(held.desk)
    return desk.label if desk else held.desk
