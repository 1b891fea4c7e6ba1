"""What a company does, or an officer for it: ask for help, and call it off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.assistance import dates
from services.errors import FieldError, InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.models import (
    Account,
    AccountStatus,
    AssistanceOrigin,
    AssistanceStatus,
    AssistanceTicket,
    AssistanceTopic,
    BusinessField,
    CaseFile,
    CaseKind,
    new_id,
)

MAX_TEXT: Final = 4000
CHECK: Final = N_("Periksa kembali isian yang ditandai.")
OPEN: Final = (AssistanceStatus.ASKED, AssistanceStatus.BOOKED, AssistanceStatus.CONFIRMED)


@dataclass(frozen=True)
class Asked:
    """The topic and the question; by which way it came, when an officer wrote it down."""

    topic: AssistanceTopic
    question: str
    origin: AssistanceOrigin = AssistanceOrigin.PORTAL


async def ask(
    session: AsyncSession, account_id: UUID, asked: Asked, *, actor: str, now: datetime
) -> AssistanceTicket:
    """Open a ticket without a session. NotFound without the account; InvalidInput without a question."""
    account = await session.get(Account, account_id)
    if account is None:
        raise NotFound
    if account.status != AccountStatus.ACTIVE:
        raise TransitionRefused(N_("Akun ini tidak aktif; asistensi diberikan kepada akun aktif."))
    _check(asked.question, "question")
    number = (
        await session.execute(text("SELECT nextval(pg_get_serial_sequence('assistance_ticket', 'number'))"))
    ).scalar_one()
    case = await cases.open_case(session, await _case(session, account, number, now))
    ticket = AssistanceTicket(
        case_id=case.id,
        number=number,
        account_id=account.id,
        topic=asked.topic,
        question=asked.question.strip(),
        origin=asked.origin,
        asked_at=now,
        asked_by=actor,
    )
    session.add(ticket)
    await dates.await_answer(session, case, now=now)
    data = {"number": number, "topic": asked.topic.value, "origin": asked.origin.value}
    await cases.record(session, case, "asked", now=now, actor=actor, data=data)
    cases.wake(case, now)
    await session.flush()
    return ticket


async def load(session: AsyncSession, ticket_id: UUID) -> tuple[CaseFile, AssistanceTicket]:
    """The locked case and its ticket. NotFound for another kind of case."""
    case = await cases.lock(session, ticket_id)
    ticket = await session.get(AssistanceTicket, ticket_id, populate_existing=True)
    if ticket is None:
        raise NotFound
    return case, ticket


def require_open(ticket: AssistanceTicket) -> None:
    """Raise TransitionRefused when the ticket is closed."""
    if ticket.status not in OPEN:
        raise TransitionRefused(N_("Permintaan asistensi ini sudah selesai."))


def _check(words: str, field: str) -> None:
    if not words.strip():
        raise InvalidInput(CHECK, fields=[FieldError(field, N_("Wajib diisi."))])
    if len(words) > MAX_TEXT:
        longest = FieldError(field, N_("Paling banyak {longest} karakter."), {"longest": MAX_TEXT})
        raise InvalidInput(CHECK, fields=[longest])


def require_words(words: str, field: str) -> str:
    """The text without its margins; InvalidInput when there is none or too much."""
    _check(words, field)
    return words.strip()


async def _case(session: AsyncSession, account: Account, number: int, now: datetime) -> CaseFile:
    fields = select(col(BusinessField.kbli)).where(col(BusinessField.account_id) == account.id).distinct()
    return CaseFile(
        id=new_id(),
        kind=CaseKind.ASSISTANCE,
        key=f"assistance/{number}",
        title=account.name,
        account_id=account.id,
        region_code=account.region_code,
        zone=account.zone,
        kbli=sorted((await session.execute(fields)).scalars()),
        status=AssistanceStatus.ASKED,
        opened_at=now,
        policy_version_id=(await rulebook.current(session, now=now)).version_id,
    )
