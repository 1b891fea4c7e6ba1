"""Holidays of a region or of one organisation move what is owed there and nowhere else: from the start, or later on."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.data_requests import receipt
from services.decrees import drafting, moving
from services.decrees.changes import changes
from services.decrees.drafting import DecreeDraft
from services.decrees.lines import RawLine
from services.decrees.stored import enter, told_names
from services.errors import TransitionRefused
from services.models import Account, CaseFile, Deadline, DecreeLayer, EvidenceKind, Report, ReviewDesk
from services.reviews import decisions as reviewing
from services.reviews.corrections import Note
from services.rollbacks import decisions, steps
from services.service_proof.evidence import Receipt
from services.timeline import future
from tests.factories import OPEN, make_account
from tests.services.data_requests import given
from tests.services.rollbacks.test_rules import OFFICER, ask, sent

SAMARINDA, JAKARTA, EAST_KALIMANTAN = "64.72", "31.74", "64"
FRIDAY, MONDAY_AFTER = "2027-01-08", "2027-01-11"
WEDNESDAY_AFTER = datetime.fromisoformat("2027-01-13T10:00:00+07:00")
TUESDAY = OPEN + timedelta(days=1)
Begun = tuple[UUID, str]


async def asked(session: AsyncSession, region: str) -> Begun:
    """Data asked for on Tuesday and received the same day: by the lenient reading three working days, until Friday."""
    account = await make_account(session, region=region)
    _, [request] = await given.ask(session, [account], now=TUESDAY)
    call = Receipt(EvidenceKind.CALL_NOTE, note="Dijawab bagian umum.")
    await receipt.record(session, request.case_id, call, actor="test", now=TUESDAY)
    return request.case_id, "data_request_due"


async def returned(session: AsyncSession, region: str) -> Begun:
    """A report returned on Monday: five working days."""
    report = await sent(session, region=region)
    notes = [Note("production", "Satuan salah.")]
    await reviewing.give_back(
        session, report.case_id, ReviewDesk.VERIFICATION, notes, submission=1, actor=OFFICER, now=OPEN
    )
    return report.case_id, "report_correction_due"


async def reopened(session: AsyncSession, region: str) -> Begun:
    """A correction granted and opened on Monday: five working days."""
    rollback = await ask(session, await sent(session, region=region))
    await decisions.grant(session, rollback.case_id, actor=OFFICER, now=OPEN)
    await steps.reopen(session, await cases.lock(session, rollback.case_id), OPEN)
    return rollback.case_id, "rollback_resend_due"


DUTIES: Final = (asked, returned, reopened)


async def decreed(
    session: AsyncSession,
    layer: DecreeLayer = DecreeLayer.REGION,
    scope: str = EAST_KALIMANTAN,
    *,
    day: str = FRIDAY,
) -> None:
    """A holiday of one place, on the Friday of that week: entered, approved and carried out everywhere."""
    lines = (RawLine(1, day, "holiday", "Hari Jadi Contoh"),)
    wanted = DecreeDraft("Keputusan Contoh 1/2027", "uji", lines, layer=layer, scope=scope)
    decree = await drafting.draft(session, wanted, actor="one", now=OPEN)
    await drafting.dry_run(session, decree.case_id, actor="one", now=OPEN)
    await drafting.approve(session, decree.case_id, actor="two", now=OPEN)
    await enter(session, decree, now=OPEN)
    rules = await rulebook.current(session, now=OPEN)
    found = await changes(session, rules)
    concerned = [row.id for row in await moving.concerned(session, found, OPEN)]
    await moving.move(session, moving.Batch(decree, found, told_names(rules)), concerned, OPEN)


async def until(session: AsyncSession, begun: Begun) -> tuple[datetime, datetime | None]:
    """What is in force: the strict date and the lenient one."""
    await session.flush()
    found = await session.get_one(Deadline, begun, populate_existing=True)
    return found.due_before, found.lenient_before


@pytest.mark.parametrize("duty", DUTIES)
async def test_a_holiday_of_the_region_counts_for_its_companies_alone(
    session: AsyncSession, duty: Callable[[AsyncSession, str], Awaitable[Begun]]
) -> None:
    await decreed(session)
    inside, outside = await duty(session, SAMARINDA), await duty(session, JAKARTA)
    assert _last(await until(session, inside)) > _last(await until(session, outside))


@pytest.mark.parametrize("duty", DUTIES)
async def test_a_later_decree_moves_the_dates_of_its_region_alone(
    session: AsyncSession, duty: Callable[[AsyncSession, str], Awaitable[Begun]]
) -> None:
    inside, outside = await duty(session, SAMARINDA), await duty(session, JAKARTA)
    before = await until(session, inside)
    assert before == await until(session, outside)
    await decreed(session)
    assert _last(await until(session, inside)) > _last(before)
    assert await until(session, outside) == before


@pytest.mark.parametrize("duty", DUTIES)
async def test_a_decree_of_one_organisation_moves_its_dates_alone(
    session: AsyncSession, duty: Callable[[AsyncSession, str], Awaitable[Begun]]
) -> None:
    ours, other = await duty(session, SAMARINDA), await duty(session, SAMARINDA)
    before = await until(session, ours)
    await decreed(session, DecreeLayer.ORGANISATION, await nib_of(session, ours))
    assert _last(await until(session, ours)) > _last(before)
    assert await until(session, other) == before


@pytest.mark.parametrize("layer", [DecreeLayer.REGION, DecreeLayer.ORGANISATION])
async def test_a_correction_may_be_asked_for_on_the_working_days_of_its_company(
    session: AsyncSession, layer: DecreeLayer
) -> None:
    """Due on Sunday: until Tuesday, by both readings; where Monday is a holiday, until Wednesday by the lenient one."""
    inside, outside = await sent(session, region=SAMARINDA), await sent(session, region=JAKARTA)
    place = (
        await nib_of(session, (inside.case_id, "")) if layer is DecreeLayer.ORGANISATION else EAST_KALIMANTAN
    )
    await decreed(session, layer, place, day=MONDAY_AFTER)
    with pytest.raises(TransitionRefused, match="Permenperin 13/2025"):
        await ask(session, outside, WEDNESDAY_AFTER)
    asked_for = await ask(session, inside, WEDNESDAY_AFTER)
    assert asked_for.refused_from == asked_for.shown_before + timedelta(days=1)


async def test_the_case_foretells_the_window_by_the_calendar_on_which_it_is_counted(
    session: AsyncSession,
) -> None:
    inside, outside = await sent(session, region=SAMARINDA), await sent(session, region=JAKARTA)
    await decreed(session, day=MONDAY_AFTER)
    assert "Hari Jadi Contoh" in await window_told(session, inside)
    assert "Hari Jadi Contoh" not in await window_told(session, outside)


async def window_told(session: AsyncSession, report: Report) -> str:
    """The reasons that a case gives for the end of its window."""
    await session.flush()
    case = await cases.lock(session, report.case_id)
    lines = await future.future(session, case, now=OPEN, locale="id")
    (line,) = [line for line in lines if line.name == "correction_window"]
    return " ".join(line.why)


async def nib_of(session: AsyncSession, begun: Begun) -> str:
    of_company = (
        select(col(Account.nib))
        .join(CaseFile, col(CaseFile.account_id) == col(Account.id))
        .where(col(CaseFile.id) == begun[0])
    )
    return (await session.execute(of_company)).scalar_one() or ""


def _last(dates: tuple[datetime, datetime | None]) -> datetime:
    """The lenient reading, where the law leaves two."""
    return dates[1] or dates[0]
