"""What reports need to know about a company: its business fields, certificates, licences, and its class."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import accounts
from services.companies import stored
from services.companies.profile import kbli_of
from services.deadlines.periods import Period
from services.models import AccountType
from services.reference import kbli
from services.reference.kbli import BusinessKind, Kbli
from services.reports.classification import StageFacts, amounts
from services.reports.context import CertificateRef, FormContext, Values
from tests.services.licences import standing


@dataclass(frozen=True)
class CompanyFacts:
    """The facts of one account on one day.

    amounts    the three investment amounts of Data Umum in rupiah, None while that page is empty
    licensed   KBLI codes covered by an industry licence in force
    account    what conditions of a form may ask about, as `account.<name>`
    """

    account_id: UUID
    business_fields: tuple[Kbli, ...]
    certificates: tuple[CertificateRef, ...]
    licensed: frozenset[str]
    amounts: dict[str, int] | None
    account: Values
    stages: StageFacts

    @property
    def business(self) -> BusinessKind:
        """Manufacturing, services or both."""
        return kbli.business_kind(self.business_fields)

    @property
    def is_shipyard(self) -> bool:
        """Whether a business field is building or repairing ships."""
        return any(kbli.is_shipyard(code) for code in self.business_fields)

    def context(self, period: Period) -> FormContext:
        """The form engine's context; the report adds its own answers, statement and previous report."""
        return FormContext(
            period=period,
            business_fields=self.business_fields,
            certificates=self.certificates,
            account=self.account,
            licence_valid_for=self.licensed,
        )


async def facts(session: AsyncSession, account_id: UUID, *, on: date) -> CompanyFacts:
    """What is so about the company on a day (of WIB). NotFound without the account."""
    account = await accounts.get(session, account_id)
    kept = await stored.read_all(session, account_id)
    general = kept.get("general", stored.Kept()).values
    return CompanyFacts(
        account_id=account_id,
        business_fields=kbli_of(kept),
        certificates=tuple(
            CertificateRef(str(row["id"]), str(row["type"]), str(row["number"]))
            for row in stored.rows_of(kept["certificates"].values)
        ),
        licensed=frozenset(await standing.licensed_kblis(session, account_id, on)),
        amounts=amounts(general),
        account={
            "type": account.type,
            "operating_commercially": account.operating_commercially,
            "expanding": account.expanding,
            "licence_scale": account.licence_scale,
            "cross_region": account.cross_region,
        },
        stages=StageFacts(
            estate=account.type == AccountType.ESTATE,
            operating_commercially=account.operating_commercially,
            expanding=account.expanding,
            licences=await standing.licence_facts(session, account_id, on),
        ),
    )
