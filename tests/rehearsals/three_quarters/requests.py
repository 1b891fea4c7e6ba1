"""What the rules make of a request for Data Lain: three days from proven receipt, by two readings; then a warning."""

from datetime import datetime

from tests.rehearsals.three_quarters import ladders
from tests.rehearsals.three_quarters.course import Case, Course, Date

MAILED = ("portal", "email")
BY_HAND = {"letter": "post_letter", "telephone": "call", "visit": "visit"}
UNPROVEN, DUE, REMINDER = "data_request_unproven", "data_request_due", "data_request_reminder"


class Request(Case):
    """One company, asked."""

    def __init__(self, course: Course, channel: str) -> None:
        super().__init__(course, "data-request", "sent")
        self.channel = channel if course.reachable or channel not in MAILED else "letter"
        self.tell("requested")
        self.deliver("data_request")

    @property
    def due(self) -> Date:
        return self.dates[DUE]

    def deliver(self, template: str) -> None:
        """A mail, or an officer's task; and a day by which something must show that it arrived."""
        rule = "data_request_letter_unproven" if self.channel == "letter" else UNPROVEN
        self.date(UNPROVEN, self.course.now, rule=rule, then=self.unproven)
        if self.channel in MAILED:
            self.course.mail(template)
        else:
            self.course.task(BY_HAND[self.channel], self)

    def unproven(self) -> None:
        if self.status == "sent":
            self.tell("receipt_unproven", self.dates[UNPROVEN].due)
            self.course.task("receipt_unproven", self)

    def settled(self) -> None:
        """An officer reached the company, which proves nothing yet: it is looked at again."""
        self.course.settle(self)
        self.tell("contact_settled")
        self.date(UNPROVEN, self.course.now, rule=self.dates[UNPROVEN].rule, then=self.unproven)

    def receive(self, moment: datetime) -> None:
        """The first proof starts the clock; later ones are kept and move nothing."""
        if self.status != "sent":
            self.tell("evidence_recorded", moment)
            return
        self.tell("receipt_proven", moment)
        self.status = "received"
        self.meet(UNPROVEN)
        self.course.settle(self)
        self.date(DUE, moment, then=self.late, then_lenient=self.warn)
        reminder = self.date(REMINDER, moment, rule="wave 1", of=DUE, then=self.remind)
        reminder.met = reminder.due <= moment

    def remind(self) -> None:
        if self.status == "received" and self.due.due > self.course.now:
            self.tell("company_reminded", self.dates[REMINDER].due)
            self.course.mail("data_request_reminder")

    def late(self) -> None:
        if self.status == "received":
            self.tell("answer_overdue", self.due.due)
            self.course.mail("data_request_late")

    def warn(self) -> None:
        if self.status == "received":
            self.tell("warning_due", self.due.lenient)
            ladders.owed(self)

    def answer(self) -> None:
        if self.status == "sent":
            self.receive(self.course.now)
        self.status = "answered"
        self.meet()
        self.tell("answered")
        ladders.duty_changed(self)

    def accept(self) -> None:
        self.tell("answer_accepted")
        self.course.mail("data_request_accepted")
        self.end("accepted")

    def ask_again(self) -> None:
        self.status = "sent"
        self.tell("asked_again")
        self.deliver("data_request_followup")

    def withdraw(self) -> None:
        self.course.settle(self)
        self.tell("withdrawn")
        self.course.mail("data_request_withdrawn")
        self.end("withdrawn")
