"""What the rules make of a decree or of other rules: every open date that lies ahead is computed anew."""

from collections.abc import Callable
from datetime import date, datetime

from tests.rehearsals.three_quarters.course import Case, Course, Date

# What companies keep, and are told of when it becomes another; the rest the office asks of itself.
TOLD = (
    "report_due",
    "report_correction_due",
    "rollback_resend_due",
    "data_request_due",
    "warning_1_interval",
)


def _others(course: Course) -> list[tuple[Case, Date, datetime, datetime | None]]:
    """Every open date of which the inputs now give another one, and what it was."""
    found = []
    for case in course.cases.values():
        for date_ in [one for one in case.dates.values() if not case.over and not one.met]:
            due, lenient, why = date_.due, date_.lenient, date_.why
            case.derive(date_)
            ahead = max(due, lenient or due, date_.due, date_.lenient or date_.due) > course.now
            if (date_.due, date_.lenient) == (due, lenient):
                continue
            if ahead or date_.since is not None:
                found.append((case, date_, due, lenient))
            else:
                date_.due, date_.lenient, date_.why = due, lenient, why
    return found


def _change(course: Course, event: str) -> None:
    for case, date_, due, _ in _others(course):
        case.tell(event)
        course.watch(case, date_)
        if date_.due != due and date_.name in TOLD:
            course.mail("deadline_moved", date_.due)


def decree(course: Course, day: str, file: str) -> None:
    """One more day off, from now on."""
    course.off.add(date.fromisoformat(day))
    _change(course, "deadline_recalculated")


def undo_decree(course: Course, day: str) -> None:
    course.off.remove(date.fromisoformat(day))
    _change(course, "decree_undone")


def decree_here(course: Course, layer: str, day: str, scope: str = "") -> None:
    """A day off in the region, or at this company alone."""
    (course.off_here if layer == "region" else course.off_own).add(date.fromisoformat(day))
    _change(course, "deadline_recalculated")


def undo_decree_here(course: Course, layer: str, day: str) -> None:
    (course.off_here if layer == "region" else course.off_own).remove(date.fromisoformat(day))
    _change(course, "decree_undone")


def rules(course: Course, rule: str, working_days: int) -> None:
    """Another number of working days, for open cases too."""
    course.working[rule] = working_days
    for case in course.cases.values():
        if not case.over:
            case.tell("rules_changed")
    _change(course, "deadline_rederived")


DOING: dict[str, Callable[..., object]] = {
    "decree": decree, "undo_decree": undo_decree,
    "decree_here": decree_here, "undo_decree_here": undo_decree_here,
    "rules_in_force": rules,
    **dict.fromkeys(("propose_rules", "drop_rules", "withdraw_rules", "rules_unchanged"), lambda course, **_: None),
}  # fmt: skip
