"""What the rules make of a written reprimand, and of help in a session at a desk."""

from datetime import timedelta

from tests.rehearsals.three_quarters.course import Case, Course
from tests.rehearsals.three_quarters.days import at
from tests.rehearsals.three_quarters.reports import Report

TARGET, REMINDER = "reprimand_target", "reprimand_reminder"
ANSWER = ("assistance_target", "assistance_reminder")
SESSION, AHEAD, RECORD = "assistance_session", "assistance_session_reminder", "assistance_record_target"
LASTS, REMINDED = timedelta(minutes=30), timedelta(hours=24)


class Reprimand(Case):
    """Proposed by one official on what is disorderly that day, decided by another; never sent by time."""

    def __init__(self, course: Course) -> None:
        super().__init__(course, "reprimand", "proposed")
        self.reports = [
            one for one in course.of_kind("report") if isinstance(one, Report) and disorderly(one)
        ]
        self.tell("proposed")
        self.date(TARGET, course.now, then=lambda: self.tell("office_escalated", self.dates[TARGET].due))
        self.date(
            REMINDER, course.now, rule="share 50", of=TARGET,
            then=lambda: self.tell("office_reminded", self.dates[REMINDER].due),
        )  # fmt: skip

    def decide(self, verdict: str, channel: str | None = None) -> None:
        self.meet()
        if verdict == "refuse":
            self.tell("refused")
            self.end("refused")
            return
        self.status = "approved"
        self.tell("approved")
        if channel == "post":
            self.tell("to_print")
            return
        self.course.mail("reprimand_letter")
        self.given("issued")

    def given(self, event: str) -> None:
        """The letter has left, which ends the case; every report it names tells of it, once."""
        first = not self.over
        self.end("issued")
        self.tell(event)
        for report in self.reports if first else ():
            report.tell("reprimanded")

    def withdraw(self) -> None:
        self.tell("withdrawn")
        self.end("withdrawn")

    def delivered(self, on: str) -> None:
        self.tell("noted")
        self.tell("delivered", at(on))


def disorderly(report: Report) -> bool:
    """Its date has passed: it is missing and nobody warned about it, or came late, was returned, or is not back."""
    course, due = report.course, report.due
    if due.due > course.now or report.status in ("excused", "closed"):
        return False
    events = dict(report.events)
    if {"correction_lapsed", "report_returned"} & set(events):
        return True
    if "sent" not in events:
        ladders = course.of_kind("warning")
        return not report.held and not any(dict(one.events).get("letter_approved") for one in ladders)
    return events["sent"] >= due.due


class Help(Case):
    """Help asked for: answered in writing, or in a session; by people, never by time."""

    def __init__(self, course: Course) -> None:
        super().__init__(course, "assistance", "asked")
        self.tell("asked")
        self.await_answer()

    def await_answer(self) -> None:
        target = self.date("assistance_target", self.course.now, then=self.late)
        self.date("assistance_reminder", self.course.now, rule="share 50", of=target.name, then=self.half)

    def half(self) -> None:
        self.tell("helpers_reminded", self.dates["assistance_reminder"].due)

    def late(self) -> None:
        self.tell("office_escalated", self.dates["assistance_target"].due)

    def answer(self) -> None:
        self.tell("answered")
        self.course.mail("assistance_closed")
        self.end("answered")

    def book(self, starts: str) -> None:
        """A session, or another in its place: its reminder a day ahead, its record by the next working day."""
        begins = at(starts)
        self.tell("session_moved" if self.status in ("booked", "confirmed") else "session_booked")
        self.status = "booked"
        self.meet(*ANSWER, AHEAD)
        self.date(SESSION, begins, rule="agreed")
        self.date(RECORD, begins + LASTS, then=self.missing)
        if begins - REMINDED > self.course.now:
            self.date(AHEAD, begins - REMINDED, rule="agreed", then=self.ahead)
        self.course.mail("session_booked")

    def ahead(self) -> None:
        self.tell("session_reminded", self.dates[AHEAD].due)
        self.course.mail("session_reminder")

    def missing(self) -> None:
        self.tell("outcome_missing", self.dates[RECORD].due)

    def confirm(self) -> None:
        self.status = "confirmed"
        self.tell("session_confirmed")
        self.course.mail("session_confirmed")

    def give_up(self) -> None:
        self.status = "asked"
        self.meet(SESSION, AHEAD, RECORD)
        self.await_answer()
        self.tell("session_given_up")

    def close(self, how: str) -> None:
        """Held, nobody came, or called off by the office: the company reads it."""
        self.tell(how)
        self.course.mail("assistance_closed")
        self.end(how)
