"""Every due date that the regulations name comes out right, and nothing moves it but an extension."""

from datetime import date, datetime, timedelta

import pytest

from services.deadlines.calendars import CalendarDay, CalendarKind, DayKind, build_calendars
from services.deadlines.derivation import Calendars, Derived, derive, with_extension
from services.deadlines.periods import Period
from services.deadlines.zones import WIB
from services.policies import Policies


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def report_due(shipped: Policies, calendars: Calendars, code: str) -> Derived:
    period = Period.parse(code)
    return derive(shipped.rule("report_due", period), period.end, calendars)


def rollback_window(shipped: Policies, calendars: Calendars, due_before: datetime) -> Derived:
    return derive(shipped.rule("rollback_window"), due_before, calendars)


@pytest.mark.parametrize(
    ("code", "due", "weekday", "working_days"),
    [
        ("2025-Q1", "2025-04-10", "Thu", 3),
        ("2025-Q2", "2025-07-10", "Thu", 8),
        ("2025-Q3", "2025-10-10", "Fri", 8),
        ("2025-Q4", "2026-01-10", "Sat", 6),
        ("2026-Q1", "2026-04-10", "Fri", 7),
        ("2026-Q2", "2026-07-10", "Fri", 8),
        ("2026-Q3", "2026-10-10", "Sat", 7),
        ("2026-Q4", "2027-01-10", "Sun", 4),
        ("2027-Q1", "2027-04-10", "Sat", 7),
        ("2027-Q2", "2027-07-10", "Sat", 7),
        ("2027-Q3", "2027-10-10", "Sun", 6),
    ],
)
def test_a_quarterly_report_is_due_on_the_tenth_whatever_day_that_is(
    shipped: Policies, calendars: Calendars, *, code: str, due: str, weekday: str, working_days: int
) -> None:
    derived = report_due(shipped, calendars, code)

    assert derived.shown == at(f"{due}T23:59:59+07:00")
    assert derived.due_before == derived.base_before == derived.shown + timedelta(seconds=1)
    assert derived.due_before.utcoffset() == timedelta(0)
    assert derived.lenient_before is None
    day = date.fromisoformat(due)
    assert day.strftime("%a") == weekday
    assert calendars[CalendarKind.GOVERNMENT].working_days(day.replace(day=1), day) == working_days


@pytest.mark.parametrize(
    ("code", "due"),
    [
        ("2019-S1", "2019-07-30"),
        ("2019-S2", "2020-01-30"),
        ("2023-S2", "2024-01-30"),
        ("2024-S1", "2024-07-30"),
        ("2024-Q3", "2024-10-10"),
        ("2024-Q4", "2025-01-10"),
    ],
)
def test_periods_of_earlier_regimes_keep_their_own_due_dates(
    shipped: Policies, calendars: Calendars, code: str, due: str
) -> None:
    assert report_due(shipped, calendars, code).shown == at(f"{due}T23:59:59+07:00")


@pytest.mark.parametrize(
    ("code", "regime", "enforceable"),
    [("2024-S1", "PM2_2019", True), ("2024-Q3", "SE1_2025", False), ("2026-Q4", "PM13_2025", True)],
)
def test_only_the_circular_that_came_after_its_own_due_dates_cannot_be_enforced(
    shipped: Policies, code: str, regime: str, enforceable: bool
) -> None:
    governing = shipped.regime_for(Period.parse(code))
    assert (governing.id, governing.enforceable) == (regime, enforceable)


def test_no_decree_moves_the_tenth(shipped: Policies, calendars: Calendars) -> None:
    closed = [
        CalendarDay(date(2026, 10, 1) + timedelta(days=n), "Libur", DayKind.HOLIDAY, "Keppres")
        for n in range(20)
    ]
    assert report_due(shipped, build_calendars(closed), "2026-Q3") == report_due(
        shipped, calendars, "2026-Q3"
    )


def test_the_extension_of_record_moved_the_first_quarter_of_2025_to_the_fifteenth(
    shipped: Policies, calendars: Calendars
) -> None:
    (record,) = shipped.extensions_of_record.extensions
    derived = report_due(shipped, calendars, str(record.period))
    assert derived.shown.astimezone(WIB).date() == record.statutory_due == date(2025, 4, 10)

    extended = with_extension(derived, record.extended_due, record.instrument, record.reason)

    assert extended.shown == at("2025-04-15T23:59:59+07:00")
    assert extended.base_before == derived.due_before
    assert calendars[CalendarKind.GOVERNMENT].working_days(date(2025, 4, 1), record.extended_due) == 6
    window = rollback_window(shipped, calendars, extended.due_before)
    assert window.shown == at("2025-04-17T23:59:59+07:00")
    assert window.lenient_before == window.due_before  # both readings end on Thursday


def test_a_rollback_after_a_saturday_is_shown_until_the_twelfth_and_refused_from_the_fourteenth(
    shipped: Policies, calendars: Calendars
) -> None:
    window = rollback_window(shipped, calendars, report_due(shipped, calendars, "2026-Q3").due_before)

    assert window.shown == at("2026-10-12T23:59:59+07:00")
    assert window.lenient_before == at("2026-10-14T00:00:00+07:00")


@pytest.mark.parametrize(
    ("received", "shown", "refused_from"),
    [
        ("2026-07-06T09:00+07:00", "2026-07-09", "2026-07-10"),  # Monday: both readings agree
        ("2026-07-09T09:00+07:00", "2026-07-12", "2026-07-15"),  # Thursday: Sunday, or Tuesday
        ("2026-07-07T00:30+09:00", "2026-07-09", "2026-07-10"),  # still Monday on the clock of the law
    ],
)
def test_other_data_is_due_three_days_after_receipt_and_late_only_after_three_working_days(
    shipped: Policies, calendars: Calendars, received: str, shown: str, refused_from: str
) -> None:
    derived = derive(shipped.rule("data_request_due"), at(received), calendars)

    assert derived.shown == at(f"{shown}T23:59:59+07:00")
    assert derived.lenient_before == at(f"{refused_from}T00:00:00+07:00")


@pytest.mark.parametrize(
    ("code", "starts"),
    [
        ("2026-Q2", "2026-07-13"),  # due on a Friday
        ("2026-Q3", "2026-10-12"),  # on a Saturday
        ("2026-Q4", "2027-01-11"),  # on a Sunday
        ("2025-Q2", "2025-07-11"),  # on a Thursday
    ],
)
def test_sanctions_are_prepared_from_the_next_working_day(
    shipped: Policies, calendars: Calendars, code: str, starts: str
) -> None:
    due = report_due(shipped, calendars, code)
    derived = derive(shipped.rule("sanction_clock_start"), due.due_before, calendars)

    assert derived.shown == derived.due_before == at(f"{starts}T00:00:00+07:00")


@pytest.mark.parametrize(
    ("letter", "until"),
    [
        ("2027-01-12", "2027-02-12"),
        ("2027-01-31", "2027-02-28"),
        ("2028-01-31", "2028-02-29"),
        ("2027-12-31", "2028-01-31"),
        ("2027-03-31", "2027-04-30"),
    ],
)
def test_a_warning_waits_one_month_and_a_short_month_ends_on_its_last_day(
    shipped: Policies, calendars: Calendars, letter: str, until: str
) -> None:
    derived = derive(shipped.rule("warning_interval"), date.fromisoformat(letter), calendars)
    assert derived.shown == at(f"{until}T23:59:59+07:00")


def test_a_report_sent_in_the_last_second_is_on_time_everywhere(
    shipped: Policies, calendars: Calendars
) -> None:
    due = report_due(shipped, calendars, "2026-Q4").due_before
    assert at("2027-01-10T23:59:59.999999+07:00") < due
    assert at("2027-01-11T01:59:59+09:00") < due  # in Jayapura the eleventh has begun
    assert not at("2027-01-11T00:00:00+07:00") < due
