"""What the rules make of one company's nine months: cases with dates, and what happens when a date has passed."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from tests.rehearsals.three_quarters import days
from tests.rehearsals.three_quarters.days import MINUTE, Count, day_of, end_of, start_of

Then = Callable[[], None]

# Kebijakan layanan and Permenperin 13/2025, in working days.
WORKING = {
    "report_verification_target": 5, "report_validation_target": 5, "report_correction_due": 5,
    "rollback_decision_target": 2, "rollback_resend_due": 5, "data_request_unproven": 2,
    "data_request_letter_unproven": 7, "warning_decision_target": 5, "warning_service_unproven": 7,
    "extension_request_target": 2, "non_production_target": 3, "licence_review_target": 3, "assistance_target": 2,
    "assistance_record_target": 1, "reprimand_target": 5,
}  # fmt: skip
CALENDAR = {"report_due": 10, "data_request_due": 3, "warning_mail_service": 3}
LENIENT = {"data_request_due": 3}
# Mail that waits for nobody's working hours: legal letters, credentials, answers to what one has just done, reminders
# of an hour one agreed on, and what is asked for within days that only its receipt starts.
AT_ONCE = (
    "warning_letter",
    "sanction_decided",
    "reprimand_letter",
    "account_voided",
    "report_received",
    "rollback_requested",
    "session_booked",
    "session_reminder",
    "data_request",
    "data_request_followup",
)
# A decree of a region stops the offices there and the companies; one of an organisation, that company alone.
OWED = ("report_correction_due", "rollback_resend_due", "data_request_due")
OFFICES_THERE = ("extension_request_target", "non_production_target", "assistance_target", "reprimand_target")


@dataclass
class Date:
    """One date of a case and everything it is computed from. `due` and `lenient` are exclusive."""

    name: str
    rule: str
    anchor: datetime | date
    due: datetime
    lenient: datetime | None = None
    why: Count | None = None
    of: str | None = None  # the date that this one is a part or a wave of
    met: bool = False
    acted: bool = False
    since: datetime | None = None  # standing still since
    still: set[date] = field(default_factory=set)
    targets: list[datetime] = field(default_factory=list)  # of the extensions in force
    set_at: datetime | None = None
    then: Then | None = None
    then_lenient: Then | None = None


class Case:
    """A case of the company: its events, its dates, whether it goes on."""

    def __init__(self, course: "Course", kind: str, status: str) -> None:
        self.course, self.kind, self.status = course, kind, status
        self.events: list[tuple[str, datetime]] = []
        self.dates: dict[str, Date] = {}
        self.over = self.held = False
        self.number = course.numbers[kind] = course.numbers[kind] + 1
        course.cases[f"{kind}/{self.number}"] = self

    def tell(self, event: str, moment: datetime | None = None) -> None:
        self.events.append((event, (moment or self.course.now)))

    def end(self, status: str) -> None:
        self.status, self.over = status, True
        self.meet()

    def meet(self, *names: str) -> None:
        """Nothing more follows from these dates; without names from none."""
        for date_ in self.dates.values():
            if not names or date_.name in names:
                date_.met, date_.since = True, None

    def date(
        self,
        name: str,
        anchor: datetime | date,
        *,
        rule: str = "",
        of: str | None = None,
        then: Then | None = None,
        then_lenient: Then | None = None,
        still: Iterable[date] = (),
    ) -> Date:
        """Give the case a date, or another of that name."""
        made = Date(name, rule or name, anchor, self.course.now, of=of, then=then, then_lenient=then_lenient)
        made.still, made.set_at = set(still), self.course.now
        self.dates[name] = made
        self.derive(made)
        self.course.watch(self, made)
        return made

    def derive(self, date_: Date) -> None:
        """Compute it from its inputs, by the rules and the days off that are in force."""
        course, parent = self.course, self.dates[date_.of] if date_.of else None
        if date_.rule == "agreed":
            assert isinstance(date_.anchor, datetime)
            date_.due = date_.anchor
            return
        if parent is not None:
            date_.due = course.follow(date_, parent)
            return
        start = date_.anchor if not isinstance(date_.anchor, datetime) else day_of(date_.anchor)
        date_.why = course.count(date_.rule, start, date_.still)
        first = date_.rule == "licence_expiry"
        base = start_of(date_.why.end) if first else end_of(date_.why.end)
        date_.due = max([base, *date_.targets])
        if date_.rule in LENIENT:
            generous = days.working_days(start, LENIENT[date_.rule], course.days_off(date_.rule), date_.still)
            date_.lenient = max(end_of(generous.end), date_.due)

    def stand_still(self, *names: str) -> None:
        for date_ in self.dates.values():
            if date_.name in names and not date_.met and date_.since is None:
                date_.since = self.course.now

    def go_on(self, *names: str) -> None:
        """The days touched by the standstill do not count."""
        for date_ in [
            d for d in self.dates.values() if d.name in names and d.since is not None and not d.met
        ]:
            assert date_.since is not None
            date_.still |= set(days.span(day_of(date_.since), day_of(self.course.now)))
            date_.since = None
            self.derive(date_)
            self.course.watch(self, date_)


class Course:
    """One company from October to June. Moments come in order; each may bring others."""

    def __init__(self, zone: ZoneInfo, start: datetime, stage: str = "production") -> None:
        self.stage = stage  # of the reports that are opened from now on
        self.zone, self.now, self.off = zone, start, set(days.DAYS_OFF)
        self.off_here, self.off_own = set[date](), set[date]()
        self.working = dict(WORKING)
        self.numbers: Counter[str] = Counter()
        self.cases: dict[str, Case] = {}
        self.mails: list[tuple[date, str]] = []
        self.tasks: list[tuple[str, Case | None]] = []
        self.reachable, self.voided = True, False
        self._queue: list[tuple[datetime, int, Then]] = []
        self._order = count()

    def at(self, moment: datetime, then: Then) -> None:
        heapq.heappush(self._queue, (moment, next(self._order), then))

    def run(self, until: datetime) -> None:
        while self._queue and self._queue[0][0] <= until:
            moment, _, then = heapq.heappop(self._queue)
            self.now = max(moment, self.now)
            then()
        self.now = until

    def mail(self, template: str, about: datetime | None = None) -> None:
        """A mail is decided now; `about`: the date of which it speaks."""
        comes = self.now if template in AT_ONCE else days.arrival(self.now, about, self.zone, self.off)
        self.mails.append((day_of(comes), template))

    def of_kind(self, kind: str) -> list[Case]:
        return [case for case in self.cases.values() if case.kind == kind]

    def task(self, reason: str, case: Case | None = None) -> None:
        self.tasks.append((reason, case))

    def settle(self, case: Case) -> None:
        """What had to be done for a case no longer needs doing."""
        self.tasks = [(reason, of) for reason, of in self.tasks if of is not case]

    def days_off(self, rule: str) -> set[date]:
        """Those on which this date is counted: the country's, the region's, the company's own."""
        here = self.off_here if rule in OWED + OFFICES_THERE else set()
        return self.off | here | (self.off_own if rule in OWED else set())

    def count(self, rule: str, start: date, still: Iterable[date] = ()) -> Count:
        if rule in self.working:
            return days.working_days(start, self.working[rule], self.days_off(rule), set(still))
        if rule == "warning_interval":
            return days.month_later(start, set(still))
        if rule == "licence_expiry":
            return days.calendar_days(start, 1)
        return days.calendar_days(start, CALENDAR[rule], set(still))

    def follow(self, date_: Date, parent: Date) -> datetime:
        """A part of the office's time until another date, or a working morning before it."""
        kind, _, number = date_.rule.partition(" ")
        off = self.days_off(parent.rule)
        if kind == "wave":
            return days.wave(parent.due, int(number), self.zone, off)
        assert isinstance(parent.anchor, datetime)
        return days.part_of_office_time(parent.anchor, parent.due, int(number), off, parent.still)

    def watch(self, case: Case, date_: Date) -> None:
        """Look again when the date, by either reading, has passed; a minute later than the law."""
        if date_.then is not None:
            self.at(max(date_.due + MINUTE, self.now), lambda: self._look(case, date_))
        if date_.then_lenient is not None and date_.lenient is not None:
            moment = max(date_.lenient + MINUTE, self.now)
            self.at(moment, lambda: self._look_leniently(case, date_))

    def _look(self, case: Case, date_: Date) -> None:
        if self._waits(case, date_) or date_.acted or date_.due + MINUTE > self.now:
            return
        date_.acted = True
        assert date_.then is not None
        date_.then()

    def _look_leniently(self, case: Case, date_: Date) -> None:
        if self._waits(case, date_) or date_.lenient is None or date_.lenient + MINUTE > self.now:
            return
        then, date_.then_lenient = date_.then_lenient, None
        if then is not None:
            then()

    def _waits(self, case: Case, date_: Date) -> bool:
        return (
            case.over
            or case.held
            or date_.met
            or date_.since is not None
            or case.dates[date_.name] is not date_
        )
