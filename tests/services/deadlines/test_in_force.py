"""Which extensions hold in a period: those with an active line on one of its reports, and no others."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.deadlines import in_force
from services.models import (
    CaseFile,
    CaseKind,
    Extension,
    ExtensionLine,
    ExtensionScope,
    ExtensionStatus,
    Report,
    new_id,
)
from tests.factories import OPEN, make_report

DUE = OPEN + timedelta(days=6)


async def extended(
    session: AsyncSession, *reports: Report, scope: ExtensionScope = ExtensionScope.REGION, days: int = 5
) -> Extension:
    case = CaseFile(
        id=new_id(), kind=CaseKind.CAMPAIGN, key=f"campaign/{new_id()}", title="Pengumuman", opened_at=OPEN,
        status=ExtensionStatus.APPLIED,
    )  # fmt: skip
    await cases.open_case(session, case)
    one = reports[0].case_id if scope is ExtensionScope.CASE else None
    extension = Extension(
        case_id=case.id, status=ExtensionStatus.APPLIED, scope=scope, target_case_id=one, reason="Banjir",
        instrument="Pengumuman 4/2027", target_before=DUE + timedelta(days=days), requested_by="test",
        requested_at=OPEN,
    )  # fmt: skip
    session.add(extension)
    await session.flush()
    for report in reports:
        session.add(
            ExtensionLine(
                extension_id=extension.id, case_id=report.case_id, deadline_name="report_due",
                old_before=DUE, target_before=extension.target_before,
            )
        )  # fmt: skip
    await session.flush()
    return extension


async def held(session: AsyncSession, code: str = "2026-Q4") -> tuple[list[UUID], int]:
    found = await in_force.of_period(session, code)
    return [one.id for one in found.campaigns], found.single


async def test_campaigns_and_single_cases_of_the_period(session: AsyncSession) -> None:
    first, second, third = [await make_report(session) for _ in range(3)]
    earlier = await make_report(session, period="2026-Q3")
    near = await extended(session, first, second, days=3)
    far = await extended(session, second, earlier, days=9)
    await extended(session, third, scope=ExtensionScope.CASE)
    await extended(session, third, scope=ExtensionScope.CASE, days=8)
    assert await held(session) == ([far.id, near.id], 1), "the latest first; a case counts once"
    assert await held(session, "2026-Q3") == ([far.id], 0)


async def test_what_was_taken_back_holds_no_longer(session: AsyncSession) -> None:
    report = await make_report(session)
    campaign = await extended(session, report)
    undone = update(ExtensionLine).where(col(ExtensionLine.extension_id) == campaign.id)
    await session.execute(undone.values(active=False))
    assert await held(session) == ([], 0)
