"""Letters of non-production for lists, and whether one may be handed in: for pages that offer it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import DomainError
from services.models import CaseFile, NonProductionLetter
from services.non_production.declaring import may_declare


async def declarable(session: AsyncSession, report: CaseFile, *, now: datetime) -> bool:
    """Whether a letter about this report would be taken in now."""
    try:
        await may_declare(session, report, now=now)
    except DomainError:
        return False
    return True


async def of_account(
    session: AsyncSession, account_id: UUID, *, most: int = 20
) -> Sequence[tuple[NonProductionLetter, CaseFile]]:
    """The letters of a company with the reports they are about, the newest first."""
    query = (
        select(NonProductionLetter, CaseFile)
        .join(CaseFile, col(CaseFile.id) == col(NonProductionLetter.report_id))
        .where(col(NonProductionLetter.account_id) == account_id)
        .order_by(col(NonProductionLetter.case_id).desc())
        .limit(most)
    )
    return [(letter, report) for letter, report in await session.execute(query)]
