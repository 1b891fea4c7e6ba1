"""Contacts with companies about their duties: written down once, never changed. They prove nothing and move no date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.errors import FieldError, InvalidInput, NotFound
from services.i18n import N_
from services.models import CaseFile, CaseKind, CompanyContact, ContactChannel, new_id

MAX_SUMMARY: Final = 2000
ABOUT: Final = (CaseKind.REPORT, CaseKind.DATA_REQUEST, CaseKind.WARNING)


@dataclass(frozen=True)
class Contact:
    """What took place: by which way, when, whether somebody was reached, what was said or agreed."""

    channel: ContactChannel
    at: datetime
    reached: bool
    summary: str


async def log(
    session: AsyncSession, case_id: UUID, contact: Contact, *, actor: str, now: datetime
) -> CompanyContact:
    """Write down a contact about a company's duty. InvalidInput names what is wrong; NotFound for other cases."""
    case = await cases.lock(session, case_id)
    if case.kind not in ABOUT or case.account_id is None:
        raise NotFound
    _check(case, contact, now)
    made = CompanyContact(
        id=new_id(),
        case_id=case.id,
        channel=contact.channel,
        reached=contact.reached,
        summary=contact.summary.strip(),
        at=contact.at,
        recorded_at=now,
        recorded_by=actor,
    )
    session.add(made)
    await session.flush()
    data = {"contact": str(made.id), "channel": contact.channel.value, "reached": contact.reached}
    await cases.record(session, case, "company_contacted", now=now, at=contact.at, actor=actor, data=data)
    return made


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[CompanyContact]:
    """The contacts about a duty, the newest first."""
    query = (
        select(CompanyContact)
        .where(col(CompanyContact.case_id) == case_id)
        .order_by(col(CompanyContact.at).desc(), col(CompanyContact.id).desc())
    )
    return (await session.execute(query)).scalars().all()


def _check(case: CaseFile, contact: Contact, now: datetime) -> None:
    errors = []
    if contact.at > now:
        errors.append(FieldError("at", N_("Waktu ini belum terjadi.")))
    elif contact.at < case.opened_at:
        errors.append(FieldError("at", N_("Waktu ini sebelum kewajibannya ada.")))
    if not contact.summary.strip():
        errors.append(FieldError("summary", N_("Wajib diisi.")))
    if len(contact.summary) > MAX_SUMMARY:
        errors.append(
            FieldError("summary", N_("Paling banyak {longest} karakter."), {"longest": MAX_SUMMARY})
        )
    if errors:
        raise InvalidInput(N_("Periksa kembali isian yang ditandai."), fields=errors)
