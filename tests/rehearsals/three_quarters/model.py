"""What should come of a story: the acts and the passing of time, by the rules alone."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tests.rehearsals.three_quarters import days, ladders, national
from tests.rehearsals.three_quarters.cast import NATIONAL
from tests.rehearsals.three_quarters.course import Case, Course
from tests.rehearsals.three_quarters.days import at, day_of
from tests.rehearsals.three_quarters.ladders import Ladder
from tests.rehearsals.three_quarters.reports import ENDS, Report, Rollback
from tests.rehearsals.three_quarters.requests import Request
from tests.rehearsals.three_quarters.small_cases import Licence, MoreTime, NothingProduced, excuse
from tests.rehearsals.three_quarters.story import END, START, Act, Story
from tests.rehearsals.three_quarters.supervision import Help, Reprimand

Doing = Callable[..., object]
EASTERNMOST = ZoneInfo("Asia/Jayapura")
C = TypeVar("C", bound=Case)


@cache
def expected(story: Story) -> Course:
    """The nine months of each company of the story."""
    stage = "commercial" if story.type == "B" else "production"
    course = Course(days.ZONES[story.region[:2]], at(START), stage)
    for period in ENDS:
        course.at(opening(period), lambda period=period: _open(course, period))  # type: ignore[misc]
    for act in sorted((*story.acts, *NATIONAL), key=lambda act: act.at):
        course.at(at(act.at), lambda act=act: _do(course, act))  # type: ignore[misc]
    course.run(at(END))
    return course


def opening(period: str) -> datetime:
    """Early on the day of the first reminder, where the day begins first; the oldest is open from the start."""
    due = days.end_of(days.calendar_days(ENDS[period], 10).end)
    first = days.wave(due, 14, EASTERNMOST, days.DAYS_OFF)
    return max(at(START), datetime.combine(day_of(first), time(5), days.WIB))


def _open(course: Course, period: str) -> None:
    if not course.voided:
        Report(course, period)


def _do(course: Course, act: Act) -> None:
    if "refused" not in act.given:
        DOING[act.do](course, **act.given)


def report(course: Course, period: str) -> Report:
    return next(one for one in course.of_kind("report") if isinstance(one, Report) and one.period == period)


def _last(course: Course, kind: type[C]) -> C:
    """The newest case of a kind."""
    return [case for case in course.cases.values() if isinstance(case, kind)][-1]


def _ladder(course: Course, about: str) -> Ladder:
    """The newest ladder about a period's report, or about the request ("data")."""
    found = [one for one in course.of_kind("warning") if isinstance(one, Ladder)]
    return [one for one in found if getattr(one.duty, "period", "data") == about][-1]


def _of(kind: type[C], name: str) -> Doing:
    return lambda course, **given: getattr(_last(course, kind), name)(**given)


def _reports(name: str) -> Doing:
    return lambda course, period, **_: getattr(report(course, period), name)()


def _rungs(name: str) -> Doing:
    return lambda course, about, **given: getattr(_ladder(course, about), name)(**given)


def _evidence(course: Course, about: str, kind: str) -> None:
    ladder = _ladder(course, about)
    ladder.tell("noted")
    ladder.tell("service_recorded")
    ladder.serve(course.now, kind)


def _receipt(course: Course, kind: str, on: str = "") -> None:
    """An officer writes down what was said; the proof counts since it was given."""
    request = _last(course, Request)
    request.tell("noted")
    request.receive(at(on) if on else course.now)


def _hold(course: Course, case: Case, *, held: bool) -> None:
    """An officer stops a duty or a ladder, or lets it go on: what was passed over meanwhile is caught up with."""
    case.held = held
    case.tell("held" if held else "released")
    if isinstance(case, Ladder):
        ladders.duty_changed(case.duty)
        return
    assert isinstance(case, Report)
    if not held:
        _overtaken(course, case)
    ladders.duty_changed(case)
    late = case.warned_from() + days.MINUTE <= course.now
    if not held and late and ladders.open_one(case) is None:
        case.warn(case.due.due)


def _overtaken(course: Course, duty: Report) -> None:
    """A date that passed while the report was held is recorded at its legal moment."""
    if not duty.due.met and not duty.due.acted and duty.due.due + days.MINUTE <= course.now:
        duty.due.acted = True
        duty.overdue()


def _extend(course: Course, period: str, target: str, *, told: bool = True, **_: str) -> None:
    duty = report(course, period)
    duty.extend(date.fromisoformat(target))
    if told and not duty.due.met:
        course.mail("extension_granted", duty.due.due)


def _undo(course: Course, period: str, target: str, **_: str) -> None:
    duty = report(course, period)
    duty.shorten_again(date.fromisoformat(target))
    if not duty.due.met:
        course.mail("extension_undone", duty.due.due)


def _upload(course: Course, expires_on: str = "", replaces: str = "", risk: str = "", **_: str) -> None:
    licence = Licence(course, date.fromisoformat(expires_on) if expires_on else None)
    licence.only_unverified = bool(replaces) and risk == "medium_high"


def _found_valid(course: Course, *, replaces: bool = False, **_: Any) -> None:
    found = [one for one in course.of_kind("licence-review") if isinstance(one, Licence)]
    found[-1].decide(valid=True, replaces=found[-2] if replaces and len(found) > 1 else None)
    if found[-1].only_unverified:
        course.stage = "construction"


def _certificate(course: Course) -> None:
    _last(course, Licence).tell("standard_certificate_recorded")
    course.stage = "production"


def _bounce(course: Course, about: str, **_: str) -> None:
    ladder = _ladder(course, about)
    ladder.came_back()
    course.reachable = False
    course.task("address_bounced")
    course.task("post_letter", ladder)


def _sanction(course: Course, about: str, **_: Any) -> None:
    _ladder(course, about).tell("sanction_proposed")


def _impose(course: Course, about: str, kind: str) -> None:
    _ladder(course, about).tell("sanction_approved")
    course.mail("sanction_decided")
    if kind == "licence_revocation":
        _ladder(course, about).finish("decided")


def _settle(course: Course, about: str, result: str) -> None:
    case = _last(course, Request) if about == "data" else _ladder(course, about)
    case.settled()


def _void(course: Course) -> None:
    """The account was never lawful: nothing is owed, asked or warned about any more."""
    course.voided = True
    course.mail("account_voided")
    for case in [one for one in course.cases.values() if not one.over]:
        case.tell("account_voided")
        course.settle(case)
        case.end("closed" if isinstance(case, Report) else case.status)


def _approve(course: Course, about: str, channel: str, office: str = "") -> None:
    _ladder(course, about).approve(channel)


DOING: dict[str, Doing] = {
    "send": _reports("send"), "manage_estate": lambda course: Licence(course, None),
    "approve_one": lambda course, period, directorate, last=False: report(course, period).validate(last=last),
    "verify_together": _reports("verify"), "validate_together": _reports("validate"),
    "verify": _reports("verify"), "validate": _reports("validate"),
    "fix": _reports("send"), "resend": _reports("send"),
    "return": lambda course, period, desk: report(course, period).give_back(2),
    "ask_rollback": lambda course, period: Rollback(report(course, period)),
    "grant_rollback": lambda course, period: _last(course, Rollback).grant(),
    "refuse_rollback": lambda course, period: _last(course, Rollback).refuse(),
    "ask_data": Request, "ask_region": Request,
    "read_data": lambda course: _last(course, Request).receive(course.now),
    "receipt": _receipt,
    "answer": _of(Request, "answer"), "accept_answer": _of(Request, "accept"),
    "ask_again": _of(Request, "ask_again"), "withdraw_data": _of(Request, "withdraw"),
    "ask_time": lambda course, period, days: MoreTime(report(course, period)),
    "grant_time": lambda course, days: _last(course, MoreTime).grant(days),
    "refuse_time": _of(MoreTime, "refuse"), "withdraw_time": _of(MoreTime, "withdraw"),
    "extend_region": _extend, "extend_case": _extend, "undo_region": _undo,
    "drop_extension": lambda course, **_: None,
    "declare": lambda course, period: NothingProduced(report(course, period)),
    "accept_declared": _of(NothingProduced, "accept"), "refuse_declared": _of(NothingProduced, "refuse"),
    "withdraw_declared": _of(NothingProduced, "withdraw"),
    "upload": _upload, "find_valid": _found_valid,
    "find_invalid": lambda course: _last(course, Licence).decide(valid=False),
    "certificate": _certificate,
    "foresee": lambda course, **_: None,
    "contact": lambda course, period: report(course, period).tell("company_contacted"),
    "hold_report": lambda course, period: _hold(course, report(course, period), held=True),
    "release_report": lambda course, period: _hold(course, report(course, period), held=False),
    "approve": _approve, "print_and_post": _rungs("posted"), "by_post": _rungs("by_post_instead"),
    "evidence": _evidence, "bounce": _bounce,
    "open_letter": lambda course, about: _ladder(course, about).serve(course.now, "portal_read"),
    "determine": lambda course, about: _ladder(course, about).tell("authority_determined"),
    "settle": _settle, "exclude": _rungs("exclude"), "excuse": lambda course, about: excuse(report(course, about)),
    "hold_ladder": lambda course, about: _hold(course, _ladder(course, about), held=True),
    "release_ladder": lambda course, about: _hold(course, _ladder(course, about), held=False),
    "propose_sanction": _sanction, "impose": _impose,
    "turn_down": lambda course, about: _ladder(course, about).tell("sanction_refused"),
    "void": _void,
    "close_desk": lambda course, about: _ladder(course, about).finish("decided"),
    "ask_help": Help, "answer_help": _of(Help, "answer"),
    "book": _of(Help, "book"), "give_up": _of(Help, "give_up"), "confirm": _of(Help, "confirm"),
    "record_session": lambda course, outcome: _last(course, Help).close(outcome),
    "call_off": lambda course: _last(course, Help).close("cancelled"),
    "rate": lambda course: _last(course, Help).tell("rated"),
    "reprimand": Reprimand, "decide_reprimand": _of(Reprimand, "decide"),
    "withdraw_reprimand": _of(Reprimand, "withdraw"),
    "print_reprimands": lambda course: _last(course, Reprimand).given("posted"),
    "reprimand_by_post": lambda course: _last(course, Reprimand).tell("by_post"),
    "reprimand_delivered": lambda course, kind, on: _last(course, Reprimand).delivered(on),
    **national.DOING,
}  # fmt: skip
