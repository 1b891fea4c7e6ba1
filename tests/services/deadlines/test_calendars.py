"""Working days by layer: the library, decrees over it, a region's days over those, an organisation's last."""

from dataclasses import replace
from datetime import date

import pytest

from services import policies
from services.deadlines.calendars import (
    Calendar,
    CalendarDay,
    CalendarError,
    CalendarKind,
    DayKind,
    Layer,
    OffKind,
    build_calendar,
    build_calendars,
    count_days,
)

ELECTION = CalendarDay(
    date(2026, 11, 18), "Pemilihan Gubernur", DayKind.HOLIDAY, "Kepgub Kaltim 9/2026", region="64"
)


def why(calendar: Calendar, day: str) -> tuple[str, str] | None:
    off = calendar.why(date.fromisoformat(day))
    return (off.name, off.source) if off else None


@pytest.mark.parametrize(("year", "holidays", "joint_leave"), [(2025, 17, 11), (2026, 17, 8)])
def test_the_decreed_days_are_those_of_the_library(year: int, holidays: int, joint_leave: int) -> None:
    decreed = {day.date: day for day in policies.decreed_days() if day.date.year == year}
    library = build_calendar()

    kinds = [day.kind for day in decreed.values()]
    assert (kinds.count(DayKind.HOLIDAY), kinds.count(DayKind.JOINT_LEAVE)) == (holidays, joint_leave)
    for day, line in decreed.items():
        off = library.why(day)
        assert off is not None
        assert (off.kind.value, off.name, off.name_en) == (line.kind.value, line.name, line.name_en)
    january = date(year, 1, 1)
    days = [date.fromordinal(january.toordinal() + n) for n in range(365)]
    named = {day for day in days if (off := library.why(day)) and off.kind is not OffKind.WEEKEND}
    assert named == set(decreed)


def test_a_day_off_names_the_decree_that_made_it_one() -> None:
    calendar = build_calendar(days=policies.decreed_days())
    assert why(calendar, "2025-08-18") == (
        "Cuti Bersama Hari Kemerdekaan Republik Indonesia",
        "SKB 3 Menteri 933/2025, 1/2025, 3/2025",
    )
    assert why(calendar, "2026-11-21") == ("akhir pekan", "Perpres 21/2023")
    assert why(calendar, "2026-11-20") is None


def test_companies_may_work_on_cuti_bersama_and_the_government_does_not() -> None:
    both = build_calendars(policies.decreed_days())
    assert not both[CalendarKind.GOVERNMENT].is_working_day(date(2026, 12, 24))
    assert both[CalendarKind.PUBLIC].is_working_day(date(2026, 12, 24))
    assert not both[CalendarKind.PUBLIC].is_working_day(date(2026, 12, 25))


def test_islamic_feasts_not_yet_decreed_say_that_they_are_estimates() -> None:
    off = build_calendar().why(date(2027, 3, 10))
    assert off is not None
    assert off.estimated
    assert (off.name, off.name_en) == ("Hari Raya Idul Fitri (perkiraan)", "Eid al-Fitr (estimated)")


def test_a_decree_moves_an_estimated_feast() -> None:
    decree = "SKB 3 Menteri 2027"
    calendar = build_calendar(
        days=[
            CalendarDay(date(2027, 5, 17), "Hari kerja", DayKind.WORKING, decree),
            CalendarDay(date(2027, 5, 16), "Hari Raya Idul Adha", DayKind.HOLIDAY, decree),
        ]
    )
    assert calendar.is_working_day(date(2027, 5, 17))
    assert why(calendar, "2027-05-16") == ("Hari Raya Idul Adha", decree)


def test_a_saturday_can_be_worked() -> None:
    worked = CalendarDay(date(2026, 11, 21), "Ganti hari kerja", DayKind.WORKING, "SE Menpan 1/2026")
    assert build_calendar(days=[worked]).next_working_day(date(2026, 11, 20)) == date(2026, 11, 21)


def test_a_regional_day_holds_for_its_prefix_only() -> None:
    assert why(build_calendar(days=[ELECTION], region="6472"), "2026-11-18") == (
        "Pemilihan Gubernur",
        "Kepgub Kaltim 9/2026",
    )
    assert why(build_calendar(days=[ELECTION], region="63"), "2026-11-18") is None
    assert why(build_calendar(days=[ELECTION]), "2026-11-18") is None


def test_the_nearer_layer_wins_whatever_the_order_of_the_lines() -> None:
    day = ELECTION.date
    lines = [
        CalendarDay(day, "Pabrik buka", DayKind.WORKING, "Surat direksi", organisation="PT Contoh Rotan"),
        CalendarDay(day, "Kota libur", DayKind.HOLIDAY, "Perwal", region="6472"),
        CalendarDay(day, "Provinsi masuk", DayKind.WORKING, "Pergub", region="64"),
        CalendarDay(day, "Libur nasional", DayKind.HOLIDAY, "Keppres"),
    ]
    for ordered in (lines, lines[::-1]):
        assert why(build_calendar(days=ordered), "2026-11-18") == ("Libur nasional", "Keppres")
        assert why(build_calendar(days=ordered, region="6471"), "2026-11-18") is None
        assert why(build_calendar(days=ordered, region="6472"), "2026-11-18") == ("Kota libur", "Perwal")
        everything = build_calendar(days=ordered, region="6472", organisation="PT Contoh Rotan")
        assert why(everything, "2026-11-18") is None
    regional = build_calendar(days=lines, region="6472").why(day)
    assert regional is not None
    assert regional.layer is Layer.REGION


def test_a_later_decree_overrides_an_earlier_one() -> None:
    taken_back = replace(ELECTION, kind=DayKind.WORKING, source="Kepgub Kaltim 10/2026")
    assert build_calendar(days=[ELECTION, taken_back], region="64").is_working_day(ELECTION.date)
    assert not build_calendar(days=[taken_back, ELECTION], region="64").is_working_day(ELECTION.date)


def test_the_version_follows_what_is_in_force_and_nothing_else() -> None:
    plain = build_calendar()
    assert plain == build_calendar()
    assert plain.version == build_calendar(days=[ELECTION], region="63").version
    assert plain != build_calendar(CalendarKind.PUBLIC)
    changed = [
        build_calendar(days=[replace(ELECTION, **change)], region="64").version
        for change in (
            {},
            {"name": "Pilkada"},
            {"source": "Kepgub lain"},
            {"kind": DayKind.WORKING},
            {"date": date(2026, 11, 19)},
        )
    ]
    assert len({plain.version, *changed}) == len(changed) + 1


def test_counting_gives_the_days_passed_over() -> None:
    count = count_days(date(2026, 12, 23), 2, build_calendar().why)
    assert count.end == date(2026, 12, 29)
    assert [day.date.day for day in count.skipped] == [24, 25, 26, 27]
    assert [day.day for day, off in count.days if off is None] == [28, 29]


def test_steps_to_working_days_before_and_after() -> None:
    calendar = build_calendar()
    christmas, eve = date(2026, 12, 25), date(2026, 12, 23)
    assert calendar.previous_working_day(christmas) == eve
    assert calendar.working_day_on_or_before(christmas) == eve
    assert calendar.working_day_on_or_before(eve) == eve
    assert calendar.next_working_day(eve) == date(2026, 12, 28)


def test_a_calendar_on_which_nobody_works_is_refused_not_searched_forever() -> None:
    with pytest.raises(CalendarError):
        count_days(date(2026, 1, 1), 1, str)
    with pytest.raises(ValueError, match="cannot count 0"):
        count_days(date(2026, 1, 1), 0, build_calendar().why)
