"""What the rules make of a duty that was not met: proposed letters a month apart, each served; then people decide."""

from datetime import date, datetime, timedelta
from typing import Any

from tests.rehearsals.three_quarters import days
from tests.rehearsals.three_quarters.course import Case
from tests.rehearsals.three_quarters.days import day_of

TARGET = "warning_decision_target"


class Letter:
    """One written warning."""

    def __init__(self, number: int, day: date, channel: str) -> None:
        self.number, self.day, self.channel = number, day, channel
        self.sent_at: datetime | None = None
        self.served_at: datetime | None = None
        self.served_by: str | None = None


class Ladder(Case):
    """The warnings about one duty. Nothing leaves without an officer; nothing beyond the third is automatic."""

    def __init__(self, duty: Case) -> None:
        super().__init__(duty.course, "warning", "proposed")
        self.duty, self.letters = duty, list[Letter]()
        self.suspended = ""
        self.left_out_for: datetime | None = None
        self.sanctions: list[list[str]] = []
        self.tell("warning_proposed")
        duty.tell("warning_proposed")
        self.date(TARGET, self.course.now)

    @property
    def last(self) -> Letter:
        return self.letters[-1]

    def approve(self, channel: str) -> None:
        """An officer approves: the letter is made, and a mail leaves at once."""
        letter = Letter(len(self.letters) + 1, day_of(self.course.now), channel)
        self.letters.append(letter)
        self.status = "issued"
        self.meet(TARGET)
        self.tell("letter_approved")
        if channel == "post":
            self.tell("letter_to_print")
            return
        self.tell("letter_sent")
        self.course.mail("warning_letter")
        self._leaves(letter, "warning_mail_service")

    def _leaves(self, letter: Letter, rule: str) -> None:
        now, n = self.course.now, letter.number
        letter.sent_at = now
        self.date(f"warning_{n}_service", now, rule=rule, then=self.check_service)
        if f"warning_{n}_interval" not in self.dates:  # however often it leaves: the month is that of its day
            self.date(f"warning_{n}_interval", letter.day, rule="warning_interval", then=self.go_up)

    def posted(self) -> None:
        """A printed letter was handed to the post."""
        self.tell("letter_posted")
        self._leaves(self.last, "warning_service_unproven")

    def by_post_instead(self) -> None:
        self.last.channel = "post"
        self.tell("letter_by_post")
        self.meet(f"warning_{self.last.number}_service")

    def came_back(self) -> None:
        """What was presumed of a mail that was not refused at once is disproved: the next step waits for proof."""
        self.tell("mail_bounced")
        if self.last.served_by == "accepted_by_server":
            self.last.served_at = self.last.served_by = None
            self.tell("service_disproven")
            self.suspend("unserved")

    def check_service(self) -> None:
        """A mail that did not come back for three days is served; a letter without proof is an officer's task."""
        letter = self.last
        if letter.served_at is not None:
            return
        if letter.channel == "email" and letter.sent_at and self.course.reachable:
            self.serve(letter.sent_at + timedelta(days=3), "accepted_by_server")
            return
        name = f"warning_{letter.number}_service"
        if self.dates[name].rule == "warning_mail_service" and letter.sent_at:
            self.date(name, letter.sent_at, rule="warning_service_unproven", then=self.check_service)
            return
        self.tell("letter_unproven")
        self.course.task("receipt_unproven", self)

    def settled(self) -> None:
        """An officer reached the company, which proves nothing yet: it is looked at again."""
        self.course.settle(self)
        self.tell("contact_settled")
        name = f"warning_{self.last.number}_service"
        self.date(name, self.course.now, rule="warning_service_unproven", then=self.check_service)

    def serve(self, moment: datetime, how: str) -> None:
        letter = self.last
        letter.served_at, letter.served_by = moment, how
        self.meet(f"warning_{letter.number}_service")
        self.tell("letter_served", moment)
        self.course.settle(self)
        if self.suspended == "unserved":
            self.resume()
        self.go_up()

    def go_up(self) -> None:
        """A month has passed and the letter is served: the next is proposed, or the desk takes over."""
        letter = self.last
        month = self.dates[f"warning_{letter.number}_interval"]
        passed = month.due + days.MINUTE <= self.course.now
        if letter.served_at is None or not passed or self.suspended or self.over or self.status != "issued":
            return
        month.met = True
        if letter.number == 3:
            self.status = "deciding"
            self.tell("desk_opened")
            return
        self.status = "proposed"
        self.tell("warning_proposed")
        self.date(TARGET, self.course.now)

    def suspend(self, why: str) -> None:
        if self.suspended != why:
            self.stand_still(*self.dates)
            self.suspended = why
            self.tell("ladder_suspended")

    def resume(self) -> None:
        if self.suspended:
            self.suspended = ""
            target = self.dates[TARGET]
            target.since = None
            self.go_on(*self.dates)
            self.tell("ladder_resumed")
            if self.letters:
                self.go_up()

    def exclude(self) -> None:
        """Left out for good by an officer, with a reason."""
        self.finish("excluded")

    def finish(self, status: str) -> None:
        """It ends; a company that had a letter hears that no other will follow."""
        if status in ("excluded", "decided"):
            dates = self.duty.dates
            self.left_out_for = (dates.get("report_due") or dates["data_request_due"]).due
        self.tell(f"ladder_{status}")
        self.suspended = ""
        self.course.settle(self)
        if status != "decided" and any(letter.sent_at for letter in self.letters):
            self.course.mail("warning_ended")
        self.end(status)


def of(duty: Case) -> list[Ladder]:
    """Every ladder there ever was about a duty."""
    return [one for one in duty.course.of_kind("warning") if isinstance(one, Ladder) and one.duty is duty]


def open_one(duty: Case) -> Ladder | None:
    return next((one for one in of(duty) if not one.over), None)


def owed(duty: Any) -> None:
    """The date has passed by every reading: the ladder goes on, or one is proposed unless it was left out for good."""
    standing = open_one(duty)
    if standing is not None:
        if not standing.held:
            standing.resume()
    elif not any(one.left_out_for == duty.due.due for one in of(duty)):
        Ladder(duty)


def duty_changed(duty: Any) -> None:
    """The duty was met, put off, held or closed: its ladder ends or waits at once."""
    ladder = open_one(duty)
    if ladder is None:
        return
    limit = duty.due.lenient or duty.due.due
    if duty.status == "excused":
        ladder.finish("excused")
    elif duty.due.met:
        ladder.finish("complied")
    elif limit > duty.course.now:
        if ladder.letters:
            ladder.suspend("extended")
        else:
            ladder.finish("withdrawn")
    elif ladder.held:
        ladder.suspend("held")
    elif duty.held:
        ladder.suspend("duty_held")
    else:
        ladder.resume()
