"""Reminder waves: when each is sent, and which one now. Looks at no clock; `now` is given."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.deadlines.calendars import Calendar
from services.deadlines.derivation import ONE_SECOND, Step
from services.deadlines.zones import WIB
from services.policies.reminders import LateJoiners, ReminderPolicy, Wave


@dataclass(frozen=True, slots=True)
class WaveMoment:
    """One wave of one due date for one zone. `at` is UTC; `offset_days` is negative, as in the policy."""

    offset_days: int
    at: datetime
    template: str
    due_before: datetime
    why: tuple[Step, ...]

    @property
    def due_date(self) -> date:
        """The day people know the deadline by."""
        return due_date(self.due_before)

    @property
    def occurrence(self) -> str:
        """What tells this wave from any other of the same case: the due date it speaks of, and its place."""
        return f"{self.due_date.isoformat()}/{self.offset_days}"


@dataclass(frozen=True, slots=True)
class WavesNow:
    """What one look decides: at most one wave to send, and those passed over for good."""

    send: WaveMoment | None
    skipped: tuple[WaveMoment, ...]

    @property
    def settled(self) -> frozenset[int]:
        """The offsets that need no further look for this due date."""
        sent = [self.send.offset_days] if self.send else []
        return frozenset([*sent, *(moment.offset_days for moment in self.skipped)])


def due_date(due_before: datetime) -> date:
    """The day of the last second before an exclusive deadline, on the clock of the law (WIB)."""
    return (due_before - ONE_SECOND).astimezone(WIB).date()


def wave_moments(
    due_before: datetime, zone: ZoneInfo, policy: ReminderPolicy, calendar: Calendar
) -> list[WaveMoment]:
    """When each wave for a due date in force is sent in a zone, earliest first.

    A wave on a day off moves to the working day before; of two on one day the one nearer the due date stays.
    """
    moments = (_moment(wave, due_before, zone, policy, calendar) for wave in policy.waves)
    by_instant = {moment.at: moment for moment in moments}  # the earliest wave first: a later one replaces it
    return list(by_instant.values())


def due_waves(
    moments: Sequence[WaveMoment],
    done: Collection[int],
    now: datetime,
    *,
    late_joiners: LateJoiners = LateJoiners.LATEST_ONLY,
    opened_at: datetime | None = None,
    told_at: datetime | None = None,
) -> WavesNow:
    """What to send now, of the waves whose offset is not `done`: the latest whose moment has come, if any.

    `opened_at`: when the duty was opened; what passed before is for the policy to say (`late_joiners`).
    `told_at`: when the person was last told of this very due date, as by the notice of an extension: what
    passed before would only repeat it. Nothing is sent once the due date has passed.
    """
    passed = [m for m in moments if m.at <= now and m.offset_days not in done]
    wanted = [
        m
        for m in passed
        if now < m.due_before
        and not (told_at and m.at <= told_at)
        and not (late_joiners is LateJoiners.NONE and opened_at and m.at < opened_at)
    ]
    # A wave that was sent or missed earlier than one already done is history: never go back in the countdown.
    send = wanted[-1] if wanted and wanted[-1].offset_days > max(done, default=-367) else None
    return WavesNow(send, tuple(m for m in passed if m is not send))


def next_moment(
    moments: Iterable[WaveMoment], done: Collection[int], now: datetime
) -> tuple[datetime, tuple[Step, ...]] | None:
    """The instant of the next wave still to come after `now` and why it is then, or None: nothing is left."""
    ahead = [m for m in moments if m.at > now and m.offset_days not in done]
    return (ahead[0].at, ahead[0].why) if ahead else None


def _moment(
    wave: Wave, due_before: datetime, zone: ZoneInfo, policy: ReminderPolicy, calendar: Calendar
) -> WaveMoment:
    due = due_date(due_before)
    meant = due + timedelta(days=wave.days)
    day = calendar.working_day_on_or_before(meant)
    local = datetime.combine(day, policy.send_hour, zone)
    at = local.isoformat(timespec="seconds")
    why = [Step("wave", {"days": -wave.days, "due": due.isoformat(), "at": at})]
    if off := calendar.why(meant):
        moved = {"date": meant.isoformat(), "name": off.name, "name_en": off.name_en, "to": day.isoformat()}
        why.insert(0, Step("wave_moved", moved, off.source))
    return WaveMoment(wave.days, local.astimezone(UTC), wave.template, due_before, tuple(why))
