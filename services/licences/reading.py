"""Finding licences: all of a company, the one of a case."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import NotFound
from services.models import Licence, LicenceEnd
from services.transitions import LicenceStatus


async def of_account(session: AsyncSession, account_id: UUID) -> list[Licence]:
    """Every licence the company ever uploaded, the newest first."""
    query = select(Licence).where(col(Licence.account_id) == account_id)
    newest_first = query.order_by(col(Licence.uploaded_at).desc(), col(Licence.id).desc())
    found = await session.execute(newest_first.execution_options(populate_existing=True))
    return list(found.scalars())


async def of_case(session: AsyncSession, case_id: UUID) -> Licence:
    """The licence a case is about; NotFound for a case of another kind."""
    query = select(Licence).where(col(Licence.case_id) == case_id)
    found = await session.execute(query.execution_options(populate_existing=True))
    licence = found.scalar_one_or_none()
    if licence is None:
        raise NotFound
    return licence


def status(licence: Licence) -> LicenceStatus:
    """How it stands as people see it: what the UPP found, unless something has ended it since."""
    if licence.end_reason is not None:
        ended = {LicenceEnd.REPLACED: LicenceStatus.REPLACED, LicenceEnd.EXPIRED: LicenceStatus.EXPIRED}
        return ended[LicenceEnd(licence.end_reason)]
    return LicenceStatus(licence.upp_validation)
