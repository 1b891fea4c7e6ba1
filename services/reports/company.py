"""What a report needs to know about its company: business fields, certificates, licences found valid."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.errors import NotFound
from services.models import Account
from services.reference.kbli import Kbli
from services.reports.context import CertificateRef

_FACTS: Final = text(
    """
    SELECT ARRAY(SELECT f.kbli_version || ':' || f.kbli FROM business_field f
                 WHERE f.account_id = :id ORDER BY 1) AS fields,
           (SELECT coalesce(jsonb_agg(jsonb_build_array(c.id, c.type, c.number) ORDER BY c.id), '[]')
            FROM certificate c WHERE c.account_id = :id) AS certificates,
           ARRAY(SELECT DISTINCT k FROM licence l CROSS JOIN unnest(l.kbli) k
                 WHERE l.account_id = :id AND l.upp_validation = 'valid' AND l.ended_at IS NULL
                   AND (l.expires_on IS NULL OR l.expires_on >= :on)
                   AND l.type IN ('nib', 'industry_licence', 'legacy_industry_licence',
                                  'legacy_expansion_licence')) AS licensed
    """
)


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """`licensed` are the KBLI codes whose industry licence the public service unit (UPP) found valid."""

    account: Account
    business_fields: tuple[Kbli, ...]
    certificates: tuple[CertificateRef, ...]
    licensed: frozenset[str]


async def facts(session: AsyncSession, account_id: UUID, *, on: date) -> CompanyFacts:
    """The company data a report is judged by, as they are now; licences in force `on` that day."""
    account = await session.get(Account, account_id)
    if account is None:
        raise NotFound
    row = (await session.execute(_FACTS, {"id": account_id, "on": on})).one()
    return CompanyFacts(
        account,
        tuple(filter(None, map(Kbli.parse, row.fields))),
        tuple(CertificateRef(*entry) for entry in row.certificates),
        frozenset(row.licensed),
    )
