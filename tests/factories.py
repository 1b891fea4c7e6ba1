"""Accounts and reports for tests: valid by default, the rest named by keyword."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.deadlines.periods import Period
from services.deadlines.zones import zone_of
from services.models import (
    Account,
    AccountType,
    BusinessField,
    Document,
    Licence,
    LicenceType,
    Organisation,
    ProductCapacity,
    ProfileSection,
    Report,
    ScanState,
    UppValidation,
    new_id,
)
from services.periods import obligations
from services.periods.obligations import Duty
from services.reports import drafting, opening, statement
from tests.services.forms.filled import typed

PERIOD = "2026-Q4"
COMPANY = "PT Contoh Rotan Mahakam"
EARLY = datetime(2024, 1, 2, tzinfo=UTC)  # the account is older than any period the tests speak of
OPEN = datetime(2027, 1, 4, 2, tzinfo=UTC)  # a Monday after 2026-Q4 has ended, 09.00 WIB, before its due date
ACTOR = "person:00000000-0000-7000-8000-000000000001"
PUBLIC_URL = "https://tenggat.example"


async def make_account(
    session: AsyncSession,
    *,
    name: str = COMPANY,
    account_type: AccountType = AccountType.INDUSTRY,
    region: str = "64.72",
    kbli: tuple[str, ...] = ("31012",),
    licensed: tuple[str, ...] | None = None,
    created_at: datetime = EARLY,
    **columns: Any,
) -> Account:
    """An active account with its business fields, a contact person and an industry licence found valid.

    `licensed` are the KBLI codes of that licence; by default all, `()` leaves the company without one.
    """
    key = new_id()
    organisation = Organisation(nib=f"91{key.int % 10**11:011d}", name=name)
    session.add(organisation)
    await session.flush()
    account = Account(
        organisation_id=organisation.id,
        type=account_type,
        username=f"contoh{key.hex[-12:]}",
        name=name,
        nib=organisation.nib,
        email=f"nib.{key.hex[-12:]}@contoh.example",
        region_code=region,
        zone=str(zone_of(region)),
        address="Jl. Contoh No. 1",
        address_key=f"jl contoh no 1 {key.hex}",
        created_at=created_at,
        **columns,
    )
    session.add(account)
    await session.flush()
    await _company_data(session, account, kbli, kbli if licensed is None else licensed)
    await session.refresh(account)
    return account


async def make_report(
    session: AsyncSession,
    account: Account | None = None,
    *,
    period: str = PERIOD,
    stage: str = "production",
    now: datetime = OPEN,
) -> Report:
    """An obligation as the cycle opens it: upcoming before its period has ended, else not started."""
    account = account or await make_account(session)
    rules = await rulebook.current(session, now=now)
    duty = Duty(account.id, stage)
    await obligations.open_duties(session, Period.parse(period), [duty], rules, now=now)
    query = select(Report).where(
        col(Report.account_id) == account.id, col(Report.period) == period, col(Report.stage) == stage
    )
    return (await session.execute(query)).scalar_one()


async def fill_small_report(
    session: AsyncSession, report: Report, *, now: datetime = OPEN, signed: bool = True, **pages: Any
) -> Report:
    """Every page of a small company's report typed in, its letter printed, signed and scanned.

    A keyword names a page and what is typed there instead (None: the page stays empty).
    """
    await opening.open_draft(session, report.account_id, report.period, report.stage, actor=ACTOR, now=now)
    for section, raw in (typed() | pages).items():
        if raw is not None:
            await drafting.save_section(
                session,
                report.case_id,
                section,
                raw,
                expected_version=report.content_version,
                actor=ACTOR,
                now=now,
            )
    if signed:
        await sign(session, report, now=now)
    return report


async def sign(
    session: AsyncSession, report: Report, *, number: str = "017/SP/I/2027", now: datetime = OPEN
) -> Document:
    """Number the statement letter, print it, and upload the signed scan."""
    await statement.set_number(
        session, report.case_id, number, expected_version=report.content_version, actor=ACTOR, now=now
    )
    await statement.letter(session, report.case_id, public_url=PUBLIC_URL, now=now, specimen=True)
    scan = await make_scan(session, report.account_id, now=now)
    await statement.attach_scan(
        session, report.case_id, scan, expected_version=report.content_version, actor=ACTOR, now=now
    )
    return scan


async def make_scan(
    session: AsyncSession,
    account_id: UUID,
    *,
    kind: str = statement.DOCUMENT_KIND,
    scan_state: ScanState = ScanState.CLEAN,
    now: datetime = OPEN,
) -> Document:
    """A scanned letter that was taken in; its bytes are nowhere."""
    document = Document(
        kind=kind,
        sha256=sha256(b"scan").hexdigest(),
        size=4,
        media_type="application/pdf",
        filename="surat-pernyataan.pdf",
        storage_key=f"test/{new_id()}",
        scan_state=scan_state,
        account_id=account_id,
        uploaded_by=ACTOR,
        created_at=now,
    )
    session.add(document)
    await session.flush()
    return document


async def _company_data(
    session: AsyncSession, account: Account, kbli: tuple[str, ...], licensed: tuple[str, ...]
) -> None:
    """Every page that must be filled before a report, and the industry licence: waiting, if it covers nothing."""
    for section, data in _pages(account).items():
        page = ProfileSection(
            account_id=account.id, section=section, data=data, updated_at=EARLY, updated_by=ACTOR
        )
        session.add(page)
    for position, code in enumerate(kbli):
        primary = position == 0
        session.add(BusinessField(account_id=account.id, kbli=code, is_primary=primary, risk_level="low"))
    session.add(
        ProductCapacity(
            account_id=account.id, kbli=kbli[0], product="Kursi rotan", unit="unit", capacity="3600"
        )
    )
    session.add(
        Licence(
            account_id=account.id,
            type=LicenceType.INDUSTRY_LICENCE,
            number="91200000000170001",
            kbli=list(licensed or kbli),
            risk_level="low",
            upp_validation=UppValidation.VALID if licensed else UppValidation.PENDING,
            uploaded_at=EARLY,
            verified_at=EARLY if licensed else None,
        )
    )
    await session.flush()


def _pages(account: Account) -> dict[str, dict[str, Any]]:
    place = {"village": "Contoh", "district": "Contoh Hulu", "postcode": "75100"}
    investment = {
        "machine_value": 1_500_000_000,
        "other_fixed_value": 500_000_000,
        "working_capital": 1_000_000_000,
    }
    return {
        "general": {
            "legal_form": "legal_entity",
            "business_form": "limited_company",
            "person_in_charge": "Penanggung Jawab Pabrik",
            "position": "Kepala Pabrik",
            "phone": "0541000000",
            **investment,
        },
        "head_office": {"street": "Jl. Contoh No. 1", "region_code": "64.72", **place},
        "factory": place,
        "contact_person": {
            "name": "Bagian Pelaporan",
            "position": "Staf",
            "phone": "0541000000",
            "email": f"lapor.{account.username}@contoh.example",
        },
    }
