"""Data Perusahaan must be complete before any report; each missing page is named and linked."""

from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.companies.completeness import LICENCES, completeness, overview, require_complete
from services.deadlines.periods import Period
from services.errors import Conflict
from services.licences import dates
from services.models import Account, AccountType, BusinessField, Licence, LicenceType, UppValidation
from services.reference.kbli import BusinessKind, Kbli
from services.reports import company
from tests.factories import EARLY, OPEN, make_account, make_scan
from tests.services.companies.newcomer import fill, newcomer, save, typed
from tests.services.companies.page_by_page import facts

TODAY = dates.today(OPEN)


async def licence(session: AsyncSession, account: Account, **columns: Any) -> Licence:
    """An industry licence, as uploaded."""
    given = {"type": LicenceType.INDUSTRY_LICENCE, "kbli": ["31012"], "risk_level": "low"} | columns
    row = Licence(account_id=account.id, uploaded_at=EARLY, **given)
    session.add(row)
    await session.flush()
    return row


async def missing(session: AsyncSession, account: Account) -> list[str]:
    return [item.section for item in await completeness(session, account.id)]


async def test_a_new_factory_still_has_everything_to_fill_in_the_order_of_siinas(
    session: AsyncSession,
) -> None:
    account = await newcomer(session)
    assert await missing(session, account) == [
        "general",
        "head_office",
        "factory",
        "business_fields",
        "capacities",
        LICENCES,
        "contact_person",
    ]


async def test_a_factory_that_has_filled_everything_may_report(session: AsyncSession) -> None:
    account = await newcomer(session)
    await fill(session, account)
    assert await missing(session, account) == [LICENCES]
    await licence(session, account)
    await require_complete(session, account.id)


@pytest.mark.parametrize("page", list(typed()))
async def test_each_page_left_out_holds_up_every_report_and_is_named(
    session: AsyncSession, page: str
) -> None:
    account = await newcomer(session)
    left_out = {page: None} | ({"capacities": None} if page == "business_fields" else {})
    await fill(session, account, **left_out)
    await licence(session, account)
    with pytest.raises(Conflict) as refused:
        await require_complete(session, account.id)
    assert {error.field for error in refused.value.fields} == {f"profile.{name}" for name in left_out}
    assert all(error.message for error in refused.value.fields)


async def test_capacity_for_a_business_field_that_is_gone_must_be_filled_again(session: AsyncSession) -> None:
    account = await newcomer(session)
    await fill(session, account)
    row = {"kbli": "16291", "is_primary": "ya", "risk_level": "low"}
    await save(session, account, "business_fields", {"rows": [row]})
    items = {item.section: item for item in await completeness(session, account.id)}
    assert items["capacities"].message == "Kapasitas Produksi belum diisi secara lengkap"


async def test_what_is_optional_never_holds_up_a_report(session: AsyncSession) -> None:
    account = await newcomer(session)
    optional = [item for item in await overview(session, account.id) if not item.required]
    assert {item.section for item in optional} == {
        "warehouses",
        "customs_facilities",
        "operation",
        "certificates",
        LICENCES,
    }
    advised = [item.params for item in optional if item.section == LICENCES and not item.done]
    assert {"document": "Akta pendirian atau akta perusahaan"} in advised


async def test_the_nib_of_the_registration_counts_as_uploaded(session: AsyncSession) -> None:
    account = await newcomer(session)

    async def nib_done() -> bool:
        found = await overview(session, account.id)
        return next(item.done for item in found if (item.params or {}).get("document") == "NIB")

    assert not await nib_done()
    await make_scan(session, account.id, kind="nib")
    assert await nib_done()


@pytest.mark.parametrize("finding", list(UppValidation))
async def test_a_licence_that_waits_lets_a_company_begin_one_found_invalid_does_not(
    session: AsyncSession, finding: UppValidation
) -> None:
    account = await newcomer(session)
    await fill(session, account)
    await licence(session, account, upp_validation=finding)
    assert await missing(session, account) == ([LICENCES] if finding is UppValidation.INVALID else [])


async def test_a_company_that_is_neither_factory_nor_estate_needs_neither_capacity_nor_licence(
    session: AsyncSession,
) -> None:
    account = await newcomer(session, AccountType.OTHER)
    assert not {"factory", "capacities", LICENCES} & set(await missing(session, account))


async def test_reports_read_the_company_data_of_the_day(session: AsyncSession) -> None:
    account = await newcomer(session, licence_scale="small")
    await fill(session, account)
    await save(session, account, "certificates", {"rows": [{"type": "halal", "number": "ID641100"}]})
    await licence(session, account, upp_validation=UppValidation.VALID)

    known = await facts(session, account.id, on=TODAY)
    assert known.business_fields == (Kbli("2025", "31012"), Kbli("2020", "33121"))
    assert known.business is BusinessKind.MANUFACTURING_AND_SERVICE
    assert known.licensed == {"31012"}
    assert known.account["licence_scale"] == "small"

    context = known.context(Period.parse("2026-Q4"))
    assert [(c.kind, c.number) for c in context.certificates] == [("halal", "ID641100")]
    assert context.licence_valid_for == known.licensed
    assert known.amounts is not None
    assert sum(known.amounts.values()) == 3_000_000_000


async def test_the_page_and_the_sending_see_the_same_company(session: AsyncSession) -> None:
    account = await make_account(session, kbli=("31012", "16291"), licensed=("31012",))
    by_page = await facts(session, account.id, on=TODAY)
    at_sending = await company.facts(session, account.id, on=TODAY)
    assert by_page.business_fields == at_sending.business_fields
    assert by_page.certificates == at_sending.certificates
    assert by_page.licensed == at_sending.licensed == {"31012"}
    assert by_page.account == at_sending.asked


async def test_without_company_data_nothing_is_assumed(session: AsyncSession) -> None:
    account = await make_account(session, licensed=())
    await session.execute(delete(BusinessField).where(col(BusinessField.account_id) == account.id))
    known = await facts(session, account.id, on=TODAY)
    assert (known.business, known.licensed) == (BusinessKind.OTHER, frozenset())
    fresh = await facts(session, (await newcomer(session)).id, on=TODAY)
    assert fresh.amounts is None
