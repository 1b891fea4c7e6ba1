"""Sessions at a desk: which are free, booking one, moving it, giving it up. No seat is ever taken twice."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.assistance import dates, notices
from services.assistance.asking import CHECK, load, require_open
from services.assistance.notices import Change
from services.assistance.slots import Slot, offered
from services.errors import Conflict, FieldError, InvalidInput, TransitionRefused
from services.i18n import N_
from services.models import (
    AssistanceSession,
    AssistanceStatus,
    AssistanceTicket,
    CaseFile,
    SessionWay,
    new_id,
)
from services.policies.assistance import AssistancePolicy, Desk

TAKEN: Final = N_("Semua tempat pada waktu ini baru saja terisi. Pilih waktu lain.")
NOT_OFFERED: Final = N_("Waktu ini tidak ditawarkan oleh meja bantuan. Pilih dari daftar waktu yang kosong.")


@dataclass(frozen=True)
class Wanted:
    """A session at a desk, and how it is to be held."""

    desk: str
    starts_at: datetime
    way: SessionWay


@dataclass(frozen=True, order=True)
class FreeSlot:
    """A session that can be booked now; `left` of the desk's seats are free."""

    slot: Slot
    desk: str
    left: int


async def free(session: AsyncSession, region_code: str, *, now: datetime) -> list[FreeSlot]:
    """All sessions that a company of this region can book now, in order of time."""
    rules = await rulebook.current(session, now=now)
    found: list[FreeSlot] = []
    for desk in rules.policies.helpdesk.desks_for(region_code):
        calendar = rules.calendars(desk.region or None)[desk.calendar]
        slots = offered(desk, rules.policies.helpdesk, calendar, now)
        taken = await _taken(session, desk, slots)
        found += [
            FreeSlot(slot, desk.name, left) for slot in slots if (left := desk.parallel - taken[slot]) > 0
        ]
    return sorted(found)


async def book(
    session: AsyncSession,
    ticket_id: UUID,
    wanted: Wanted,
    *,
    actor: str,
    now: datetime,
    official: bool = False,
) -> AssistanceSession:
    """Book a session, or move the one there is; a moved one is confirmed anew. Conflict when it is full.

    `official`: an officer does it for the company, and may also move a session that is near or past.
    """
    case, ticket = await load(session, ticket_id)
    require_open(ticket)
    rules = await rulebook.current(session, now=now)
    policy = rules.policies.helpdesk
    desk, slot = _offered(rules, case, wanted, now)
    held = await current(session, case.id)
    if held is not None:
        if (held.desk, held.starts_at) == (desk.name, slot.starts_at):
            raise Conflict(N_("Sesi ini sudah pada waktu tersebut."))
        _may_change(held, policy, now, official=official)
        await _release(session, held, actor, now)
    else:
        await _within_limit(session, ticket, policy, now)
    made = await _take(session, case, desk, slot, actor, now)
    if held is not None:
        await notices.tell_changed(
            session, case, ticket, held, Change.MOVED, actor=actor, now=now, now_starts_at=slot.starts_at
        )
    cases.move(case, AssistanceStatus.BOOKED)
    ticket.status, ticket.way = AssistanceStatus.BOOKED, wanted.way
    _unconfirm(ticket)
    await dates.await_session(session, case, desk, slot, policy.remind_hours, now=now)
    data = {"desk": desk.label, "session_at": slot.starts_at.isoformat()}
    event = "session_moved" if held else "session_booked"
    await _turn(session, case, ticket, event, data, actor, now)
    await notices.tell_booked(session, case, ticket, made, desk, now=now)
    return made


async def give_up(
    session: AsyncSession, ticket_id: UUID, *, actor: str, now: datetime, official: bool = False
) -> AssistanceTicket:
    """Free the session and wait for an answer in writing instead; the office's time begins anew."""
    case, ticket = await load(session, ticket_id)
    require_open(ticket)
    held = await current(session, case.id)
    if held is None:
        raise TransitionRefused(N_("Permintaan ini tidak mempunyai sesi."))
    if held.starts_at <= now:
        raise TransitionRefused(N_("Sesi ini sudah dimulai; petugas mencatat hasilnya."))
    policy = (await rulebook.current(session, now=now)).policies.helpdesk
    _may_change(held, policy, now, official=official)
    await _release(session, held, actor, now)
    await notices.tell_changed(session, case, ticket, held, Change.GIVEN_UP, actor=actor, now=now)
    cases.move(case, AssistanceStatus.ASKED)
    ticket.status, ticket.way = AssistanceStatus.ASKED, None
    _unconfirm(ticket)
    await dates.await_answer(session, case, now=now)
    await _turn(session, case, ticket, "session_given_up", {}, actor, now)
    return ticket


async def current(session: AsyncSession, ticket_id: UUID) -> AssistanceSession | None:
    """The session a ticket has."""
    query = select(AssistanceSession).where(
        col(AssistanceSession.case_id) == ticket_id, col(AssistanceSession.released_at).is_(None)
    )
    found = await session.execute(query.execution_options(populate_existing=True))
    return found.scalar_one_or_none()


async def release_for_closing(
    session: AsyncSession,
    case: CaseFile,
    ticket: AssistanceTicket,
    *,
    actor: str,
    now: datetime,
    official: bool,
) -> None:
    """A cancelled ticket frees its seat, by the same rule as one that is moved."""
    held = await current(session, case.id)
    if held is not None:
        policy = (await rulebook.current(session, now=now)).policies.helpdesk
        _may_change(held, policy, now, official=official)
        await _release(session, held, actor, now)
        await notices.tell_changed(session, case, ticket, held, Change.CANCELLED, actor=actor, now=now)


def _offered(rules: rulebook.Rulebook, case: CaseFile, wanted: Wanted, now: datetime) -> tuple[Desk, Slot]:
    policy = rules.policies.helpdesk
    desk = policy.desk(wanted.desk)
    if desk is None or not desk.serves(case.region_code or ""):
        raise InvalidInput(
            CHECK, fields=[FieldError("desk", N_("Meja bantuan ini tidak melayani wilayah Anda."))]
        )
    calendar = rules.calendars(desk.region or None)[desk.calendar]
    for slot in offered(desk, policy, calendar, now):
        if slot.starts_at == wanted.starts_at:
            return desk, slot
    raise InvalidInput(CHECK, fields=[FieldError("starts_at", NOT_OFFERED)])


def _may_change(held: AssistanceSession, policy: AssistancePolicy, now: datetime, *, official: bool) -> None:
    until = held.starts_at - timedelta(minutes=policy.change_until_minutes)
    if now > until and not official:
        raise TransitionRefused(
            N_(
                "Sesi hanya dapat diubah sampai {minutes} menit sebelum dimulai ({basis}). Hubungi meja bantuan."
            ),
            minutes=policy.change_until_minutes,
            basis=policy.basis,
        )


async def _within_limit(
    session: AsyncSession, ticket: AssistanceTicket, policy: AssistancePolicy, now: datetime
) -> None:
    """One company's bookings wait for each other, so that two at once cannot both be the last allowed."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('assistance/' || :account, 0))"),
        {"account": str(ticket.account_id)},
    )
    ahead = (
        select(func.count())
        .select_from(AssistanceSession)
        .join(AssistanceTicket, col(AssistanceTicket.case_id) == col(AssistanceSession.case_id))
        .where(
            col(AssistanceTicket.account_id) == ticket.account_id,
            col(AssistanceSession.released_at).is_(None),
            col(AssistanceSession.ends_at) > now,
        )
    )
    if (await session.execute(ahead)).scalar_one() >= policy.open_sessions:
        raise Conflict(
            N_("Satu perusahaan memesan paling banyak {most} sesi sekaligus ({basis})."),
            most=policy.open_sessions,
            basis=policy.basis,
        )


# The lowest seat that is free throughout. A race for it is lost without an error, and the next seat is tried.
_TAKE: Final = text(
    """
    INSERT INTO assistance_session (id, case_id, desk, starts_at, ends_at, seat, parallel, booked_at, booked_by)
    SELECT :id, :case_id, :desk, :starts_at, :ends_at, s.seat, :parallel, :now, :actor
    FROM generate_series(1, CAST(:parallel AS int)) AS s(seat)
    WHERE NOT EXISTS (
        SELECT FROM assistance_session t
        WHERE t.desk = :desk AND t.seat = s.seat AND t.released_at IS NULL
          AND tstzrange(t.starts_at, t.ends_at) && tstzrange(:starts_at, :ends_at)
    )
    ORDER BY s.seat LIMIT 1
    ON CONFLICT DO NOTHING
    RETURNING id
    """
)


async def _take(
    session: AsyncSession, case: CaseFile, desk: Desk, slot: Slot, actor: str, now: datetime
) -> AssistanceSession:
    given = {
        "case_id": case.id, "desk": desk.name, "starts_at": slot.starts_at, "ends_at": slot.ends_at,
        "parallel": desk.parallel, "now": now, "actor": actor,
    }  # fmt: skip
    for _ in range(desk.parallel):
        taken = (await session.execute(_TAKE, given | {"id": new_id()})).scalar_one_or_none()
        if taken is not None:
            return await session.get_one(AssistanceSession, taken)
    raise Conflict(TAKEN, field="starts_at")


async def _release(session: AsyncSession, held: AssistanceSession, actor: str, now: datetime) -> None:
    held.released_at, held.released_by = now, actor
    await session.flush()


def _unconfirm(ticket: AssistanceTicket) -> None:
    ticket.place, ticket.confirmed_at, ticket.confirmed_by = None, None, None


async def _turn(
    session: AsyncSession,
    case: CaseFile,
    ticket: AssistanceTicket,
    event: str,
    data: dict[str, str],
    actor: str,
    now: datetime,
) -> None:
    ticket.turn += 1
    cases.reach(case, dates.turned(ticket.turn), now)
    await session.flush()
    await cases.record(session, case, event, now=now, actor=actor, data=data)
    cases.wake(case, now)


async def _taken(session: AsyncSession, desk: Desk, slots: list[Slot]) -> Counter[Slot]:
    """How many seats each session cannot have, because sessions booked before overlap it."""
    if not slots:
        return Counter()
    query = select(
        col(AssistanceSession.seat), col(AssistanceSession.starts_at), col(AssistanceSession.ends_at)
    ).where(
        col(AssistanceSession.desk) == desk.name,
        col(AssistanceSession.released_at).is_(None),
        col(AssistanceSession.ends_at) > slots[0].starts_at,
        col(AssistanceSession.seat) <= desk.parallel,
    )
    taken: dict[Slot, set[int]] = {}
    for seat, starts_at, ends_at in await session.execute(query):
        for slot in slots:
            if starts_at < slot.ends_at and slot.starts_at < ends_at:
                taken.setdefault(slot, set()).add(seat)
    return Counter({slot: len(seats) for slot, seats in taken.items()})
