"""The company data a report is judged by, in one statement: sending is timed by the hundreds a minute.

The tests read the same facts page by page and hold the two together.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import NotFound
from services.licences import force
from services.messages.recipients import CONTACT
from services.models import Account, BusinessField, Certificate, Licence, ProfileSection
from services.reference.kbli import Kbli
from services.reports.context import CertificateRef, Values


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """`licensed` are the KBLI codes covered by an industry licence in force, found valid by the UPP. `contact` is the
    page of the contact person as saved, empty before."""

    account: Account
    business_fields: tuple[Kbli, ...]
    certificates: tuple[CertificateRef, ...]
    licensed: frozenset[str]
    contact: Values

    @property
    def asked(self) -> Values:
        """What conditions of a form may ask about, as `account.<name>`."""
        names = ("type", "operating_commercially", "expanding", "licence_scale", "cross_region")
        return {name: getattr(self.account, name) for name in names}


async def facts(session: AsyncSession, account_id: UUID, *, on: date) -> CompanyFacts:
    """What is so about the company on a day of WIB. NotFound without the account."""
    row = (await session.execute(_FACTS, {"account_id": account_id, "on": on})).one_or_none()
    if row is None:
        raise NotFound
    account, fields, certificates, licensed, contact = row
    return CompanyFacts(
        account,
        tuple(Kbli(version, code) for version, code in fields or ()),
        tuple(CertificateRef(*entry) for entry in certificates or ()),
        frozenset(code for codes in licensed or () for code in codes),
        contact or {},
    )


def _fields() -> ScalarSelect[Any]:
    primary_first = (col(BusinessField.is_primary).desc(), col(BusinessField.kbli))
    pair = func.jsonb_build_array(col(BusinessField.kbli_version), col(BusinessField.kbli))
    listed = func.jsonb_agg(aggregate_order_by(pair, *primary_first))
    return select(listed).where(col(BusinessField.account_id) == _THIS).scalar_subquery()


def _certificates() -> ScalarSelect[Any]:
    entry = func.jsonb_build_array(col(Certificate.id), col(Certificate.type), col(Certificate.number))
    listed = func.jsonb_agg(aggregate_order_by(entry, col(Certificate.added_at), col(Certificate.id)))
    return select(listed).where(col(Certificate.account_id) == _THIS).scalar_subquery()


def _licensed() -> ScalarSelect[Any]:
    codes = select(func.jsonb_agg(func.to_jsonb(col(Licence.kbli))))
    return codes.where(col(Licence.account_id) == _THIS, force.in_force(bindparam("on"))).scalar_subquery()


def _contact() -> ScalarSelect[Any]:
    contact = col(ProfileSection.section) == CONTACT
    return (
        select(col(ProfileSection.data))
        .where(col(ProfileSection.account_id) == _THIS, contact)
        .scalar_subquery()
    )


# Built once: putting it together costs more than asking it.
_THIS = bindparam("account_id", type_=Uuid())
_FACTS = select(Account, _fields(), _certificates(), _licensed(), _contact()).where(col(Account.id) == _THIS)
