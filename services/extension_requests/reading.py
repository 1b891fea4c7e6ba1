"""Requests for lists: of one company, and about one case."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.models import CaseFile, ExtensionRequest


@dataclass(frozen=True)
class Listed:
    """A request and the case whose date it is about."""

    request: ExtensionRequest
    target: CaseFile


async def of_account(session: AsyncSession, account_id: UUID, *, most: int = 20) -> Sequence[Listed]:
    """The requests of a company, the newest first."""
    return await _listed(session, col(ExtensionRequest.account_id) == account_id, most)


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[Listed]:
    """The requests about the dates of one case, the newest first."""
    return await _listed(session, col(ExtensionRequest.target_case_id) == case_id, 20)


async def _listed(session: AsyncSession, condition: object, most: int) -> Sequence[Listed]:
    query = (
        select(ExtensionRequest, CaseFile)
        .join(CaseFile, col(CaseFile.id) == col(ExtensionRequest.target_case_id))
        .where(condition)  # type: ignore[arg-type]  # a column compared is a condition
        .order_by(col(ExtensionRequest.case_id).desc())
        .limit(most)
    )
    return [Listed(request, case) for request, case in await session.execute(query)]
