"""Corrections as people see them: those of a report, and one with its report."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.deadlines.derivation import Step
from services.errors import NotFound
from services.models import CaseFile, Derivation, Report, Rollback


@dataclass(frozen=True)
class RollbackView:
    """One request with its own case, its report, and why it could be asked for until then."""

    case: CaseFile
    rollback: Rollback
    report_case: CaseFile
    report: Report
    window: tuple[Step, ...]


async def of_report(session: AsyncSession, report_id: UUID) -> Sequence[Rollback]:
    """Every request about a report, in order."""
    query = select(Rollback).where(col(Rollback.report_id) == report_id).order_by(col(Rollback.n))
    return (await session.execute(query.execution_options(populate_existing=True))).scalars().all()


async def view(session: AsyncSession, case_id: UUID) -> RollbackView:
    """One request. NotFound."""
    case = await session.get(CaseFile, case_id, populate_existing=True)
    rollback = await session.get(Rollback, case_id, populate_existing=True)
    if case is None or rollback is None:
        raise NotFound
    window = await session.get_one(Derivation, rollback.window_id)
    return RollbackView(
        case=case,
        rollback=rollback,
        report_case=await session.get_one(CaseFile, rollback.report_id, populate_existing=True),
        report=await session.get_one(Report, rollback.report_id, populate_existing=True),
        window=tuple(Step.from_json(step) for step in window.steps),
    )
