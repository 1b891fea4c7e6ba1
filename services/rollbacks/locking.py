"""A request with its report: the report's case is locked first, so that two commands never wait for each other."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.errors import NotFound
from services.models import CaseFile, Report, Rollback


@dataclass(frozen=True)
class Held:
    """A locked request and its locked report."""

    case: CaseFile
    rollback: Rollback
    report_case: CaseFile
    report: Report


async def lock_report_of(session: AsyncSession, case_id: UUID) -> None:
    """Lock the report's case of a request: before the request's own."""
    query = select(col(Rollback.report_id)).where(col(Rollback.case_id) == case_id)
    report_id = (await session.execute(query)).scalar_one_or_none()
    if report_id is None:
        raise NotFound
    await cases.lock(session, report_id)


async def lock(session: AsyncSession, case_id: UUID) -> Held:
    """Both, locked until the transaction ends. NotFound."""
    await lock_report_of(session, case_id)
    case = await cases.lock(session, case_id)
    rollback = await session.get_one(Rollback, case_id, populate_existing=True)
    report_case = await cases.lock(session, rollback.report_id)
    report = await session.get_one(Report, rollback.report_id, populate_existing=True)
    return Held(case, rollback, report_case, report)
