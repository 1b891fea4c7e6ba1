"""What the rules make of a report: reminded, sent, reviewed, returned, corrected once; owed until it has come."""

from datetime import date, datetime

from tests.rehearsals.three_quarters import days, ladders
from tests.rehearsals.three_quarters.course import Case, Course
from tests.rehearsals.three_quarters.days import DAY, MINUTE, end_of, last_day, start_of

ENDS = {
    "2026-Q3": date(2026, 9, 30), "2026-Q4": date(2026, 12, 31),
    "2027-Q1": date(2027, 3, 31), "2027-Q2": date(2027, 6, 30),
}  # fmt: skip
VERIFICATION, VALIDATION = "report_verification", "report_validation"
TARGETS = tuple(f"{desk}_{what}" for desk in (VERIFICATION, VALIDATION) for what in ("target", "reminder"))
UNSENT = ("upcoming", "not_started", "draft", "reopened")


class Report(Case):
    """The duty to report one period."""

    def __init__(self, course: Course, period: str) -> None:
        ended = start_of(ENDS[period] + DAY)
        super().__init__(course, "report", "not_started" if ended <= course.now else "upcoming")
        self.period, self.submission, self.stage = period, 0, course.stage
        self.told: set[tuple[datetime, int]] = set()
        self.asked_for_notes = 0
        self.tell("opened")
        self.due = self.date("report_due", ENDS[period], then=self.overdue)
        course.at(ended, self.sending_opens)
        self.plan()

    def plan(self) -> None:
        """What is to come of the date in force: reminders, each on its working morning, and warnings."""
        course, due = self.course, self.due.due
        waves = {days.wave(due, ahead, course.zone, course.off): ahead for ahead in (14, 7, 3, 1)}
        for moment, ahead in waves.items():
            if moment >= course.now:
                course.at(moment, lambda ahead=ahead: self.remind(due, ahead))  # type: ignore[misc]
        course.at(self.warned_from() + MINUTE, lambda: self.warn(due))

    def warned_from(self) -> datetime:
        """No warning before the next working day, nor within the two days after the date."""
        last = last_day(self.due.due)
        next_working = days.working_days(last, 1, self.course.off).end
        return max(end_of(last + 2 * DAY), start_of(next_working))

    def sending_opens(self) -> None:
        if self.status == "upcoming" and not self.over:
            self.status = "not_started"
            self.tell("sending_opened")

    def remind(self, due: datetime, ahead: int) -> None:
        wanted = self.status in UNSENT and not (self.over or self.held or self.due.met)
        if wanted and due == self.due.due and (due, ahead) not in self.told:
            self.told.add((due, ahead))
            self.tell("reminder_queued")
            self.course.mail("report_reminder_last" if ahead == 1 else "report_reminder")

    def overdue(self) -> None:
        self.tell("became_overdue", self.due.due)

    def warn(self, due: datetime) -> None:
        """Owed, and by no reading too early: warnings are proposed, or go on."""
        if due == self.due.due and not (self.over or self.due.met or self.held):
            ladders.owed(self)

    def send(self) -> None:
        """Filled, signed and sent; the review begins, warnings about it end."""
        course = self.course
        if self.submission == 0:
            self.tell("draft_started")
            self.tell("classified")
        for _ in range(self.asked_for_notes):
            self.tell("correction_answered")
        self.asked_for_notes = 0
        self.tell("statement_printed")
        self.tell("statement_attached")
        self.submission += 1
        self.status = "sent"
        for rollback in course.of_kind("rollback"):
            if isinstance(rollback, Rollback) and rollback.report is self and rollback.status == "reopened":
                rollback.resent()
        self.meet("report_due", "report_correction_due")
        self.tell("sent")
        course.mail("report_received")
        ladders.duty_changed(self)
        for letter in course.of_kind("non-production"):
            if not letter.over:  # nothing is left to be excused from
                letter.tell("moot")
                self.tell("non_production_moot")
                letter.end("moot")
        for request in course.of_kind("extension-request"):
            if not request.over:  # nothing is left that more time would be for
                request.tell("moot")
                self.tell("extension_request_moot")
                request.end("moot")
        self.tell("report_examined")
        self.set_target(VERIFICATION)

    def set_target(self, desk: str) -> None:
        target = self.date(f"{desk}_target", self.course.now, then=lambda: self.escalate(desk))
        self.date(
            f"{desk}_reminder", self.course.now, rule="share 50", of=target.name,
            then=lambda: self.remind_desk(desk),
        )  # fmt: skip

    def _at_desk(self, desk: str) -> bool:
        return self.status == {VERIFICATION: "sent", VALIDATION: "verified"}[desk]

    def remind_desk(self, desk: str) -> None:
        if self._at_desk(desk):
            self.tell("reviewers_reminded", self.dates[f"{desk}_reminder"].due)

    def escalate(self, desk: str) -> None:
        if self._at_desk(desk):
            self.tell("review_escalated", self.dates[f"{desk}_target"].due)

    def verify(self) -> None:
        self.status = "verified"
        self.meet(*TARGETS[:2])
        self.tell("report_verified")
        self.set_target(VALIDATION)

    def validate(self, *, last: bool = True) -> None:
        """One of the supervising directorates approves; with the last it is final."""
        self.tell("report_approved")
        if not last:
            return
        self.tell("report_validated")
        self.course.mail("report_validated")
        self.end("validated")

    def give_back(self, notes: int) -> None:
        """Returned with notes: the first sending counts if it comes back in time."""
        self.status, self.asked_for_notes = "returned", notes
        self.meet(*TARGETS)
        self.date("report_correction_due", self.course.now, then=self.lapse)
        self.tell("report_returned")
        self.course.mail("report_returned")

    def lapse(self) -> None:
        """It did not come back in time: owed again, and overdue if its date has passed."""
        ended = self.dates["report_correction_due"].due
        self.tell("correction_lapsed", ended)
        self.due.met = False
        self.course.mail("report_correction_lapsed")
        if self.due.due + MINUTE <= self.course.now:
            self.due.acted = True
            self.tell("became_overdue", max(self.due.due, ended))
            if self.warned_from() + MINUTE <= self.course.now:
                ladders.owed(self)

    def extend(self, target: date) -> None:
        """A later last day; nothing is brought forward. Warnings wait for it."""
        self.due.targets.append(end_of(target))
        self._moved("deadline_extended")
        ladders.duty_changed(self)

    def shorten_again(self, target: date) -> None:
        """An extension is taken back: the date is what remains."""
        self.due.targets.remove(end_of(target))
        self._moved("extension_undone")

    def _moved(self, event: str) -> None:
        derived = self.due.due
        self.derive(self.due)
        if self.due.due != derived:
            if self.due.due > self.course.now:
                self.due.acted = False
            self.tell(event)
            self.course.watch(self, self.due)
            self.plan()


class Rollback(Case):
    """A correction asked for by the company: at most one granted for a period."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.course, "rollback", "requested")
        self.report, self.before = report, report.status
        report.status = "rollback_requested"
        report.stand_still(*TARGETS)
        report.tell("rollback_requested")
        self.tell("requested")
        self.date("rollback_decision_target", self.course.now, then=self.wait)
        self.course.mail("rollback_requested")

    def wait(self) -> None:
        if self.status == "requested":
            self.tell("rollback_waiting", self.dates["rollback_decision_target"].due)

    def grant(self) -> None:
        self.tell("granted")
        self.meet("rollback_decision_target")
        self.status = self.report.status = "reopened"
        self.report.tell("rollback_reopened")
        self.tell("reopened")
        due = self.date("rollback_resend_due", self.course.now, then=self.expire)
        self.date("rollback_resend_reminder", self.course.now, rule="share 60", of=due.name, then=self.remind)
        self.course.mail("rollback_granted")

    def refuse(self) -> None:
        self.tell("refused")
        self.course.mail("rollback_refused")
        self._resume("rollback_refused", self.course.now)
        self.end("refused")

    def remind(self) -> None:
        self.tell("resend_reminded", self.dates["rollback_resend_reminder"].due)
        self.course.mail("rollback_resend_reminder")

    def expire(self) -> None:
        """Not sent again: what was sent stands, and its review goes on."""
        ended = self.dates["rollback_resend_due"].due
        self.tell("expired", ended)
        self.course.mail("rollback_expired")
        self._resume("rollback_expired", ended)
        self.end("expired")

    def _resume(self, event: str, moment: datetime) -> None:
        report = self.report
        report.status = self.before
        report.tell(event, moment)
        report.go_on(*TARGETS)

    def resent(self) -> None:
        self.tell("resent")
        self.end("resent")
