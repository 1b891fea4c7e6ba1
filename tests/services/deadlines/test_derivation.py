"""A date can be explained from the law to the minute, and the same facts always give the same date."""

import json
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import policies
from services.deadlines.calendars import CalendarDay, CalendarKind, DayKind, build_calendars
from services.deadlines.derivation import (
    Calendars,
    Derived,
    Extension,
    Pause,
    Step,
    derive,
    extension_step,
    with_extension,
    with_pause,
)
from services.deadlines.explanation import ANCHORS, CALENDARS, TEXTS, explain
from services.deadlines.office_time import derive_share
from services.deadlines.periods import Period
from services.deadlines.rules import Anchor, Roll, Rule, Span, Unit
from services.deadlines.waves import wave_moments
from services.deadlines.zones import WIB, WIT
from services.policies import Policies

DAYS = st.dates(date(2019, 1, 1), date(2035, 12, 31))
INSTANTS = st.integers(0, 17 * 365 * 86400).map(
    lambda n: datetime(2019, 1, 1, tzinfo=WIB) + timedelta(seconds=n)
)
SHIPPED = policies.load_shipped()
PLACES = build_calendars(policies.decreed_days())
RULES = [*SHIPPED.deadlines.deadlines, *SHIPPED.targets.targets]


def texts(derived: Derived, locale: str = "id") -> list[str]:
    return [reason.text for reason in explain(derived.derivation, locale)]


def any_date(rule: Rule, day: date) -> Derived:
    anchor = day if rule.anchor.is_day else datetime(day.year, day.month, day.day, tzinfo=WIB)
    return derive(rule, anchor, PLACES)


def test_a_report_date_explains_itself(shipped: Policies, calendars: Calendars) -> None:
    end = Period.parse("2026-Q4").end
    derived = derive(shipped.rule("report_due", Period.parse("2026-Q4")), end, calendars)
    extended = with_extension(derived, date(2027, 1, 15), "SE Menperin 1/2027", "banjir di Samarinda")

    assert texts(extended) == [
        "Dihitung sejak akhir periode pelaporan: Kamis, 31 Desember 2026.",
        "Ditambah hari kalender sebanyak 10, dari Jumat, 1 Januari 2027 "
        "sampai dengan Minggu, 10 Januari 2027.",
        "Tanggal ini tetap: tidak bergeser bila jatuh pada akhir pekan atau hari libur.",
        "Batas waktu: Minggu, 10 Januari 2027 pukul 23.59.59 WIB.",
        "Diperpanjang dari Minggu, 10 Januari 2027 menjadi Jumat, 15 Januari 2027: banjir di Samarinda.",
    ]
    bases = [reason.basis for reason in explain(extended.derivation)]
    assert bases == ["Permenperin 13/2025"] * 4 + ["SE Menperin 1/2027"]


def test_every_day_counted_and_every_day_passed_over_is_a_line(
    shipped: Policies, calendars: Calendars
) -> None:
    submitted = datetime(2026, 12, 23, 16, tzinfo=WIB)
    derived = derive(shipped.rule("registration_target"), submitted, calendars)

    assert texts(derived) == [
        "Dihitung sejak pengajuan: Rabu, 23 Desember 2026 pukul 16.00 WIB. Hari itu sendiri tidak dihitung.",
        "Ditambah hari kerja sebanyak 1 menurut kalender kerja pemerintah.",
        "Tidak dihitung: Kamis, 24 Desember 2026, Cuti Bersama Hari Raya Natal.",
        "Tidak dihitung: Jumat, 25 Desember 2026, Hari Raya Natal.",
        "Tidak dihitung: Sabtu, 26 Desember 2026, akhir pekan.",
        "Tidak dihitung: Minggu, 27 Desember 2026, akhir pekan.",
        "Hari kerja ke-1: Senin, 28 Desember 2026.",
        "Batas waktu: Senin, 28 Desember 2026 pukul 23.59.59 WIB.",
    ]
    assert explain(derived.derivation)[2].basis == "SKB 3 Menteri 1497/2025, 2/2025, 5/2025"


def test_a_pause_is_a_line_for_each_day_it_touched(shipped: Policies, calendars: Calendars) -> None:
    derived = derive(shipped.rule("registration_target"), datetime(2026, 11, 16, 10, tzinfo=WIB), calendars)
    since = datetime(2026, 11, 17, 9, tzinfo=WIB)
    paused = with_pause(derived, since, since + timedelta(days=1), "menunggu perusahaan")
    assert texts(paused)[2:5] == [
        "Tidak dihitung: Selasa, 17 November 2026, waktu berhenti (menunggu perusahaan).",
        "Tidak dihitung: Rabu, 18 November 2026, waktu berhenti (menunggu perusahaan).",
        "Hari kerja ke-1: Kamis, 19 November 2026.",
    ]


def test_a_reader_of_english_gets_english_names_and_dates(shipped: Policies, calendars: Calendars) -> None:
    derived = derive(shipped.rule("registration_target"), datetime(2026, 12, 24, 9, tzinfo=WIB), calendars)
    christmas = texts(derived, "en")[2]
    assert "Friday, 25 December 2026" in christmas
    assert "Christmas Day" in christmas


def test_every_step_of_a_rule_has_its_words(shipped: Policies, calendars: Calendars) -> None:
    since = datetime(2027, 1, 29, 9, tzinfo=WIB)
    monday = since + timedelta(days=3)
    rolling = Rule(
        name="rolling", anchor=Anchor.SENT_AT, add=Span(days=1, unit=Unit.CALENDAR), at=RULES[0].at,
        edge=RULES[0].edge, zone="Asia/Jakarta", roll=Roll.PRECEDING, roll_calendar=CalendarKind.PUBLIC,
        basis="kebijakan layanan",
    )  # fmt: skip
    target = with_pause(
        derive(shipped.rule("registration_target"), since, calendars), monday, monday, "rusak"
    )
    derived = [
        target,
        derive(rolling, datetime(2026, 11, 20, 9, tzinfo=WIB), calendars),
        derive(shipped.rule("warning_interval"), date(2027, 1, 31), calendars),
        derive(shipped.rule("rollback_window"), since, calendars),
        derive(shipped.rule("sanction_clock_start"), since, calendars),
        derive_share(shipped.share("registration_reminder"), target, shipped.targets.office_hours, calendars),
        with_extension(with_extension(target, date(2027, 2, 20), "I", "r"), date(2027, 2, 10), "II", "r"),
    ]
    steps = [step for one in derived for step in one.derivation]
    reminders, government = shipped.reminder("report_reminders"), calendars[CalendarKind.GOVERNMENT]
    for moment in wave_moments(datetime(2027, 1, 11, tzinfo=WIB), WIT, reminders, government):
        steps += moment.why
    assert {step.code for step in steps} <= set(TEXTS)  # all codes: test_explanations.py
    for locale in ("id", "en"):
        for reason in explain(steps, locale):
            assert "{" not in reason.text
    assert set(ANCHORS) == set(Anchor)
    assert set(CALENDARS) == set(CalendarKind)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}-{rule.regime}")
@given(day=DAYS)
def test_reasons_survive_being_stored(rule: Rule, day: date) -> None:
    derived = any_date(rule, day)
    stored = json.loads(json.dumps(derived.as_json()))
    assert [Step.from_json(step) for step in stored] == list(derived.derivation)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}-{rule.regime}")
@given(day=DAYS, later=st.integers(0, 400))
def test_a_later_anchor_never_gives_an_earlier_date(rule: Rule, day: date, later: int) -> None:
    one, other = any_date(rule, day), any_date(rule, day + timedelta(days=later))
    assert one.due_before <= other.due_before
    assert one.due_before <= (one.lenient_before or one.due_before)


@given(day=DAYS, targets=st.lists(DAYS, max_size=5))
def test_the_latest_of_base_and_extensions_is_in_force_in_whatever_order(
    day: date, targets: list[date]
) -> None:
    rule = SHIPPED.rule("report_due", Period.parse("2026-Q4"))
    base = derive(rule, day, PLACES)
    extensions = [Extension(target, "SE", "alasan") for target in targets]

    derived = derive(rule, day, PLACES, extensions=extensions)

    days = [base.shown, *(datetime(t.year, t.month, t.day, 23, 59, 59, tzinfo=WIB) for t in targets)]
    assert derived.shown == max(days)
    assert derived.base_before == base.due_before
    assert derived.due_before == derive(rule, day, PLACES, extensions=extensions[::-1]).due_before
    one_by_one = base
    for target in targets:
        one_by_one = with_extension(one_by_one, target, "SE", "alasan")
    assert one_by_one == derived


@given(
    anchor=INSTANTS,
    pauses=st.lists(st.tuples(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=20))), max_size=4),
    name=st.sampled_from(["registration_target", "report_correction_due", "data_request_due"]),
)
def test_pauses_only_ever_give_more_time_in_whatever_order(
    anchor: datetime, pauses: list[tuple[datetime, timedelta]], name: str
) -> None:
    still = [Pause(since, since + length, "menunggu") for since, length in pauses]
    rule = SHIPPED.rule(name)
    plain = derive(rule, anchor, PLACES)
    paused = derive(rule, anchor, PLACES, pauses=still)
    assert paused.due_before >= plain.due_before
    assert paused.due_before == derive(rule, anchor, PLACES, pauses=still[::-1]).due_before
    touched = [pause for pause in still if anchor.date() < pause.until.date()]
    touched = [pause for pause in touched if pause.since < plain.due_before]
    if not touched:
        assert paused == plain


def test_an_extension_step_can_be_added_to_stored_reasons(shipped: Policies, calendars: Calendars) -> None:
    rule = shipped.rule("report_due", Period.parse("2026-Q4"))
    derived = derive(rule, date(2026, 12, 31), calendars)
    extended = with_extension(derived, date(2027, 1, 15), "SE Menperin 1/2027", "banjir")
    step = extension_step(rule, derived.due_before, date(2027, 1, 15), "SE Menperin 1/2027", "banjir")
    assert extended.derivation == (*derived.derivation, step)
    idle = extension_step(rule, extended.due_before, date(2027, 1, 12), "SE lain", "banjir")
    assert idle.code == "extension_without_effect"


def test_an_extension_carries_the_lenient_reading_with_it(shipped: Policies, calendars: Calendars) -> None:
    derived = derive(shipped.rule("data_request_due"), datetime(2026, 7, 6, 9, tzinfo=WIB), calendars)
    extended = with_extension(derived, date(2026, 7, 13), "Nota dinas", "banjir di Samarinda")
    assert extended.shown == datetime(2026, 7, 13, 23, 59, 59, tzinfo=WIB)
    assert extended.lenient_before == extended.due_before


def test_the_calendar_version_is_kept_only_where_a_calendar_can_move_the_date(
    shipped: Policies, calendars: Calendars
) -> None:
    decree = [CalendarDay(date(2030, 1, 2), "Libur", DayKind.HOLIDAY, "Keppres")]
    changed = build_calendars(decree)
    end = date(2026, 12, 31)
    fixed = shipped.rule("report_due", Period.parse("2026-Q4"))
    assert derive(fixed, end, calendars).calendar_version is None
    moving = shipped.rule("rollback_window")
    anchor = datetime(2027, 1, 11, tzinfo=WIB)
    before, after = derive(moving, anchor, calendars), derive(moving, anchor, changed)
    assert before.calendar_version == calendars[CalendarKind.GOVERNMENT].version != after.calendar_version


def test_an_anchor_of_the_wrong_kind_is_refused(shipped: Policies, calendars: Calendars) -> None:
    fixed, instant = shipped.rule("report_due", Period.parse("2026-Q4")), shipped.rule("registration_target")
    with pytest.raises(TypeError, match="from a day"):
        derive(fixed, datetime(2026, 12, 31, tzinfo=WIB), calendars)
    with pytest.raises(TypeError, match="aware instant"):
        derive(instant, date(2026, 12, 31), calendars)
    with pytest.raises(TypeError, match="aware instant"):
        derive(instant, datetime(2026, 12, 31, 9, tzinfo=WIB).replace(tzinfo=None), calendars)


def test_a_pause_cannot_end_before_it_begins(shipped: Policies, calendars: Calendars) -> None:
    derived = derive(shipped.rule("registration_target"), datetime(2026, 11, 16, 10, tzinfo=WIB), calendars)
    with pytest.raises(ValueError, match="ends after it begins"):
        with_pause(derived, derived.due_before, derived.base_before - timedelta(days=1), "terbalik")


def test_a_reminder_moment_is_moved_by_moving_its_deadline(shipped: Policies, calendars: Calendars) -> None:
    derived = derive(shipped.rule("registration_target"), datetime(2026, 11, 16, 10, tzinfo=WIB), calendars)
    share = derive_share(
        shipped.share("registration_reminder"), derived, shipped.targets.office_hours, calendars
    )
    with pytest.raises(ValueError, match="follows another deadline"):
        with_extension(share, date(2026, 12, 1), "SE", "alasan")
