"""What an officer does: confirm a session, answer in writing, record what came of a session, call a ticket off."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.assistance import notices
from services.assistance.asking import load, require_open, require_words
from services.assistance.booking import current, release_for_closing
from services.deadlines import store
from services.errors import InvalidInput, TransitionRefused
from services.i18n import N_
from services.messages.intents import cancel_for_case
from services.models import AssistanceStatus, AssistanceTicket, CaseFile, Outcome

BEST: Final = 5


class SessionOutcome(StrEnum):
    """What came of a session."""

    HELD = "held"
    NO_SHOW = "no_show"


_ENDS: Final = {
    AssistanceStatus.ANSWERED: Outcome.DONE,
    AssistanceStatus.HELD: Outcome.DONE,
    AssistanceStatus.NO_SHOW: Outcome.LAPSED,
    AssistanceStatus.CANCELLED: Outcome.VOID,
}


async def confirm(
    session: AsyncSession, ticket_id: UUID, place: str, *, actor: str, now: datetime
) -> AssistanceTicket:
    """An officer takes the session on and says where it is: a link, a number, a room."""
    case, ticket = await load(session, ticket_id)
    held = await current(session, case.id)
    if ticket.status != AssistanceStatus.BOOKED or held is None:
        raise TransitionRefused(N_("Hanya sesi yang dipesan dan belum dikonfirmasi yang dapat dikonfirmasi."))
    if held.ends_at <= now:
        raise TransitionRefused(N_("Sesi ini sudah lewat; catat hasilnya."))
    ticket.place = require_words(place, "place")
    ticket.confirmed_at, ticket.confirmed_by = now, actor
    cases.move(case, AssistanceStatus.CONFIRMED)
    ticket.status = AssistanceStatus.CONFIRMED
    await cases.record(session, case, "session_confirmed", now=now, actor=actor)
    await notices.tell_confirmed(session, case, ticket, held, now=now)
    return ticket


async def answer(
    session: AsyncSession, ticket_id: UUID, words: str, *, actor: str, now: datetime
) -> AssistanceTicket:
    """Answer a ticket that has no session, in writing."""
    case, ticket = await load(session, ticket_id)
    if ticket.status != AssistanceStatus.ASKED:
        raise TransitionRefused(
            N_("Jawaban tertulis diberikan atas permintaan tanpa sesi yang masih terbuka.")
        )
    note = require_words(words, "text")
    await _close(session, case, ticket, AssistanceStatus.ANSWERED, note, actor, now)
    return ticket


async def record(
    session: AsyncSession, ticket_id: UUID, outcome: SessionOutcome, note: str, *, actor: str, now: datetime
) -> AssistanceTicket:
    """Record that a session was held, with what was advised, or that the company did not come."""
    case, ticket = await load(session, ticket_id)
    held = await current(session, case.id)
    if ticket.status not in (AssistanceStatus.BOOKED, AssistanceStatus.CONFIRMED) or held is None:
        raise TransitionRefused(N_("Permintaan ini tidak mempunyai sesi yang masih terbuka."))
    if held.starts_at > now:
        raise TransitionRefused(N_("Sesi belum dimulai; hasilnya belum dapat dicatat."))
    words = require_words(note, "note")
    await _close(session, case, ticket, AssistanceStatus(outcome.value), words, actor, now)
    return ticket


async def cancel(
    session: AsyncSession, ticket_id: UUID, reason: str, *, actor: str, now: datetime, official: bool = False
) -> AssistanceTicket:
    """Call a ticket off and free its seat. An officer gives a reason, which the company reads."""
    case, ticket = await load(session, ticket_id)
    require_open(ticket)
    note = require_words(reason, "reason") if official or reason.strip() else None
    await release_for_closing(session, case, ticket, actor=actor, now=now, official=official)
    ticket.place, ticket.confirmed_at, ticket.confirmed_by = None, None, None
    await _close(session, case, ticket, AssistanceStatus.CANCELLED, note, actor, now, told=official)
    return ticket


async def rate(
    session: AsyncSession, ticket_id: UUID, satisfaction: int, *, actor: str, now: datetime
) -> AssistanceTicket:
    """The company says once how well it was helped, from 1 to 5."""
    case, ticket = await load(session, ticket_id)
    if ticket.status not in (AssistanceStatus.ANSWERED, AssistanceStatus.HELD):
        raise TransitionRefused(N_("Penilaian diberikan sesudah asistensi selesai diberikan."))
    if ticket.satisfaction is not None:
        raise TransitionRefused(N_("Asistensi ini sudah dinilai."))
    if not 1 <= satisfaction <= BEST:
        raise InvalidInput(N_("Pilih nilai 1 sampai dengan 5."), field="satisfaction")
    ticket.satisfaction, ticket.rated_at = satisfaction, now
    await session.flush()
    await cases.record(session, case, "rated", now=now, actor=actor, data={"satisfaction": satisfaction})
    return ticket


async def _close(
    session: AsyncSession,
    case: CaseFile,
    ticket: AssistanceTicket,
    status: AssistanceStatus,
    note: str | None,
    actor: str,
    now: datetime,
    *,
    told: bool = True,
) -> None:
    cases.move(case, status)
    ticket.status, ticket.note = status, note
    ticket.closed_at, ticket.closed_by = now, actor
    await session.flush()
    await store.meet(session, case.id, None, now=now)
    await cancel_for_case(session, case.id, notices.WAITING, reason="already_answered", now=now)
    await cases.record(session, case, status.value, now=now, actor=actor)
    if told:
        await notices.tell_closed(session, case, ticket, now=now)
    cases.close(case, _ENDS[status], now)
