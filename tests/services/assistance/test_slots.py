"""What a desk offers, whatever its hours: open days alone, one session after the other, in the desk's own zone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from services.assistance.slots import Slot, holds, of_day, offered
from services.deadlines.calendars import CalendarDay, CalendarKind, DayKind, build_calendar
from services.policies import load_shipped
from services.policies.assistance import AssistancePolicy, Desk, OpenHours, Weekday

CALENDAR = build_calendar()
SHIPPED = load_shipped().helpdesk
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    hours = [
        OpenHours(name=day, opens=time(first), closes=time(last, minute))
        for day in draw(st.sets(st.sampled_from(list(Weekday)), min_size=1))
        for first, last, minute in [
            draw(st.tuples(st.integers(6, 12), st.integers(13, 22), st.integers(0, 59)))
        ]
    ]
    return SHIPPED.desks[0].model_copy(
        update={
            "hours": tuple(hours),
            "zone": draw(st.sampled_from(ZONES)),
            "slot_minutes": draw(st.integers(10, 240)),
        }
    )


@given(desk=desks(), day=st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_sessions_fill_open_days_one_after_the_other(desk: Desk, day: date) -> None:
    found = of_day(desk, day, CALENDAR)
    assert not found or CALENDAR.is_working_day(day)
    for before, after in pairwise(found):
        assert before.ends_at == after.starts_at
    for slot in found:
        assert slot.ends_at - slot.starts_at == desk.length
        assert slot.starts_at.astimezone(desk.timezone).date() == day
        assert holds(desk, slot, CALENDAR)


@settings(max_examples=30)
@given(
    desk=desks(),
    minutes=st.integers(0, 90 * 24 * 60),
    notice=st.integers(0, 600),
    days=st.integers(1, 30),
)
def test_nothing_is_offered_too_soon_or_too_far_ahead(
    desk: Desk, minutes: int, notice: int, days: int
) -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    policy: AssistancePolicy = SHIPPED.model_copy(update={"notice_minutes": notice, "furthest_days": days})
    found = offered(desk, policy, CALENDAR, now)
    assert found == sorted(set(found))
    last = now.astimezone(desk.timezone).date() + timedelta(days=days)
    for slot in found:
        assert slot.starts_at >= now + timedelta(minutes=notice)
        assert slot.starts_at.astimezone(desk.timezone).date() <= last


def test_a_day_decreed_off_closes_the_desk_also_for_what_was_booked() -> None:
    desk, day = SHIPPED.desks[0], date(2027, 1, 6)
    (first, *_) = of_day(desk, day, CALENDAR)
    assert first.starts_at == datetime(2027, 1, 6, 1, 30, tzinfo=UTC), "08.30 WIB"
    line = CalendarDay(day, "Libur contoh", DayKind.HOLIDAY, "Keputusan Contoh 1/2027")
    closed = build_calendar(CalendarKind.GOVERNMENT, [line])
    assert of_day(desk, day, closed) == []
    assert not holds(desk, first, closed)
    assert not holds(desk, Slot(first.starts_at - desk.length, first.starts_at), CALENDAR)


def test_a_regional_desk_is_the_nearest_of_its_region_and_unknown_elsewhere() -> None:
    regional = SHIPPED.desks[0].model_copy(update={"name": "daerah", "region": "64"})
    policy = SHIPPED.model_copy(update={"desks": (*SHIPPED.desks, regional)})
    assert [desk.name for desk in policy.desks_for("64.72")] == ["daerah", "siinas"]
    assert [desk.name for desk in policy.desks_for("31.71")] == ["siinas"]
