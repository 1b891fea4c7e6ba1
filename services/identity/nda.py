"""The non-disclosure agreement of officials: which text is current, and who accepted it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.i18n import N_
from services.models import NdaAcceptance

VERSION = "2026-1"
"""Changes with every change of `TEXT`; a new version asks every official again."""

TEXT = (
    N_(
        "Saya akan membuka data perusahaan hanya untuk keperluan tugas saya, dan memahami bahwa setiap "
        "pembukaan dicatat bersama keperluannya."
    ),
    N_(
        "Saya tidak akan memberikan, menyebarkan, atau memakai data individu perusahaan di luar tugas, "
        "selama dan setelah masa tugas (UU 3/2014 Pasal 69 dan 70)."
    ),
    N_(
        "Saya akan menjaga kata sandi dan perangkat saya, dan segera melaporkan bila ada orang lain yang "
        "mungkin mengetahuinya."
    ),
)


async def accept(session: AsyncSession, person_id: UUID, *, version: str = VERSION) -> None:
    """Record the acceptance (real time). Accepting twice keeps the first moment."""
    values = {"person_id": person_id, "version": version, "accepted_at": func.now()}
    await session.execute(insert(NdaAcceptance).values(values).on_conflict_do_nothing())


async def accepted_at(session: AsyncSession, person_id: UUID) -> datetime | None:
    """When the person accepted the current text (real time); None when they have not."""
    found = select(col(NdaAcceptance.accepted_at)).where(
        col(NdaAcceptance.person_id) == person_id, col(NdaAcceptance.version) == VERSION
    )
    return (await session.execute(found)).scalar_one_or_none()


async def accepted(session: AsyncSession, person_id: UUID) -> bool:
    """Whether the person accepted the current text."""
    found = select(col(NdaAcceptance.person_id)).where(
        col(NdaAcceptance.person_id) == person_id, col(NdaAcceptance.version) == VERSION
    )
    return (await session.execute(found)).first() is not None
