"""What the rules make of the small cases: more time asked for, nothing produced, a licence looked at and expiring."""

from datetime import date, timedelta

from tests.rehearsals.three_quarters import days, ladders
from tests.rehearsals.three_quarters.course import Case, Course
from tests.rehearsals.three_quarters.reports import ENDS, Report


class Asked(Case):
    """Something a company asks of the office, which is reminded at half of its time and escalated after it."""

    def __init__(self, report: Report, kind: str, event: str) -> None:
        super().__init__(report.course, kind, "submitted")
        self.report, name = report, kind.replace("-", "_")
        self.tell("submitted")
        report.tell(event)
        target = self.date(f"{name}_target", self.course.now, then=lambda: self.late(target.name))
        self.date(
            f"{name}_reminder", self.course.now, rule="share 50", of=target.name,
            then=lambda: self.half(f"{name}_reminder"),
        )  # fmt: skip

    def half(self, name: str) -> None:
        self.tell("office_reminded", self.dates[name].due)

    def late(self, name: str) -> None:
        self.tell("office_escalated", self.dates[name].due)


class MoreTime(Asked):
    """A company asks for days more; an officer decides."""

    def __init__(self, report: Report) -> None:
        super().__init__(report, "extension-request", "extension_requested")

    def grant(self, more: int) -> None:
        base = days.calendar_days(ENDS[self.report.period], 10).end
        self.report.extend(base + timedelta(days=more))
        self.tell("granted")
        self.course.mail("extension_request_granted", self.report.due.due)
        self.end("granted")

    def refuse(self) -> None:
        self.tell("refused")
        self.report.tell("extension_request_refused")
        self.course.mail("extension_request_refused")
        self.end("refused")

    def withdraw(self) -> None:
        self.tell("withdrawn")
        self.report.tell("extension_request_withdrawn")
        self.end("withdrawn")


class NothingProduced(Asked):
    """A letter that says a whole period passed without production."""

    def __init__(self, report: Report) -> None:
        super().__init__(report, "non-production", "non_production_declared")

    def accept(self) -> None:
        excuse(self.report)
        self.tell("accepted")
        self.course.mail("non_production_accepted")
        self.end("accepted")

    def refuse(self) -> None:
        self.tell("refused")
        self.report.tell("non_production_refused")
        self.course.mail("non_production_refused")
        self.end("refused")

    def withdraw(self) -> None:
        self.tell("withdrawn")
        self.report.tell("non_production_withdrawn")
        self.end("withdrawn")


def excuse(report: Report) -> None:
    """The duty ends, and its warnings with it."""
    report.tell("excused")
    report.end("excused")
    ladders.duty_changed(report)


class Licence(Case):
    """A licence: found valid or not by people alone, then followed to its last day."""

    def __init__(self, course: Course, expires_on: date | None) -> None:
        super().__init__(course, "licence-review", "pending")
        self.expires_on, self.only_unverified = expires_on, False
        self.tell("uploaded")
        self.date("licence_review_target", course.now, then=self.wait)

    def wait(self) -> None:
        self.tell("upp_reminded", self.dates["licence_review_target"].due)

    def decide(self, *, valid: bool, replaces: "Licence | None" = None) -> None:
        status = "valid" if valid else "invalid"
        self.meet()
        self.status = status
        self.tell(f"licence_{status}")
        self.course.mail(f"licence_{status}")
        if not valid or self.expires_on is None:
            self.end(status)
        else:
            self.date("licence_expiry", self.expires_on, then=self.expire)
            self.date(
                "licence_expiring", self.expires_on, rule="wave 30", of="licence_expiry", then=self.announce
            )
        if replaces is not None:
            replaces.replaced()

    def announce(self) -> None:
        self.tell("expiry_announced", self.dates["licence_expiring"].due)
        self.course.mail("licence_expiring")

    def expire(self) -> None:
        self.tell("licence_expired", self.dates["licence_expiry"].due)
        self.course.mail("licence_expired")
        self.end("expired")

    def replaced(self) -> None:
        self.tell("licence_replaced")
        self.end("replaced")
