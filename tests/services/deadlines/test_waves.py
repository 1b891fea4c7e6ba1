"""Reminders: on the right working morning, one at a time, never backwards, and then silence."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import policies
from services.deadlines.calendars import CalendarKind, build_calendars
from services.deadlines.waves import WaveMoment, due_waves, next_moment, wave_moments
from services.deadlines.zones import WIB, WIT, WITA
from services.policies.reminders import LateJoiners, ReminderPolicy, Wave

POLICY = policies.load_shipped().reminder("report_reminders")
PLACES = build_calendars(policies.decreed_days())
GOVERNMENT = PLACES[CalendarKind.GOVERNMENT]

ZONES = st.sampled_from([WIB, WITA, WIT])
DUE_DATES = st.dates(date(2025, 1, 1), date(2030, 12, 31))
STATUSES = ("upcoming", "not_started", "draft", "reopened", "sent", "returned")
HOURS = st.integers(-24 * 40, 24 * 20)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def due_before(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=WIB) + timedelta(days=1)


def moments(day: str, zone: ZoneInfo = WIB, policy: ReminderPolicy = POLICY) -> list[WaveMoment]:
    return wave_moments(due_before(date.fromisoformat(day)), zone, policy, PLACES[policy.calendar])


@dataclass
class Reminded:
    """One case under a due date, looked at from time to time as the process does."""

    waves: list[WaveMoment]
    done: set[int]
    sent: list[WaveMoment]

    @classmethod
    def under(cls, waves: list[WaveMoment]) -> "Reminded":
        return cls(waves, set(), [])

    def look(self, now: datetime, **circumstances: Any) -> WaveMoment | None:
        found = due_waves(self.waves, self.done, now, **circumstances)
        self.done |= found.settled
        if found.send:
            self.sent.append(found.send)
        return found.send


def test_the_fourth_quarter_is_reminded_on_working_mornings() -> None:
    assert [(m.offset_days, m.at, m.template) for m in moments("2027-01-10")] == [
        (
            -14,
            at("2026-12-23T09:00+07:00"),
            "report_reminder",
        ),  # 27 December: weekend, Christmas, cuti bersama
        (-7, at("2026-12-31T09:00+07:00"), "report_reminder"),  # 3 January: weekend, new year
        (-3, at("2027-01-07T09:00+07:00"), "report_reminder"),
        (-1, at("2027-01-08T09:00+07:00"), "report_reminder_last"),  # 9 January: Saturday
    ]


@pytest.mark.parametrize(("zone", "utc"), [(WIB, 2), (WITA, 1), (WIT, 0)])
def test_nine_in_the_morning_is_the_recipients_nine(zone: ZoneInfo, utc: int) -> None:
    for moment in moments("2027-01-10", zone):
        assert (moment.at.utcoffset(), moment.at.hour) == (timedelta(0), utc)
        assert moment.at.astimezone(zone).time() == time(9)
        assert moment.due_date == date(2027, 1, 10)


def test_two_waves_on_one_day_become_the_later_one() -> None:
    # due Tuesday 8 April 2025: -3 and -1 both fall back over Idul Fitri to Thursday 27 March
    waves = moments("2025-04-08")
    assert [(m.offset_days, m.at) for m in waves] == [
        (-14, at("2025-03-25T09:00+07:00")),
        (-1, at("2025-03-27T09:00+07:00")),
    ]
    assert waves[-1].template == "report_reminder_last"


def test_reminders_reach_those_who_owe_a_report_even_before_it_can_be_sent() -> None:
    assert moments("2027-01-10")[0].at < at("2027-01-01T00:00+07:00")
    reminded = [status for status in STATUSES if POLICY.applies_to(status)]
    assert reminded == ["upcoming", "not_started", "draft", "reopened"]


def test_a_moved_wave_says_why() -> None:
    first = moments("2027-01-10")[0]
    assert [step.code for step in first.why] == ["wave_moved", "wave"]
    assert first.why[0].params["to"] == "2026-12-23"
    assert [step.code for step in moments("2027-01-10")[2].why] == ["wave"]


def test_waves_missed_while_everything_was_down_are_made_up_by_the_latest_only() -> None:
    case = Reminded.under(moments("2027-01-10"))
    assert case.look(at("2026-12-23T09:00+07:00")) is case.waves[0]
    sent = case.look(at("2027-01-08T08:00+07:00"))
    assert sent is case.waves[2]
    assert case.done == {-14, -7, -3}
    assert case.look(at("2027-01-08T09:00+07:00")) is case.waves[3]
    assert case.look(at("2027-01-10T20:00+07:00")) is None


def test_a_report_opened_late_gets_one_reminder_or_none_as_the_policy_says() -> None:
    opened = at("2027-01-07T12:00+07:00")
    one = Reminded.under(moments("2027-01-10"))
    assert one.look(opened, opened_at=opened, late_joiners=LateJoiners.LATEST_ONLY) is one.waves[2]
    none = Reminded.under(moments("2027-01-10"))
    assert none.look(opened, opened_at=opened, late_joiners=LateJoiners.NONE) is None
    assert none.look(at("2027-01-08T09:00+07:00"), opened_at=opened, late_joiners=LateJoiners.NONE)


def test_a_wave_on_the_minute_a_report_is_opened_is_not_missed() -> None:
    opened = at("2026-12-23T09:00+07:00")
    case = Reminded.under(moments("2027-01-10"))
    assert case.look(opened, opened_at=opened, late_joiners=LateJoiners.NONE) is case.waves[0]


def test_nobody_is_reminded_after_the_due_date() -> None:
    case = Reminded.under(moments("2027-01-10"))
    assert case.look(at("2027-01-11T00:00+07:00")) is None
    assert case.done == {-14, -7, -3, -1}
    late = Reminded.under(moments("2027-01-10"))
    assert late.look(at("2027-01-10T23:59:59+07:00")) is late.waves[-1]


def test_the_notice_of_an_extension_stands_for_the_waves_that_would_repeat_it() -> None:
    told = at("2027-01-08T14:00+07:00")
    case = Reminded.under(moments("2027-01-12"))
    assert case.look(told, told_at=told) is None
    assert case.look(at("2027-01-11T09:00+07:00"), told_at=told) is case.waves[-1]


def test_an_earlier_wave_is_never_sent_after_a_later_one() -> None:
    waves = moments("2027-01-10")
    found = due_waves(waves, {-3}, at("2027-01-07T10:00+07:00"))
    assert found.send is None
    assert found.settled == {-14, -7}


def test_occurrences_name_the_due_date_so_that_a_new_date_is_reminded_anew() -> None:
    old = {m.occurrence for m in moments("2027-01-10")}
    new = {m.occurrence for m in moments("2027-01-15")}
    assert "2027-01-10/-7" in old
    assert not old & new


def test_the_next_moment_is_told_with_its_reason() -> None:
    waves = moments("2027-01-10")
    assert next_moment(waves, set(), at("2026-12-20T09:00+07:00")) == (waves[0].at, waves[0].why)
    assert next_moment(waves, {-14}, waves[0].at) == (waves[1].at, waves[1].why)
    assert next_moment(waves, {-14, -7, -3, -1}, waves[0].at) is None
    assert next_moment(waves, set(), waves[-1].at) is None


@given(day=DUE_DATES, zone=ZONES)
def test_every_wave_is_a_working_morning_before_the_due_date(day: date, zone: ZoneInfo) -> None:
    waves = wave_moments(due_before(day), zone, POLICY, GOVERNMENT)
    local = [m.at.astimezone(zone) for m in waves]
    assert all(GOVERNMENT.is_working_day(m.date()) and m.time() == POLICY.send_hour for m in local)
    assert all(m.date() <= day + timedelta(days=w.offset_days) for m, w in zip(local, waves, strict=True))
    assert len({m.date() for m in local}) == len(waves)
    assert local == sorted(local)
    assert waves[-1].offset_days == POLICY.waves[-1].days  # the last word is never lost to an earlier one


@given(day=DUE_DATES, zone=ZONES, looks=st.lists(HOURS, max_size=60))
def test_it_never_bursts_and_comes_to_rest(day: date, zone: ZoneInfo, looks: list[int]) -> None:
    case = Reminded.under(wave_moments(due_before(day), zone, POLICY, GOVERNMENT))
    for now in sorted(due_before(day) + timedelta(hours=hours) for hours in looks):
        case.look(now)
        assert case.look(now) is None  # a second look in the same moment has nothing to add
    offsets = [moment.offset_days for moment in case.sent]
    assert offsets == sorted(set(offsets))
    assert len(offsets) <= len(POLICY.waves)
    end = due_before(day)
    assert case.look(end) is None
    assert next_moment(case.waves, case.done, end) is None


@given(day=DUE_DATES, zone=ZONES)
def test_following_the_next_moment_sends_every_wave_on_its_minute(day: date, zone: ZoneInfo) -> None:
    case = Reminded.under(wave_moments(due_before(day), zone, POLICY, GOVERNMENT))
    now = due_before(day) - timedelta(days=60)
    while ahead := next_moment(case.waves, case.done, now):
        now = ahead[0]
        case.look(now)
    assert case.sent == case.waves


@given(day=DUE_DATES, later=st.integers(0, 60), zone=ZONES)
def test_an_extension_never_brings_a_wave_forward(day: date, later: int, zone: ZoneInfo) -> None:
    def by_offset(due: date) -> dict[int, datetime]:
        return {m.offset_days: m.at for m in wave_moments(due_before(due), zone, POLICY, GOVERNMENT)}

    old, new = by_offset(day), by_offset(day + timedelta(days=later))
    assert all(new[offset] >= old[offset] for offset in old.keys() & new.keys())


@given(day=DUE_DATES, later=st.integers(1, 30), zone=ZONES, told=HOURS)
def test_an_extension_given_at_any_time_sends_nothing_at_once(
    day: date, later: int, zone: ZoneInfo, told: int
) -> None:
    told_at = due_before(day) + timedelta(hours=told)
    extended = Reminded.under(wave_moments(due_before(day + timedelta(days=later)), zone, POLICY, GOVERNMENT))
    assert extended.look(told_at, told_at=told_at) is None
    assert all(moment.at > told_at for moment in extended.waves if moment.offset_days not in extended.done)


def outcome(policy: ReminderPolicy) -> tuple[object, ...]:
    """What a policy does, to two due dates, in every way that is visible."""
    seen: list[object] = [policy.deadline]
    for day in ("2027-01-10", "2027-04-10"):
        waves = moments(day, WITA, policy)
        seen += [(m.offset_days, m.at, m.template) for m in waves]
        opened = at("2027-01-07T12:00+08:00")
        found = due_waves(waves, (), opened, opened_at=opened, late_joiners=policy.late_joiners)
        seen.append(found.send and found.send.occurrence)
    seen += [policy.applies_to(status) for status in STATUSES]
    return tuple(seen)


MUTATIONS: dict[str, list[dict[str, Any]]] = {
    "deadline": [{"deadline": "data_request_due"}],
    "while_status": [
        {"while_status": tuple(s for s in POLICY.while_status if s != status)}
        for status in POLICY.while_status
    ] + [{"while_status": (*POLICY.while_status, "returned")}],
    "send_hour": [{"send_hour": time(9, 1)}],
    "calendar": [{"calendar": CalendarKind.PUBLIC}],
    "waves": [{"waves": POLICY.waves[:n] + POLICY.waves[n + 1 :]} for n in range(len(POLICY.waves))]
    + [
        {"waves": (*POLICY.waves[:n], wave.model_copy(update=change), *POLICY.waves[n + 1 :])}
        for n, wave in enumerate(POLICY.waves)
        for change in ({"days": wave.days - 4}, {"template": "other"})
    ]
    + [{"waves": (Wave(days=-30, template="report_reminder"), *POLICY.waves)}],
    "late_joiners": [{"late_joiners": LateJoiners.NONE}],
}  # fmt: skip


def test_every_setting_is_tried() -> None:
    assert set(MUTATIONS) == set(ReminderPolicy.model_fields) - {"name"}


@pytest.mark.parametrize("change", [change for changes in MUTATIONS.values() for change in changes], ids=str)
def test_every_setting_changes_an_outcome(change: dict[str, Any]) -> None:
    assert outcome(POLICY.model_copy(update=change)) != outcome(POLICY)
