"""What the licences in force let an account do, read plainly from their rows."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.licences.force import in_force
from services.licences.kinds import LEGACY
from services.models import Licence, RiskLevel, StandardCertificateStatus
from services.reports.classification import LicenceFact, Risk


async def licensed_kblis(session: AsyncSession, account_id: UUID, on: date) -> set[str]:
    """The KBLI codes for which reports may be sent on that day (of WIB): covered by a licence in force."""
    query = select(col(Licence.kbli)).where(col(Licence.account_id) == account_id, in_force(on))
    return {code for codes in (await session.execute(query)).scalars() for code in codes}


async def licence_facts(session: AsyncSession, account_id: UUID, on: date) -> tuple[LicenceFact, ...]:
    """The licences in force as the stage of a report sees them: risk, verification, older licences."""
    query = (
        select(col(Licence.type), col(Licence.risk_level), col(Licence.ss_verification))
        .where(col(Licence.account_id) == account_id, in_force(on))
        .order_by(col(Licence.id))
    )
    return tuple(
        LicenceFact(
            risk=Risk(RiskLevel(risk)) if risk else None,
            verified=verification == StandardCertificateStatus.VERIFIED,
            legacy=kind in LEGACY,
        )
        for kind, risk, verification in (await session.execute(query)).all()
    )
