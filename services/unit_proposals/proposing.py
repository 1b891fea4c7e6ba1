"""A company proposes a unit that it cannot find in the list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.companies.profile import lock_account
from services.errors import Conflict, FieldError, InvalidInput
from services.i18n import N_
from services.models import UnitProposal, UnitProposalStatus, new_id
from services.reference import units
from services.unit_proposals import added

MAX_NAME: Final = units.LONGEST
MAX_USED_FOR: Final = 200
MAX_REASON: Final = 2000
MOST_WAITING: Final = 20
"""So many proposals of one company may wait at once."""

REQUIRED: Final = N_("Wajib diisi.")
CHECK: Final = N_("Periksa kembali isian yang ditandai.")


@dataclass(frozen=True)
class Proposed:
    """A unit by its name or symbol, the product or the place of the form it is for, and why the list will not do."""

    name: str
    used_for: str
    reason: str


async def propose(
    session: AsyncSession, account_id: UUID, wanted: Proposed, *, actor: str, now: datetime
) -> UnitProposal:
    """Write the proposal down. InvalidInput names every wrong field; a unit that exists is named.

    Conflict when the same unit was proposed already and waits, whoever proposed it, or when too many wait.
    """
    await lock_account(session, account_id)
    name = tidy(wanted.name)
    problems = [*await name_problems(session, name), *_texts(wanted)]
    if problems:
        raise InvalidInput(CHECK, fields=problems)
    await _not_too_many(session, account_id)
    row = {
        "id": new_id(),
        "account_id": account_id,
        "name": name,
        "key": units.key(name),
        "used_for": wanted.used_for.strip(),
        "reason": wanted.reason.strip(),
        "status": UnitProposalStatus.SUBMITTED,
        "submitted_at": now,
        "submitted_by": actor,
    }
    fresh = insert(UnitProposal).values(row)
    stored = fresh.on_conflict_do_nothing(index_elements=["key"], index_where=text("status = 'submitted'"))
    made = (await session.execute(stored.returning(UnitProposal))).scalar_one_or_none()
    if made is None:
        taken = N_("Satuan {name} sudah diusulkan dan sedang menunggu keputusan.")
        field = FieldError("name", taken, {"name": name})
        raise Conflict(taken, fields=[field], name=name)
    return made


def tidy(name: str) -> str:
    """A name with single spaces."""
    return " ".join(name.split())


async def name_problems(session: AsyncSession, name: str) -> list[FieldError]:
    """Why this cannot be the name of a new unit."""
    if not name:
        return [FieldError("name", REQUIRED)]
    if len(name) > MAX_NAME:
        return [FieldError("name", N_("Paling banyak {longest} karakter."), {"longest": MAX_NAME})]
    if not name.isprintable():
        return [FieldError("name", N_("Isian memuat karakter yang tidak dapat dicetak."))]
    if not any(character.isalpha() for character in name):
        return [FieldError("name", N_("Tuliskan nama atau lambang satuan, bukan angka."))]
    existing = units.same(name, await added.every(session))
    if existing is None:
        return []
    there = N_("Satuan ini sudah ada dalam daftar: {unit}.")
    return [FieldError("name", there, {"unit": existing.name})]


def _texts(wanted: Proposed) -> list[FieldError]:
    limits = {"used_for": (wanted.used_for, MAX_USED_FOR), "reason": (wanted.reason, MAX_REASON)}
    problems = []
    for field, (given, longest) in limits.items():
        if not given.strip():
            problems.append(FieldError(field, REQUIRED))
        elif len(given) > longest:
            too_long = N_("Paling banyak {longest} karakter.")
            problems.append(FieldError(field, too_long, {"longest": longest}))
    return problems


async def _not_too_many(session: AsyncSession, account_id: UUID) -> None:
    query = select(func.count()).where(
        col(UnitProposal.account_id) == account_id,
        col(UnitProposal.status) == UnitProposalStatus.SUBMITTED,
    )
    if (await session.execute(query)).scalar_one() >= MOST_WAITING:
        many = N_("Sudah {most} usulan satuan perusahaan ini menunggu keputusan. Tunggu keputusannya dahulu.")
        raise Conflict(many, most=MOST_WAITING)
