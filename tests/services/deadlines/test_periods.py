"""Period codes, their days, their order and their names; and the clock of each province."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deadlines.periods import Period, PeriodKind
from services.deadlines.zones import PROVINCES, UnknownRegionError, zone_of
from services.policies import Policies

PERIODS = st.one_of(
    st.builds(Period, st.integers(1000, 2999), st.just(PeriodKind.QUARTER), st.integers(1, 4)),
    st.builds(Period, st.integers(1000, 2999), st.just(PeriodKind.SEMESTER), st.integers(1, 2)),
)


@pytest.mark.parametrize(
    ("code", "start", "end", "indonesian", "english"),
    [
        ("2026-Q4", "2026-10-01", "2026-12-31", "Triwulan IV 2026", "Quarter 4 of 2026"),
        ("2028-Q1", "2028-01-01", "2028-03-31", "Triwulan I 2028", "Quarter 1 of 2028"),
        ("2024-S1", "2024-01-01", "2024-06-30", "Semester I 2024", "Semester 1 of 2024"),
        ("2019-S2", "2019-07-01", "2019-12-31", "Semester II 2019", "Semester 2 of 2019"),
    ],
)
def test_a_code_names_its_days_and_reads_in_both_languages(
    code: str, start: str, end: str, indonesian: str, english: str
) -> None:
    period = Period.parse(code)
    assert str(period) == code
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)
    assert (period.label(), period.label("en")) == (indonesian, english)


@pytest.mark.parametrize(
    "code",
    ["", "2026", "2026-Q5", "2026-Q0", "2024-S3", "2026-q4", "2026-Q4 ", "26-Q4", "٢٠٢٦-Q4", "9999-Q4"],
)
def test_anything_else_is_no_period(code: str) -> None:
    with pytest.raises(ValueError):
        Period.parse(code)


@given(PERIODS)
def test_periods_follow_each_other_without_gap(period: Period) -> None:
    if period.year < 2999:
        assert period.next().start == period.end + timedelta(days=1)
        assert period < period.next()
        assert period.next().previous() == period
    assert Period.parse(str(period)) == period
    assert (
        Period.containing(period.start, period.kind) == Period.containing(period.end, period.kind) == period
    )


@given(PERIODS, PERIODS)
def test_periods_are_ordered_by_their_days(one: Period, other: Period) -> None:
    assert (one < other) == ((one.start, one.end) < (other.start, other.end))
    assert (one == other) == (not one < other and not other < one)


def test_each_period_exists_in_one_regime_only(shipped: Policies) -> None:
    regimes = shipped.regimes
    assert [str(p) for p in regimes.periods_owed(date(2025, 4, 1))][-4:] == [
        "2024-S1", "2024-Q3", "2024-Q4", "2025-Q1",
    ]  # fmt: skip
    for absent in ("2018-S2", "2024-S2", "2024-Q2", "2019-Q1", "2026-S1"):
        with pytest.raises(LookupError):
            regimes.regime_for(Period.parse(absent))


@pytest.mark.parametrize(
    ("day", "running"),
    [
        ("2019-01-01", "2019-S1"),
        ("2024-06-30", "2024-S1"),
        ("2024-07-01", "2024-Q3"),
        ("2027-01-10", "2027-Q1"),
    ],
)
def test_every_day_since_2019_lies_in_one_period(shipped: Policies, day: str, running: str) -> None:
    assert shipped.regimes.at(date.fromisoformat(day)).governs(Period.parse(running))


def test_no_day_before_the_first_regime_lies_in_a_period(shipped: Policies) -> None:
    with pytest.raises(LookupError):
        shipped.regimes.at(date(2018, 12, 31))


def test_a_report_is_owed_from_the_day_after_its_period_and_none_from_before_the_company(
    shipped: Policies,
) -> None:
    owed = shipped.regimes.periods_owed
    assert [str(p) for p in owed(date(2026, 12, 31), since=date(2026, 8, 17))] == ["2026-Q3"]
    assert [str(p) for p in owed(date(2027, 1, 1), since=date(2026, 8, 17))] == ["2026-Q3", "2026-Q4"]
    assert owed(date(2019, 6, 30)) == []


@pytest.mark.parametrize(
    ("regions", "hours", "name"),
    [
        (["11", "21.71", "3174", "36", "6171", "62"], 7, "WIB"),
        (["51", "52", "5371", "63", "64.72", "6472051", "65", "71", "76"], 8, "WITA"),
        (["81", "82", "91", "96.71"], 9, "WIT"),
    ],
)
def test_every_region_has_its_clock(regions: list[str], hours: int, name: str) -> None:
    for region in regions:
        zone = zone_of(region)
        for month in (1, 7):  # no daylight saving
            local = datetime(2027, month, 1, tzinfo=zone)
            assert (local.utcoffset(), local.tzname()) == (timedelta(hours=hours), name)


def test_the_table_holds_all_thirty_eight_provinces_and_refuses_others() -> None:
    assert len(PROVINCES) == 38
    for unknown in ("", "6", "00", "97", "xx"):
        with pytest.raises(UnknownRegionError):
            zone_of(unknown)
