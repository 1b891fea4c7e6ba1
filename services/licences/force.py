"""Which licences are in force on a day, and what follows: the business fields licensed, the stage reported."""

from datetime import date
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Text, and_, any_, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.licences.kinds import LEGACY, SECTOR
from services.models import Licence, RiskLevel, StandardCertificateStatus, UppValidation
from services.reports.classification import LicenceFact, Risk

_SECTOR = literal(
    sorted(SECTOR), ARRAY(Text)
)  # one parameter; IN would be spelled out anew for each execution


def in_force(on: date | BindParameter[date]) -> ColumnElement[bool]:
    """Industry licences that the UPP has found valid, that nothing ended, and whose last day is not past."""
    return and_(
        col(Licence.type) == any_(_SECTOR),
        col(Licence.upp_validation) == UppValidation.VALID,
        col(Licence.ended_at).is_(None),
        or_(col(Licence.expires_on).is_(None), col(Licence.expires_on) >= on),
    )


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
