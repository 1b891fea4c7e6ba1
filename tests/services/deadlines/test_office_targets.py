"""The office's own clocks: one working day for a registration, five for a report, half for a reminder."""

from datetime import date, datetime

import pytest

from services.deadlines.calendars import CalendarDay, DayKind, build_calendars
from services.deadlines.derivation import Calendars, Derived, derive, with_extension, with_pause
from services.deadlines.office_time import derive_share
from services.policies import Policies


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def target(shipped: Policies, calendars: Calendars, submitted: str) -> Derived:
    return derive(shipped.rule("registration_target"), at(submitted), calendars)


def reminder(shipped: Policies, calendars: Calendars, derived: Derived) -> datetime:
    share = shipped.share("registration_reminder")
    return derive_share(share, derived, shipped.targets.office_hours, calendars).due_before


@pytest.mark.parametrize(
    ("submitted", "until", "why"),
    [
        ("2026-11-18T10:00+07:00", "2026-11-19", "Wednesday to Thursday"),
        ("2026-11-18T23:59:59+07:00", "2026-11-19", "late on the same Wednesday"),
        ("2026-11-20T15:30+07:00", "2026-11-23", "Friday to Monday"),
        ("2026-11-21T08:00+07:00", "2026-11-23", "a Saturday does not count itself"),
        ("2025-03-27T15:00+07:00", "2025-04-08", "before Nyepi, Idul Fitri and cuti bersama"),
        ("2026-12-23T16:00+07:00", "2026-12-28", "cuti bersama and Christmas"),
        ("2027-03-05T15:00+07:00", "2027-03-16", "an Idul Fitri that is still an estimate"),
        ("2026-11-19T00:30+09:00", "2026-11-19", "Thursday in Jayapura, Wednesday on the office's clock"),
        ("2026-11-18T23:30-11:00", "2026-11-20", "sent from another continent"),
    ],
)
def test_a_registration_is_to_be_decided_by_the_end_of_the_next_working_day(
    shipped: Policies, calendars: Calendars, submitted: str, until: str, why: str
) -> None:
    assert target(shipped, calendars, submitted).shown == at(f"{until}T23:59:59+07:00"), why


@pytest.mark.parametrize(
    ("submitted", "reminded"),
    [
        ("2026-11-18T10:00+07:00", "2026-11-19T08:45+07:00"),  # 6 h today and 8.5 h tomorrow: 7.25 h in
        ("2026-11-20T15:00+07:00", "2026-11-23T11:15+07:00"),  # one hour on Friday
        ("2026-11-20T20:00+07:00", "2026-11-23T11:45+07:00"),  # after hours: half of Monday
        ("2026-11-18T07:30+07:00", "2026-11-19T07:30+07:00"),  # a whole day gone: when the office opens
        ("2026-11-18T10:00:20+07:00", "2026-11-19T08:46+07:00"),  # rounded up to a minute
    ],
)
def test_the_desk_is_reminded_when_half_of_the_office_time_is_gone(
    shipped: Policies, calendars: Calendars, submitted: str, reminded: str
) -> None:
    assert reminder(shipped, calendars, target(shipped, calendars, submitted)) == at(reminded)


def test_a_decree_of_tomorrow_moves_target_and_reminder(shipped: Policies) -> None:
    election = CalendarDay(date(2026, 11, 19), "Pemilihan", DayKind.HOLIDAY, "Keppres 99/2026")
    moved = build_calendars([election])
    derived = target(shipped, moved, "2026-11-18T17:00+07:00")

    assert derived.shown == at("2026-11-20T23:59:59+07:00")
    assert reminder(shipped, moved, derived) == at("2026-11-20T11:45+07:00")


def test_days_spent_waiting_for_the_company_do_not_count(shipped: Policies, calendars: Calendars) -> None:
    derived = target(shipped, calendars, "2026-11-16T10:00+07:00")  # a Monday
    paused = with_pause(
        derived, at("2026-11-17T09:00+07:00"), at("2026-11-18T14:00+07:00"), "menunggu perusahaan"
    )
    assert derived.shown == at("2026-11-17T23:59:59+07:00")
    assert paused.shown == at("2026-11-19T23:59:59+07:00")
    assert paused.base_before == paused.due_before  # a pause changes the date itself, it is no extension
    assert reminder(shipped, calendars, paused) == at("2026-11-19T08:45+07:00")


def test_two_pauses_on_one_day_stop_the_clock_once(shipped: Policies, calendars: Calendars) -> None:
    derived = target(shipped, calendars, "2026-11-16T10:00+07:00")
    once = with_pause(derived, at("2026-11-17T09:00+07:00"), at("2026-11-17T10:00+07:00"), "menunggu")
    twice = with_pause(once, at("2026-11-17T11:00+07:00"), at("2026-11-17T12:00+07:00"), "menunggu")
    assert twice.due_before == once.due_before == at("2026-11-19T00:00:00+07:00")


def test_verification_and_validation_have_five_working_days_each(
    shipped: Policies, calendars: Calendars
) -> None:
    verified = derive(shipped.rule("report_verification_target"), at("2027-01-10T22:00+07:00"), calendars)
    validated = derive(shipped.rule("report_validation_target"), at("2027-01-15T10:00+07:00"), calendars)
    assert verified.shown == at("2027-01-15T23:59:59+07:00")
    assert validated.shown == at("2027-01-22T23:59:59+07:00")


def test_a_returned_registration_lapses_after_a_fortnight_and_never_on_a_day_off(
    shipped: Policies, calendars: Calendars
) -> None:
    rule = shipped.rule("registration_correction_due")
    assert derive(rule, at("2026-11-18T10:00+07:00"), calendars).shown == at("2026-12-02T23:59:59+07:00")
    # the fourteenth day is 25 December; cuti bersama before, a weekend after
    rolled = derive(rule, at("2026-12-11T10:00+07:00"), calendars)
    assert rolled.shown == at("2026-12-28T23:59:59+07:00")
    assert [step.code for step in rolled.derivation] == ["anchor_instant", "calendar_days", "rolled", "until"]


def test_a_target_moved_to_a_day_off_is_still_reminded_before_it(
    shipped: Policies, calendars: Calendars
) -> None:
    derived = target(shipped, calendars, "2026-11-20T17:00+07:00")
    moved = with_extension(derived, date(2026, 11, 28), "Nota dinas 1/2026", "gangguan jaringan")
    assert derived.due_before < moved.due_before
    assert at("2026-11-20T17:00+07:00") < reminder(shipped, calendars, moved) < moved.due_before


def test_a_share_is_taken_of_a_deadline_that_follows_an_event(
    shipped: Policies, calendars: Calendars
) -> None:
    due = derive(shipped.rule("warning_interval"), date(2027, 1, 12), calendars)
    with pytest.raises(ValueError, match="counted from an instant"):
        derive_share(shipped.share("registration_reminder"), due, shipped.targets.office_hours, calendars)
