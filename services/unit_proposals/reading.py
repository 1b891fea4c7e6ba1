"""Proposals for lists: of one company, and all that wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import NotFound
from services.models import Account, AddedUnit, UnitProposal, UnitProposalStatus

MOST: Final = 100


@dataclass(frozen=True)
class Listed:
    """A proposal, whose it is, and the unit it became."""

    proposal: UnitProposal
    company: str
    unit: AddedUnit | None


async def of_account(session: AsyncSession, account_id: UUID, *, most: int = MOST) -> Sequence[Listed]:
    """The proposals of a company, the newest first."""
    return await _listed(session, col(UnitProposal.account_id) == account_id, most, newest_first=True)


async def with_status(
    session: AsyncSession, status: UnitProposalStatus, *, most: int = MOST
) -> Sequence[Listed]:
    """Everybody's: those that wait, the longest waiting first; those decided, the newest first."""
    newest_first = status is not UnitProposalStatus.SUBMITTED
    return await _listed(session, col(UnitProposal.status) == status, most, newest_first=newest_first)


async def one(session: AsyncSession, proposal_id: UUID) -> Listed:
    """One proposal. NotFound."""
    found = await _listed(session, col(UnitProposal.id) == proposal_id, 1, newest_first=True)
    if not found:
        raise NotFound
    return found[0]


async def _listed(
    session: AsyncSession, condition: object, most: int, *, newest_first: bool
) -> Sequence[Listed]:
    order = col(UnitProposal.id).desc() if newest_first else col(UnitProposal.id)
    query = (
        select(UnitProposal, col(Account.name), AddedUnit)
        .join(Account, col(Account.id) == col(UnitProposal.account_id))
        .outerjoin(AddedUnit, col(AddedUnit.proposal_id) == col(UnitProposal.id))
        .where(condition)  # type: ignore[arg-type]  # a column compared is a condition
        .order_by(order)
        .limit(most)
        .execution_options(populate_existing=True)
    )
    return [Listed(proposal, company, unit) for proposal, company, unit in await session.execute(query)]
