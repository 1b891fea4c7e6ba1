"""Which extensions hold in a period now: those given to many, one by one, and how many single cases have more time."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.models import CaseFile, CaseKind, Extension, ExtensionLine, ExtensionScope
from services.periods.planning import DUE

MOST: Final = 20


@dataclass(frozen=True)
class InForce:
    """`campaigns` with the latest date first, at most `MOST`; `single`: cases that have more time of their own."""

    campaigns: list[Extension]
    single: int


async def of_period(session: AsyncSession, code: str) -> InForce:
    """What holds for reports of a period: an extension counts while a line of it is active on one of them."""
    campaigns = (
        select(Extension)
        .where(col(Extension.scope) != ExtensionScope.CASE, _active(code).exists())
        .order_by(col(Extension.target_before).desc(), col(Extension.id))
        .limit(MOST)
    )
    single = (
        select(func.count(func.distinct(col(Extension.target_case_id))))
        .select_from(Extension)
        .join(CaseFile, col(CaseFile.id) == col(Extension.target_case_id))
        .where(
            col(Extension.scope) == ExtensionScope.CASE,
            col(CaseFile.kind) == CaseKind.REPORT,
            col(CaseFile.period) == code,
            _active(code).exists(),
        )
    )
    found = (await session.execute(campaigns)).scalars().all()
    return InForce(list(found), (await session.execute(single)).scalar_one())


def _active(code: str) -> Select[Any]:
    return (
        select(ExtensionLine)
        .join(CaseFile, col(CaseFile.id) == col(ExtensionLine.case_id))
        .where(
            col(ExtensionLine.extension_id) == col(Extension.id),
            col(ExtensionLine.active),
            col(ExtensionLine.deadline_name) == DUE,
            col(CaseFile.kind) == CaseKind.REPORT,
            col(CaseFile.period) == code,
        )
        .correlate(Extension)
    )
