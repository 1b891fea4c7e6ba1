"""The dates of a ladder: proof of service, a month between letters, and standing still."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.database import uuids
from services.deadlines import store
from services.deadlines.derivation import Derived, Pause, derive
from services.deadlines.rules import Anchor, Edge, Roll, Rule, Span, Unit
from services.deadlines.zones import WIB
from services.models import (
    CaseKind,
    Deadline,
    LetterChannel,
    Suspension,
    WarningLadder,
    WarningLetter,
)
from services.models.warnings import LAST_LETTER
from services.policies.ladders import Ladder
from services.processes import GRACE
from services.rulebook import Rulebook
from services.timeline.sentences import STANDSTILLS
from services.waking import Nudge, wake_lane, woken
from services.warnings.proposals import LADDER

MAIL_RULE: Final = "warning_mail_service"
BASIS: Final = "kebijakan layanan"


def service_of(letter: int) -> str:
    """The name of the date by which a letter's service should be known."""
    return f"warning_{letter}_service"


def month_of(letter: int) -> str:
    """The name of the date from which the next letter may be proposed."""
    return f"warning_{letter}_interval"


SERVICES: Final = [service_of(letter) for letter in range(1, LAST_LETTER + 1)]


@dataclass(frozen=True)
class Dates:
    """When a letter's service is looked at, and when the next may follow; both with their reasons."""

    service: Derived
    interval: Derived

    @property
    def wakes_at(self) -> datetime:
        """When the process first has something to do."""
        return min(self.service.due_before, self.interval.due_before) + GRACE


def ladder_of(rules: Rulebook) -> Ladder:
    """The policy of warnings."""
    return rules.policies.ladder(LADDER)


def dates_of(
    rules: Rulebook,
    channel: LetterChannel,
    *,
    sent_at: datetime,
    letter_date: date,
    pauses: Sequence[Pause] = (),
) -> Dates:
    """The dates that follow from a letter that was sent."""
    return Dates(service_date(rules, channel, sent_at, pauses), month_date(rules, letter_date, pauses))


def month_date(rules: Rulebook, letter_date: date, pauses: Sequence[Pause] = ()) -> Derived:
    """A month after the day that a letter bears, however and whenever it travelled."""
    rule = rules.policies.rule(ladder_of(rules).interval)
    return derive(rule, letter_date, rules.calendars(), pauses=pauses)


def service_date(
    rules: Rulebook, channel: LetterChannel, sent_at: datetime, pauses: Sequence[Pause] = ()
) -> Derived:
    """A mail is looked at when it counts as served without a bounce; a paper letter when it is unproven."""
    days = ladder_of(rules).service.days_without_bounce
    if channel is LetterChannel.EMAIL and days is not None:
        return derive(_mail_rule(days), sent_at, rules.calendars(), pauses=pauses)
    return unproven_date(rules, sent_at, pauses)


def unproven_date(rules: Rulebook, sent_at: datetime, pauses: Sequence[Pause] = ()) -> Derived:
    """From then on a letter whose service nothing proves is an officer's task."""
    rule = rules.policies.rule(ladder_of(rules).service.unproven_after)
    return derive(rule, sent_at, rules.calendars(), pauses=pauses)


def _mail_rule(days: int) -> Rule:
    """The ladder's policy as a rule, so that the date explains itself like every other."""
    return Rule(
        name=MAIL_RULE,
        anchor=Anchor.LETTER_SENT_AT,
        add=Span(days=days, unit=Unit.CALENDAR),
        at=time(23, 59, 59),
        edge=Edge.END,
        zone="Asia/Jakarta",
        roll=Roll.NONE,
        basis=BASIS,
    )


_SUSPEND: Final = text(
    """
    UPDATE warning_ladder SET suspension = :why, suspended_at = coalesce(suspended_at, :now)
    WHERE case_id = ANY(CAST(:ids AS uuid[]))
    """
)
_PAUSE: Final = text(
    """
    UPDATE deadline SET paused_since = :now
    WHERE case_id = ANY(CAST(:ids AS uuid[])) AND met_at IS NULL AND paused_since IS NULL
      AND name <> ALL(CAST(:running AS text[]))
    """
)
# An approved letter that was not made yet goes back to the desk: its approval spoke of a demand that stood.
_BACK: Final = text(
    """
    WITH back AS (
        UPDATE case_file SET status = 'proposed', version = version + 1
        WHERE id = ANY(CAST(:ids AS uuid[])) AND status = 'approved' RETURNING id
    ), unnumbered AS (
        DELETE FROM warning_letter l USING back
        WHERE l.case_id = back.id AND l.sent_at IS NULL AND l.number IS NULL
    )
    UPDATE warning_ladder w SET rung = w.rung - 1 FROM back WHERE w.case_id = back.id
    """
)
_KEEP_MAIL: Final = text(
    """
    UPDATE message m SET state = 'held', state_reason = 'ladder_suspended', claimed_until = NULL
    WHERE m.case_id = ANY(CAST(:ids AS uuid[])) AND m.template = 'warning_letter'
      AND (m.state = 'queued' OR (m.state = 'claimed' AND NOT EXISTS (
           SELECT FROM delivery d
           WHERE d.message_id = m.id AND d.attempt = m.attempts AND d.state = 'sending')))
    """
)
_FREE_MAIL: Final = text(
    """
    UPDATE message SET state = 'queued', state_reason = NULL, not_before = :now
    WHERE case_id = ANY(CAST(:ids AS uuid[])) AND state = 'held' AND state_reason = 'ladder_suspended'
    RETURNING lane
    """
)


async def suspend(
    session: AsyncSession, ladders: Sequence[UUID], why: Suspension, *, now: datetime, actor: str
) -> None:
    """Locked ladders stand still: their dates do not run, and nothing of theirs leaves.

    One that waits for its letter to be served goes on looking for that.
    """
    if not ladders:
        return
    running = SERVICES if why is Suspension.UNSERVED else []
    given = {"ids": uuids(ladders), "why": why.value, "now": now, "running": running}
    for statement in (_SUSPEND, _PAUSE, _BACK, _KEEP_MAIL):
        await session.execute(statement, given)
    data = {"why": why.value}
    await cases.record_many(session, ladders, "ladder_suspended", now=now, actor=actor, data=data)


async def resume(session: AsyncSession, ladders: Sequence[UUID], *, now: datetime, actor: str) -> None:
    """Locked ladders go on where they stood; the days of standing still do not count."""
    if not ladders:
        return
    for rules, ids in await rulebook.of_cases(session, ladders, now=now):
        for case_id in ids:
            await _resume(session, case_id, rules, now)
    freed = await session.execute(_FREE_MAIL, {"ids": uuids(ladders), "now": now})
    for lane in set(freed.scalars()):
        wake_lane(session, lane)
    await cases.record_many(session, ladders, "ladder_resumed", now=now, actor=actor)


async def _resume(session: AsyncSession, case_id: UUID, rules: Rulebook, now: datetime) -> None:
    ladder = await session.get_one(WarningLadder, case_id, populate_existing=True)
    letter = await session.get(WarningLetter, (case_id, ladder.rung), populate_existing=True)
    since, why = ladder.suspended_at or now, Suspension(ladder.suspension or Suspension.HELD)
    ladder.suspended_at = ladder.suspension = None
    query = select(Deadline).where(
        col(Deadline.case_id) == case_id,
        col(Deadline.met_at).is_(None),
        col(Deadline.paused_since).is_not(None),
    )
    paused = (await session.execute(query.execution_options(populate_existing=True))).scalars().all()
    for deadline in paused:
        began = deadline.paused_since or since
        pause = {"since": began.isoformat(), "until": now.isoformat(), "reason": STANDSTILLS[why]}
        kept = [*deadline.pauses, pause]
        derived = _again(rules, deadline.name, letter, kept, now)
        if derived is not None:
            await store.set_deadline(session, case_id, deadline.name, derived, now=now)
        deadline.pauses, deadline.paused_since = kept, None
    await session.flush()
    await wake(session, case_id, now)


def _again(
    rules: Rulebook, name: str, letter: WarningLetter | None, kept: Sequence[dict[str, Any]], now: datetime
) -> Derived | None:
    """The date of a letter with all its pauses; None for the office's own target, which just goes on.

    The month runs from the letter's date also while it waits to be posted; when its service is looked at is not
    known before. Where officers were asked about it already, they have as long again as when they were asked.
    """
    if letter is None or letter.letter_date is None:
        return None
    if name == month_of(letter.rung):
        return month_date(rules, letter.letter_date, pauses_of(kept))
    if name != service_of(letter.rung) or letter.sent_at is None:
        return None
    if letter.unproven_since is not None:
        return unproven_date(rules, now)
    return service_date(rules, LetterChannel(letter.channel), letter.sent_at, pauses_of(kept))


def pauses_of(kept: Sequence[Mapping[str, str]]) -> list[Pause]:
    """The standstills of a date, as its row keeps them."""
    return [
        Pause(datetime.fromisoformat(p["since"]), datetime.fromisoformat(p["until"]), p["reason"])
        for p in kept
    ]


_WAKE: Final = text("UPDATE case_file SET wake_at = :now WHERE id = :id AND milestones <> '{}' RETURNING key")


async def wake(session: AsyncSession, case_id: UUID, now: datetime) -> None:
    """The ladder's process looks again, if the first letter has left and it has one."""
    key = (await session.execute(_WAKE, {"id": case_id, "now": now})).scalar_one_or_none()
    if key is not None:
        woken(session).cases[key] = Nudge(CaseKind.WARNING, key, case_id)


def today(now: datetime) -> date:
    """The day a letter written now bears (WIB)."""
    return now.astimezone(WIB).date()
