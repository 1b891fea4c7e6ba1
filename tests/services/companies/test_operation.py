"""Tahap Operasi: what a company says of its operation decides the reports opened from then on."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.companies import completeness, operation
from services.deadlines.periods import Period
from services.errors import InvalidInput
from services.models import Account, AccountType, CaseFile, CaseKind, ProfileSection, Report
from services.periods import obligations
from services.reports import listing
from tests.factories import ACTOR, OPEN, make_account
from tests.services.companies.newcomer import save

BUILDING = {"operating": "tidak", "expanding": "tidak"}
OPERATING = {"operating": "ya", "operating_since": "01-09-2026", "expanding": "tidak"}
EXPANDING = OPERATING | {"expanding": "ya", "expanding_since": "2026-11-30"}


async def opened(session: AsyncSession, account: Account, code: str) -> set[str]:
    """The stages a period asks of the account, opened as its process does."""
    rules = await rulebook.current(session, now=OPEN)
    await obligations.open_batch(session, Period.parse(code), rules, obligations.FIRST, now=OPEN)
    query = select(col(Report.stage)).where(col(Report.account_id) == account.id, col(Report.period) == code)
    return set((await session.execute(query)).scalars())


@pytest.mark.parametrize(
    ("type_", "raw", "stages"),
    [
        (AccountType.INDUSTRY, BUILDING, {"construction"}),
        (AccountType.INDUSTRY, OPERATING, {"production"}),
        (AccountType.INDUSTRY, EXPANDING, {"production", "construction"}),
        (AccountType.ESTATE, BUILDING, {"construction"}),
        (AccountType.ESTATE, EXPANDING, {"commercial", "construction"}),
    ],
)
async def test_the_next_period_asks_for_the_stages_that_were_told(
    session: AsyncSession, type_: AccountType, raw: dict[str, Any], stages: set[str]
) -> None:
    account = await make_account(session, account_type=type_)
    await save(session, account, operation.PAGE, raw)
    assert await opened(session, account, "2026-Q4") == stages


async def test_what_was_opened_before_stays_and_only_the_next_period_follows(session: AsyncSession) -> None:
    account = await make_account(session)
    assert await opened(session, account, "2026-Q3") == {"production"}
    await save(session, account, operation.PAGE, BUILDING)
    assert await opened(session, account, "2026-Q4") == {"construction"}
    query = select(col(CaseFile.period), col(CaseFile.stage), col(CaseFile.closed_at)).where(
        col(CaseFile.account_id) == account.id, col(CaseFile.kind) == CaseKind.REPORT
    )
    assert {tuple(row) for row in await session.execute(query)} == {
        ("2026-Q3", "production", None),
        ("2026-Q4", "construction", None),
    }


async def test_a_save_moves_the_account_and_leaves_who_when_and_which_version(session: AsyncSession) -> None:
    account = await make_account(session)
    await save(session, account, operation.PAGE, EXPANDING)
    told = await operation.of_account(session, account)
    assert told == operation.Operation(True, True, date(2026, 9, 1), date(2026, 11, 30))
    saved = await save(session, account, operation.PAGE, BUILDING)
    assert saved.values == {"operating": False, "expanding": False}
    assert await operation.of_account(session, account) == operation.Operation(False, False)
    row = await session.get_one(ProfileSection, (account.id, operation.PAGE))
    assert (row.version, row.updated_by, row.updated_at) == (2, ACTOR, OPEN)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"operating": ""}, "operating", "Wajib diisi."),
        ({"operating_since": ""}, "operating_since", "Wajib diisi."),
        ({"operating_since": "2027-01-06"}, "operating_since", "Tanggal ini belum terjadi."),
        ({"operating_since": "31-02-2026"}, "operating_since", "Tanggal tidak dikenali"),
        ({"operating_since": "1026-09-01"}, "operating_since", "terlalu lama berlalu"),
        ({"expanding": "mungkin"}, "expanding", ""),
        (
            {"expanding": "ya", "expanding_since": "2027-01-06"},
            "expanding_since",
            "Tanggal ini belum terjadi.",
        ),
    ],
)
async def test_what_cannot_be_is_refused_at_its_field_and_moves_nothing(
    session: AsyncSession, typed: dict[str, Any], field: str, words: str
) -> None:
    account = await make_account(session, operating_commercially=False)
    with pytest.raises(InvalidInput) as refused:
        await save(session, account, operation.PAGE, OPERATING | typed)
    [error] = refused.value.fields
    assert (error.field, words in error.message) == (field, True)
    await session.refresh(account)
    assert not account.operating_commercially


async def test_a_date_that_is_not_asked_holds_up_nothing(session: AsyncSession) -> None:
    account = await make_account(session)
    saved = await save(session, account, operation.PAGE, BUILDING | {"operating_since": "kapan-kapan"})
    assert saved.values == {"operating": False, "expanding": False}
    assert [remark.field for remark in saved.warnings] == ["operating_since"]


async def test_the_day_on_which_it_is_told_in_jakarta_has_begun(session: AsyncSession) -> None:
    account = await make_account(session)
    late = datetime(2027, 1, 4, 18, tzinfo=UTC)  # the 5th in WIB
    told = OPERATING | {"operating_since": "2027-01-05"}
    assert (await save(session, account, operation.PAGE, told, now=late)).version == 1


async def test_nobody_has_to_fill_it_in_before_a_report(session: AsyncSession) -> None:
    account = await make_account(session)
    assert await completeness.completeness(session, account.id) == []
    [item] = [
        one for one in await completeness.overview(session, account.id) if one.section == operation.PAGE
    ]
    assert (item.required, item.done, item.message) == (False, False, "")


async def test_periods_that_ended_before_it_began_are_not_owed_afterwards(session: AsyncSession) -> None:
    account = await make_account(session, created_at=datetime(2026, 5, 4, tzinfo=UTC))
    await save(session, account, operation.PAGE, EXPANDING)
    owed = await listing.unopened(session, account.id, now=OPEN)
    assert [(line.period, line.stage) for line in owed] == [
        ("2026-Q3", "production"),  # it began on 1 September
        ("2026-Q4", "production"),
        ("2026-Q4", "construction"),  # and expands since 30 November
    ]
