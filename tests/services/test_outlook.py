"""The next due date, which everybody may read: with more time for everyone, and with nothing that is for some."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.deadlines.periods import Period
from services.models import CaseFile, CaseKind, Extension, ExtensionScope, ExtensionStatus, new_id
from services.periods import outlook, planning
from tests.factories import OPEN, PERIOD

DUE = datetime.fromisoformat("2027-01-11T00:00:00+07:00")  # the moment after 10 January
LATER = DUE + timedelta(days=10)


@pytest.fixture(autouse=True)
async def _periods(session: AsyncSession) -> None:
    rules = await rulebook.current(session, now=OPEN)
    for code in (PERIOD, "2027-Q1"):
        await planning.plan(session, Period.parse(code), rules, now=OPEN)


async def extend(session: AsyncSession, scope: ExtensionScope, **given: Any) -> None:
    case = CaseFile(
        id=new_id(), kind=CaseKind.CAMPAIGN, key=f"campaign/{new_id()}", title="Pengumuman", opened_at=OPEN,
        status=ExtensionStatus.APPLIED,
    )  # fmt: skip
    await cases.open_case(session, case)
    usual: dict[str, Any] = {
        "status": ExtensionStatus.APPLIED, "target_before": LATER, "instrument": "Pengumuman 4/2027",
        "reason": "Banjir", "requested_by": "test", "requested_at": OPEN, "approved_at": OPEN,
    }  # fmt: skip
    session.add(Extension(case_id=case.id, scope=scope, **usual | given))
    await session.flush()


async def ahead(session: AsyncSession, now: datetime = OPEN) -> tuple[str, datetime]:
    found = await outlook.next_due(session, now=now)
    assert found is not None
    return str(found.period), found.due_before


async def test_the_date_of_the_law(session: AsyncSession) -> None:
    assert await ahead(session) == (PERIOD, DUE)
    period, _ = await ahead(session, DUE)
    assert period == "2027-Q1"


@pytest.mark.parametrize(
    "given",
    [
        {"scope": ExtensionScope.PERIOD, "period": PERIOD},
        {"scope": ExtensionScope.EVERYONE},
        {"scope": ExtensionScope.EVERYONE, "status": ExtensionStatus.APPROVED},
    ],
)
async def test_more_time_for_everyone_is_more_time_here(session: AsyncSession, given: dict[str, Any]) -> None:
    await extend(session, **given)
    assert await ahead(session) == (PERIOD, LATER)
    assert await ahead(session, DUE) == (PERIOD, LATER), "it does not jump to the next quarter"


async def test_more_time_once_more_before_the_later_date_has_passed(session: AsyncSession) -> None:
    await extend(session, ExtensionScope.PERIOD, period=PERIOD)
    again = {"approved_at": DUE + timedelta(days=4), "target_before": LATER + timedelta(days=5)}
    await extend(session, ExtensionScope.EVERYONE, **again)
    assert await ahead(session) == (PERIOD, LATER + timedelta(days=5))


@pytest.mark.parametrize(
    "given",
    [
        {"scope": ExtensionScope.REGION, "period": PERIOD, "region_prefix": "64"},
        {"scope": ExtensionScope.PERIOD, "period": "2027-Q1"},
        {"scope": ExtensionScope.PERIOD, "period": PERIOD, "stage": "construction"},
        {"scope": ExtensionScope.EVERYONE, "status": ExtensionStatus.UNDONE},
        {"scope": ExtensionScope.EVERYONE, "status": ExtensionStatus.DRAFT, "approved_at": None},
        {"scope": ExtensionScope.EVERYONE, "approved_at": DUE + timedelta(days=1)},
        {"scope": ExtensionScope.EVERYONE, "target_before": DUE - timedelta(days=1)},
    ],
)
async def test_what_is_for_some_or_not_in_force_moves_nothing_here(
    session: AsyncSession, given: dict[str, Any]
) -> None:
    await extend(session, **given)
    assert await ahead(session) == (PERIOD, DUE)
