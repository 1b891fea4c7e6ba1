"""Notices arrive while their readers work; what nobody should wait for does not wait."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.deadlines import moves
from services.messages.announcements import announcements
from services.messages.bulk import Told, intend_each
from services.messages.hours import within_working_hours
from services.messages.intents import intend, intend_many
from services.messages.recipients import Recipient
from services.models import Lane, Message, new_id
from tests.services.messages.office import a_report, an_account

WIT = ZoneInfo("Asia/Jayapura")
WITA = ZoneInfo("Asia/Makassar")
WIB = ZoneInfo("Asia/Jakarta")
EVENING = datetime(2027, 1, 8, 18, tzinfo=WIB)  # a Friday; the report is due on Sunday
MONDAY = datetime(2027, 1, 11, 8, tzinfo=WITA)
LICENCE = {"company": "PT Contoh Rotan Mahakam", "licence": "Sertifikat Standar"}


def weekdays(day: date) -> bool:
    return day.weekday() < 5


def opening(at: datetime, zone: ZoneInfo) -> datetime:
    return within_working_hours(at, zone, weekdays, opens=time(9), closes=time(16))


async def sole(session: AsyncSession) -> Message:
    return (await session.execute(select(Message))).scalar_one()


async def tell(
    session: AsyncSession,
    zone: str = WITA.key,
    *,
    at: datetime = EVENING,
    template: str = "licence_valid",
    context: Mapping[str, object] = LICENCE,
    lane: Lane | None = None,
    account_id: UUID | None = None,
) -> Message:
    """A company is told of its licence, or of something else."""
    await intend(
        session,
        template=template,
        dedupe_key=str(new_id()),
        recipient=Recipient("a@rotan.example", zone=zone),
        context=context,
        now=at,
        account_id=account_id,
        lane=lane,
    )
    return await sole(session)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2027-01-04T10:30", "2027-01-04T10:30"),  # Monday, working hours
        ("2027-01-04T05:00", "2027-01-04T09:00"),  # too early
        ("2027-01-04T16:00", "2027-01-05T09:00"),  # closing time is too late
        ("2027-01-08T18:00", "2027-01-11T09:00"),  # Friday evening
        ("2027-01-09T12:00", "2027-01-11T09:00"),  # Saturday
    ],
)
def test_the_next_working_hour_of_the_readers_zone(at: str, expected: str) -> None:
    for zone in (WIB, WIT):
        moment = datetime.fromisoformat(at).replace(tzinfo=zone)
        assert opening(moment, zone) == datetime.fromisoformat(expected).replace(tzinfo=zone)


def test_the_same_instant_is_open_in_jayapura_and_closed_in_jakarta() -> None:
    at = datetime(2027, 1, 4, 0, 30, tzinfo=ZoneInfo("UTC"))
    assert opening(at, WIT) == at
    assert opening(at, WIB) == datetime(2027, 1, 4, 2, 0, tzinfo=ZoneInfo("UTC"))


def test_a_calendar_without_working_days_is_an_error() -> None:
    with pytest.raises(ValueError, match="working day"):
        within_working_hours(
            datetime(2027, 1, 4, tzinfo=WIB), WIB, lambda _: False, opens=time(9), closes=time(16)
        )


@pytest.mark.parametrize(
    ("zone", "at", "arrives"),
    [
        (WITA, "2027-01-08T18:00+07:00", "2027-01-11T08:00+08:00"),  # Friday evening in Jakarta
        (
            WITA,
            "2027-01-08T16:30+07:00",
            "2027-01-11T08:00+08:00",
        ),  # in the office's hours, after the reader's
        (WIB, "2027-01-08T16:30+07:00", "2027-01-08T16:30+07:00"),
        (WIT, "2027-01-08T07:00+07:00", "2027-01-08T07:00+07:00"),  # nine in Jayapura
        (WIB, "2027-01-04T20:00+07:00", "2027-01-06T08:00+07:00"),  # 5 January 2027 is a holiday
    ],
)
async def test_a_notice_waits_until_its_reader_works(
    session: AsyncSession, zone: ZoneInfo, at: str, arrives: str
) -> None:
    told = await tell(session, zone.key, at=datetime.fromisoformat(at))
    assert told.not_before == told.planned_for == datetime.fromisoformat(arrives)


@pytest.mark.parametrize(
    "given",
    [
        {"lane": Lane.LEGAL},
        {
            "template": "password_reset",
            "context": {"username": "u", "token": "t", "expires_at": MONDAY},
        },
        {
            "template": "rollback_requested",
            "context": {"company": "PT X", "period": "2026-Q4", "stage": "production", "due_before": MONDAY},
        },
    ],
    ids=["a legal letter", "a link that somebody waits for", "the answer to what one has just done"],
)
async def test_some_mail_does_not_wait(session: AsyncSession, given: dict[str, Any]) -> None:
    assert (await tell(session, **given)).not_before == EVENING


async def test_nothing_waits_beyond_the_date_of_which_it_speaks(session: AsyncSession) -> None:
    report = await a_report(session, await an_account(session))  # due on Sunday 10 January 2027
    await intend_many(session, template="report_reminder", case_ids=[report.id], occurrence="-1", now=EVENING)
    assert (await sole(session)).not_before == EVENING


@pytest.mark.parametrize("way", ["many", "each", "moved"])
async def test_whatever_tells_many_at_once_keeps_the_hours(session: AsyncSession, way: str) -> None:
    report = await a_report(session, await an_account(session))
    at = datetime(2027, 1, 2, 12, tzinfo=WIB)  # a Saturday
    await _told(session, way, report.id, at)
    assert (await sole(session)).not_before == datetime(2027, 1, 4, 8, tzinfo=WITA)


async def _told(session: AsyncSession, way: str, case_id: UUID, at: datetime) -> None:
    if way == "many":
        await intend_many(session, template="report_reminder", case_ids=[case_id], occurrence="-7", now=at)
    elif way == "each":
        told = Told(case_id, "x", {"number": "1/2027"})
        await intend_each(session, "data_request_accepted", [told], now=at)
    else:
        await moves.tell(
            session, [case_id], "report_due", occurrence="x", old={case_id: at},
            instrument="Keppres", reason="Cuti bersama", now=at,
        )  # fmt: skip


async def test_who_looks_into_the_portal_before_reads_it_there(session: AsyncSession) -> None:
    account = await an_account(session)
    told = await tell(session, account_id=account.id)
    assert told.not_before == MONDAY
    assert [notice.id for notice in await announcements(session, account.id)] == [told.id]
