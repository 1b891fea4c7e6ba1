"""From a rule and its anchor to a date, with every reason on the way. No clock, no database."""

import calendar as months_of
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Self

from services.deadlines.calendars import Calendar, CalendarDay, CalendarKind, Holiday, count_days
from services.deadlines.rules import Edge, Roll, Rule, Span, Unit

Calendars = Mapping[CalendarKind, Calendar]
ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One reason: a code of `explanation.TEXTS`, JSON-ready values, and the legal ground it rests on.

    Days are ISO dates, instants ISO timestamps with offset; both are strings.
    """

    code: str
    params: Mapping[str, str | int]
    basis: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The step as it is stored."""
        return {"code": self.code, "params": dict(self.params), "basis": self.basis}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The step as it was stored."""
        return cls(stored["code"], stored["params"], stored["basis"])


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which the clock stood still. A day touched by it, however briefly, does not count."""

    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Extension:
    """A later date given to a deadline, by which instrument and why."""

    target: date
    instrument: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a date depends on: the same inputs always derive the same date."""

    rule: Rule
    anchor: date | datetime
    calendars: Calendars
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    """A deadline and its reasons. `due_before` is exclusive: at that instant it has passed.

    `base_before` is the date without extensions; `lenient_before` the instant until which nobody is refused
    or warned, where the law can be read in two ways. All instants are UTC. `recipe` is what `recipes.again` needs.
    """

    name: str
    due_before: datetime
    lenient_before: datetime | None
    base_before: datetime
    derivation: tuple[Step, ...]
    calendar_version: str | None
    edge: Edge
    inputs: Inputs | None = field(default=None, compare=False, repr=False)
    recipe: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @property
    def shown(self) -> datetime:
        """The instant people are told: the last second that still counts, or the first of a start."""
        return self.due_before - ONE_SECOND if self.edge is Edge.END else self.due_before

    def as_json(self) -> list[dict[str, Any]]:
        """The reasons as they are stored."""
        return [step.as_json() for step in self.derivation]


def derive(
    rule: Rule,
    anchor: date | datetime,
    calendars: Calendars,
    *,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> Derived:
    """The deadline of a rule counted from its anchor.

    The anchor is a `date` for `period_end` and `letter_date`; the exclusive `due_before` in force for
    `report_due`; otherwise the aware instant of the event. TypeError when it is of another kind.
    """
    start, steps = _anchored(rule, anchor)
    end, counted = _count(rule.add, start, calendars, rule, pauses)
    end, rolled = _roll(rule, end, calendars)
    base = moment(rule, end)
    steps += [*counted, *rolled, _edge_step("until" if rule.edge is Edge.END else "from", rule, end)]
    lenient_end, leniently = _lenient(rule, start, end, calendars, pauses)
    due, extended = _extend(rule, base, extensions)
    return Derived(
        name=rule.name,
        due_before=due,
        lenient_before=max(moment(rule, lenient_end), due) if lenient_end else None,
        base_before=base,
        derivation=(*steps, *leniently, *extended),
        calendar_version=_versions(rule, calendars),
        edge=rule.edge,
        inputs=(inputs := Inputs(rule, anchor, calendars, tuple(pauses), tuple(extensions))),
        recipe=_recipe(inputs, start),
    )


def with_extension(derived: Derived, target: date, instrument: str, reason: str) -> Derived:
    """The same deadline, extended to the end of `target`. The latest of all dates is in force."""
    inputs = _inputs(derived)
    return _again(replace(inputs, extensions=(*inputs.extensions, Extension(target, instrument, reason))))


def with_pause(derived: Derived, since: datetime, until: datetime, reason: str) -> Derived:
    """The same deadline, after its clock stood still from `since` to `until`."""
    inputs = _inputs(derived)
    return _again(replace(inputs, pauses=(*inputs.pauses, Pause(since, until, reason))))


def extension_step(rule: Rule, before: datetime, target: date, instrument: str, reason: str) -> Step:
    """The line that an extension adds to the reasons of a deadline that was in force until `before`."""
    old, new = last_day(rule, before).isoformat(), target.isoformat()
    code = "extended" if moment(rule, target) > before else "extension_without_effect"
    return Step(code, {"old": old, "new": new, "reason": reason}, instrument)


def moment(rule: Rule, day: date) -> datetime:
    """The instant (UTC) at which a deadline of this rule on this day ends, exclusive, or begins."""
    at = datetime.combine(day, rule.at, rule.timezone)
    return (at + ONE_SECOND if rule.edge is Edge.END else at).astimezone(UTC)


def last_day(rule: Rule, due_before: datetime) -> date:
    """The day that people know a deadline by: that of its last second, in the rule's zone."""
    shown = due_before - ONE_SECOND if rule.edge is Edge.END else due_before
    return shown.astimezone(rule.timezone).date()


def _inputs(derived: Derived) -> Inputs:
    if derived.inputs is None:
        raise ValueError(f"{derived.name} follows another deadline: change that one and derive it again")
    return derived.inputs


def _recipe(inputs: Inputs, start: date) -> dict[str, Any]:
    """The inputs as JSON: equal recipes give equal dates on equal calendars. Extensions are rows of their own.

    Of an instant only its day is counted from; `at` keeps the instant itself for what is measured in hours.
    """
    place = next(iter(inputs.calendars.values()))
    recipe: dict[str, Any] = {
        "rule": _rule_json(inputs.rule),
        "day": start.isoformat(),
        "region": place.region,
        "organisation": place.organisation,
        "pauses": [[p.since.isoformat(), p.until.isoformat(), p.reason] for p in inputs.pauses],
    }
    return recipe | ({"at": inputs.anchor.isoformat()} if isinstance(inputs.anchor, datetime) else {})


@lru_cache(maxsize=256)
def _rule_json(rule: Rule) -> dict[str, Any]:
    return rule.model_dump(mode="json", exclude_none=True)


def _again(inputs: Inputs) -> Derived:
    return derive(
        inputs.rule, inputs.anchor, inputs.calendars, pauses=inputs.pauses, extensions=inputs.extensions
    )


def _anchored(rule: Rule, anchor: date | datetime) -> tuple[date, list[Step]]:
    """The day from which is counted, in the rule's zone."""
    if rule.anchor.is_day:
        if isinstance(anchor, datetime):
            raise TypeError(f"{rule.name} is counted from a day, not from an instant")
        return anchor, [Step("anchor_day", {"anchor": rule.anchor, "date": anchor.isoformat()}, rule.basis)]
    if not isinstance(anchor, datetime) or anchor.tzinfo is None:
        raise TypeError(f"{rule.name} is counted from an aware instant")
    if rule.anchor.is_deadline:
        day = (anchor - ONE_SECOND).astimezone(rule.timezone).date()
        return day, [Step("anchor_day", {"anchor": rule.anchor, "date": day.isoformat()}, rule.basis)]
    local = anchor.astimezone(rule.timezone)
    return local.date(), [
        Step("anchor_instant", {"anchor": rule.anchor, "at": local.isoformat(timespec="seconds")}, rule.basis)
    ]


def _count(
    span: Span, start: date, calendars: Calendars, rule: Rule, pauses: Sequence[Pause]
) -> tuple[date, list[Step]]:
    """The day a span ends, and a line for each day that was or was not counted."""
    still = _standstill(rule, pauses)
    if span.months is not None:
        return _count_months(span.months, start, still, rule)
    if span.calendar is not None:
        return _count_working(span.length, start, calendars[span.calendar], still, rule)
    return _count_calendar(span.length, start, still, rule)


def _count_calendar(
    days: int, start: date, still: Mapping[date, Pause], rule: Rule
) -> tuple[date, list[Step]]:
    count = count_days(start, days, still.get)
    first, last = (start + ONE_DAY).isoformat(), count.end.isoformat()
    steps = [Step("calendar_days", {"days": days, "first": first, "last": last}, rule.basis)]
    steps += [_still_step(day, pause) for day, pause in count.days if pause]
    return count.end, steps


def _count_working(
    days: int, start: date, calendar: Calendar, still: Mapping[date, Pause], rule: Rule
) -> tuple[date, list[Step]]:
    def off(day: date) -> Holiday | Pause | None:
        return calendar.why(day) or still.get(day)

    count = count_days(start, days, off)
    steps = [Step("working_days", {"days": days, "calendar": calendar.kind}, rule.basis)]
    number = 0
    for day, why in count.days:
        if isinstance(why, Holiday):
            steps.append(_off_step("day_off", why))
        elif isinstance(why, Pause):
            steps.append(_still_step(day, why))
        else:
            number += 1
            steps.append(_counted_step(day, number, calendar))
    return count.end, steps


def _count_months(
    months: int, start: date, still: Mapping[date, Pause], rule: Rule
) -> tuple[date, list[Step]]:
    """The same day so many months later, or that month's last day when it has no such day."""
    years, index = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, index + 1
    length = months_of.monthrange(year, month)[1]
    end = date(year, month, min(start.day, length))
    steps = [Step("months", {"months": months, "date": end.isoformat()}, rule.basis)]
    if start.day > length:
        steps.append(Step("month_end", {"day": start.day, "date": end.isoformat()}, rule.basis))
    stood = sum(start < day <= end for day in still)
    if not stood:
        return end, steps
    count = count_days(start, (end - start).days, still.get)
    return count.end, steps + [_still_step(day, pause) for day, pause in count.days if pause]


def _standstill(rule: Rule, pauses: Sequence[Pause]) -> dict[date, Pause]:
    """Every day touched by a pause, in the rule's zone."""
    still: dict[date, Pause] = {}
    for pause in pauses:
        if pause.until < pause.since:
            raise ValueError("a pause ends after it begins")
        day, last = (at.astimezone(rule.timezone).date() for at in (pause.since, pause.until))
        while day <= last:
            still.setdefault(day, pause)
            day += ONE_DAY
    return still


def _lenient(
    rule: Rule, start: date, end: date, calendars: Calendars, pauses: Sequence[Pause]
) -> tuple[date | None, list[Step]]:
    """The day by the more generous reading of the law, never before the strict one."""
    if rule.lenient is None:
        return None, []
    lenient_end, counted = _count(rule.lenient, start, calendars, rule, pauses)
    lenient_end = max(end, lenient_end)
    return lenient_end, [
        Step("lenient", {}, rule.basis),
        *counted,
        _edge_step("lenient_until", rule, lenient_end),
    ]


def _roll(rule: Rule, day: date, calendars: Calendars) -> tuple[date, list[Step]]:
    if rule.roll_calendar is None:
        counted_as_worked = rule.add.unit is Unit.WORKING or rule.edge is Edge.START
        return day, [] if counted_as_worked else [Step("fixed", {}, rule.basis)]
    calendar = calendars[rule.roll_calendar]
    why = calendar.why(day)
    if why is None:
        by = calendar.worked_by(day)
        return day, [_worked_step("not_rolled", {"date": day.isoformat()}, by)] if by else []
    to = calendar.next_working_day(day) if rule.roll is Roll.FOLLOWING else calendar.previous_working_day(day)
    off = _off_step("rolled", why)
    return to, [replace(off, params={**off.params, "to": to.isoformat()})]


def _extend(rule: Rule, base: datetime, extensions: Sequence[Extension]) -> tuple[datetime, list[Step]]:
    due, steps = base, []
    for extension in extensions:
        steps.append(extension_step(rule, due, extension.target, extension.instrument, extension.reason))
        due = max(due, moment(rule, extension.target))
    return due, steps


def _edge_step(code: str, rule: Rule, day: date) -> Step:
    at = datetime.combine(day, rule.at, rule.timezone).isoformat(timespec="seconds")
    return Step(code, {"at": at}, rule.basis)


def _off_step(code: str, why: Holiday) -> Step:
    params = {"date": why.date.isoformat(), "name": why.name, "name_en": why.name_en}
    return Step(code, params, why.source)


def _counted_step(day: date, number: int, calendar: Calendar) -> Step:
    """A day that counts; one that only counts because somebody decreed so names the decree."""
    params: dict[str, str | int] = {"date": day.isoformat(), "number": number}
    by = calendar.worked_by(day)
    return _worked_step("day_worked", params, by) if by else Step("day_counted", params)


def _worked_step(code: str, params: Mapping[str, str | int], by: CalendarDay) -> Step:
    return Step(code, {**params, "name": by.name, "name_en": by.name_en or by.name}, by.source)


def _still_step(day: date, pause: Pause) -> Step:
    return Step("day_stood_still", {"date": day.isoformat(), "reason": pause.reason})


def _versions(rule: Rule, calendars: Calendars) -> str | None:
    """The versions of the calendars that can move this deadline, or None when none can."""
    return ",".join(calendars[kind].version for kind in sorted(rule.calendars)) or None
