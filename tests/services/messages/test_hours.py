"""Notices arrive in the reader's working hours."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.messages.hours import within_working_hours

WIT = ZoneInfo("Asia/Jayapura")
WIB = ZoneInfo("Asia/Jakarta")


def weekdays(day: date) -> bool:
    return day.weekday() < 5


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
        assert within_working_hours(moment, zone, weekdays) == datetime.fromisoformat(expected).replace(
            tzinfo=zone
        )


def test_the_same_instant_is_open_in_jayapura_and_closed_in_jakarta() -> None:
    at = datetime(2027, 1, 4, 0, 30, tzinfo=ZoneInfo("UTC"))
    assert within_working_hours(at, WIT, weekdays) == at
    assert within_working_hours(at, WIB, weekdays) == datetime(2027, 1, 4, 2, 0, tzinfo=ZoneInfo("UTC"))


def test_a_calendar_without_working_days_is_an_error() -> None:
    with pytest.raises(ValueError, match="working day"):
        within_working_hours(datetime(2027, 1, 4, tzinfo=WIB), WIB, lambda _: False)
