"""A company that has just been accepted: its account, and nothing of its data yet. What it then types."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.companies import profile
from services.companies.profile import Saved
from services.models import Account, AccountType, Organisation, new_id
from tests.factories import ACTOR, EARLY, OPEN


async def newcomer(
    session: AsyncSession, account_type: AccountType = AccountType.INDUSTRY, **columns: Any
) -> Account:
    """An active account without company data."""
    key = new_id()
    organisation = Organisation(nib=f"91{key.int % 10**11:011d}", name="PT Contoh Rotan Baru")
    session.add(organisation)
    await session.flush()
    account = Account(
        organisation_id=organisation.id,
        type=account_type,
        username=f"baru{key.hex[-12:]}",
        name=organisation.name,
        nib=organisation.nib,
        email=f"nib.{key.hex[-12:]}@contoh.example",
        region_code="64.72",
        zone="Asia/Makassar",
        address="Jl. Contoh Baru No. 2",
        address_key=f"jl contoh baru no 2 {key.hex}",
        created_at=EARLY,
        **columns,
    )
    session.add(account)
    await session.flush()
    return account


def typed() -> dict[str, dict[str, Any]]:
    """Every page that a factory must fill, typed as people type; a fresh copy each time."""
    return {
        "general": {
            "legal_form": "legal_entity",
            "business_form": "limited_company",
            "machine_value": "1.500.000.000",
            "other_fixed_value": "Rp 500.000.000",
            "working_capital": "1.000.000.000",
            "person_in_charge": "Penanggung Jawab Pabrik",
            "position": "Kepala Pabrik",
            "phone": "0812 0000 0000",
        },
        "head_office": {
            "street": "Jl. Contoh Raya No. 1",
            "village": "Contoh",
            "district": "Contoh Hulu",
            "region_code": "64.72",
            "postcode": "75111",
        },
        "factory": {"village": "Contoh", "district": "Contoh Hilir", "postcode": "75112"},
        "business_fields": {
            "rows": [
                {"kbli": "31012", "is_primary": "ya", "risk_level": "low"},
                {"kbli": "2020:33121", "is_primary": "tidak", "risk_level": "medium_high"},
            ]
        },
        "capacities": {
            "rows": [{"kbli": "31012", "product": "Kursi rotan", "unit": "unit", "capacity": "3.600"}]
        },
        "contact_person": {
            "name": "Bagian Pelaporan",
            "position": "Staf",
            "phone": "0541-000000",
            "email": "pelaporan@Rotan.example",
        },
    }


async def save(
    session: AsyncSession, account: Account, section: str, raw: dict[str, Any], **given: Any
) -> Saved:
    """Save a page on the version that is stored."""
    view = await profile.get_section(session, account.id, section)
    known: dict[str, Any] = {"expected_version": view.version, "actor": ACTOR, "now": OPEN} | given
    return await profile.save_section(session, account.id, section, raw, **known)


async def fill(session: AsyncSession, account: Account, **pages: Any) -> None:
    """Save every compulsory page; a keyword names one that is typed otherwise, or (None) left out."""
    for section, raw in (typed() | pages).items():
        if raw is not None:
            await save(session, account, section, raw)
