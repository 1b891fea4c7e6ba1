"""An extension that would move nobody's date, though it concerns somebody, is refused with the latest date in force."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.deadlines import extensions
from services.deadlines.extensions import ExtensionDraft
from services.errors import InvalidInput
from services.models import CaseFile, Extension, ExtensionScope
from tests.factories import ACTOR, OPEN, make_account, make_report
from tests.services.deadlines.test_newcomers import extended, opened

EVERYONE: dict[str, Any] = {"scope": ExtensionScope.EVERYONE}
REGION: dict[str, Any] = {"scope": ExtensionScope.REGION, "region": "64"}
PERIOD: dict[str, Any] = {"scope": ExtensionScope.PERIOD, "period": "2026-Q4"}


async def draft(session: AsyncSession, target: str, **given: Any) -> Extension:
    wanted = ExtensionDraft(
        target=date.fromisoformat(target), instrument="SE Contoh", reason="Banjir", **given
    )
    return await extensions.draft(session, wanted, actor=ACTOR, now=OPEN)


async def counted(session: AsyncSession) -> tuple[int, int]:
    cases, rows = select(func.count()).select_from(CaseFile), select(func.count()).select_from(Extension)
    return (await session.execute(cases)).scalar_one(), (await session.execute(rows)).scalar_one()


async def standing(session: AsyncSession) -> None:
    """Two reports of Kalimantan Timur that are due on 20 January."""
    await opened(session, "2026-Q4", OPEN)
    for _ in range(2):
        await make_report(session, await make_account(session))
    await extended(session, "2027-01-20", now=OPEN, **REGION)


@pytest.mark.parametrize("target", ["2027-01-15", "2027-01-20"])
@pytest.mark.parametrize("given", [EVERYONE, EVERYONE | {"period": "2026-Q4"}, REGION, PERIOD])
async def test_a_day_that_all_have_already_is_refused_with_the_latest_in_force(
    session: AsyncSession, given: dict[str, Any], target: str
) -> None:
    await standing(session)
    before = await counted(session)
    with pytest.raises(InvalidInput) as refused:
        await draft(session, target, **given)
    assert [(error.field, error.params) for error in refused.value.fields] == [
        ("target_date", {"day": "2027-01-20"})
    ]
    assert await counted(session) == before


@pytest.mark.parametrize("given", [EVERYONE, PERIOD])
async def test_where_some_dates_are_earlier_it_goes_on(session: AsyncSession, given: dict[str, Any]) -> None:
    await standing(session)
    await make_report(session, await make_account(session, region="31.71"))
    extension = await draft(session, "2027-01-15", **given)
    preview = await extensions.dry_run(session, extension.id, actor=ACTOR, now=OPEN)
    assert (preview.concerned, preview.moving, preview.unchanged) == (3, 1, 2)


async def test_where_nobody_owes_anything_yet_the_date_of_the_period_is_asked(session: AsyncSession) -> None:
    await opened(session, "2026-Q4", OPEN)
    assert (await draft(session, "2027-01-15", **PERIOD)).status == "draft"
    with pytest.raises(InvalidInput) as refused:
        await draft(session, "2027-01-10", **PERIOD)
    assert refused.value.fields[0].params == {"day": "2027-01-10"}


async def test_a_dry_run_says_so_when_another_was_applied_since_and_remembers_nothing(
    session: AsyncSession,
) -> None:
    await opened(session, "2026-Q4", OPEN)
    await make_report(session, await make_account(session))
    extension = await draft(session, "2027-01-15", **EVERYONE)
    await extended(session, "2027-01-20", now=OPEN, **PERIOD)
    with pytest.raises(InvalidInput) as refused:
        await extensions.dry_run(session, extension.id, actor=ACTOR, now=OPEN)
    assert [(error.field, error.params) for error in refused.value.fields] == [
        ("target_date", {"day": "2027-01-20"})
    ]
    assert (extension.status, extension.previewed_at, extension.counts) == ("draft", None, {})
