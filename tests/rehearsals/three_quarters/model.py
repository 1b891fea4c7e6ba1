"""What should come of a story: the acts and the passing of time, by the rules alone."""

from collections.abc import Callable
from datetime import datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from tests.rehearsals.three_quarters import days
from tests.rehearsals.three_quarters.cast import END, START, Act, Story
from tests.rehearsals.three_quarters.course import Course
from tests.rehearsals.three_quarters.days import at, day_of
from tests.rehearsals.three_quarters.reports import ENDS, VALIDATION, VERIFICATION, Report, Rollback

Doing = Callable[..., object]
EASTERNMOST = ZoneInfo("Asia/Jayapura")


@cache
def expected(story: Story) -> Course:
    """The nine months of each company of the story."""
    course = Course(days.ZONES[story.region[:2]], at(START))
    for period in ENDS:
        course.at(opening(period), lambda period=period: _open(course, period))  # type: ignore[misc]
    for act in story.acts:
        course.at(at(act.at), lambda act=act: _do(course, act))  # type: ignore[misc]
    course.run(at(END))
    return course


def opening(period: str) -> datetime:
    """Early on the day of the first reminder, where the day begins first; the oldest is open from the start."""
    due = days.end_of(days.calendar_days(ENDS[period], 10).end)
    first = days.wave(due, 14, EASTERNMOST, days.DAYS_OFF)
    return max(at(START), datetime.combine(day_of(first), time(5), days.WIB))


def _open(course: Course, period: str) -> None:
    Report(course, period)


def report(course: Course, period: str) -> Report:
    return next(one for one in course.of_kind("report") if isinstance(one, Report) and one.period == period)


def rollback(course: Course, period: str) -> Rollback:
    found = [one for one in course.of_kind("rollback") if isinstance(one, Rollback)]
    return next(one for one in found if one.report.period == period)


def _do(course: Course, act: Act) -> None:
    if "refused" not in act.given:
        DOING[act.do](course, **act.given)


DESKS = {"verification": VERIFICATION, "validation": VALIDATION}
DOING: dict[str, Doing] = {
    "send": lambda course, period: report(course, period).send(),
    "verify": lambda course, period: report(course, period).verify(),
    "validate": lambda course, period: report(course, period).validate(),
    "return": lambda course, period, desk: report(course, period).give_back(2),
    "fix": lambda course, period: report(course, period).send(),
    "resend": lambda course, period: report(course, period).send(),
    "ask_rollback": lambda course, period: Rollback(report(course, period)),
    "grant_rollback": lambda course, period: rollback(course, period).grant(),
    "refuse_rollback": lambda course, period: rollback(course, period).refuse(),
}
