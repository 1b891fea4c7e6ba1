"""What became of one attempt, and what that means for its message. The retry policy lives here."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from services.models import DeliveryState, Lane, MessageState

# After a temporary refusal, in minutes of legal time; the last one repeats.
RETRY_AFTER: Final = (1, 2, 5, 10, 15, 30)
# RFC 5321 §4.5.4.1 asks to keep trying for four to five days. Then an officer is told.
GIVE_UP_AFTER: Final = timedelta(days=5)
# A notice whose connection broke after its text had gone may have arrived: a while later it goes out once
# more, under the same Message-ID, so that a mail server or reader can recognise the copy.
RESEND_AFTER: Final = timedelta(minutes=15)
MOST_UNKNOWN: Final = 3
RELAY_PAUSE: Final = timedelta(seconds=30)
RELEASED: Final = "released"


@dataclass(frozen=True, slots=True)
class Letter:
    """A claimed message as its sender needs it. `attempt` fences: a later claim makes this one powerless."""

    id: UUID
    attempt: int
    template: str
    lane: Lane
    recipient: str
    context: dict[str, Any]
    dedupe_key: str
    message_id: str
    case_id: UUID | None
    account_id: UUID | None
    planned_for: datetime
    claimed_at: datetime
    unknowns: int
    released: bool
    attachment_id: UUID | None = None


class Kind(StrEnum):
    """How an attempt ended."""

    SENT = "sent"
    DEFERRED = "deferred"  # refused for now
    BOUNCED = "bounced"  # refused for good
    UNKNOWN = "unknown"  # the text had gone, the answer never came
    CANCELLED = "cancelled"  # no longer wanted, or not allowed
    HELD = "held"  # an officer decides
    NOT_TRIED = "not_tried"  # claimed, then given back


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one attempt, with the server's answer or our reason."""

    kind: Kind
    answer: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The states that follow: of the delivery (None: nothing went out) and of the message; when to retry."""

    delivery: DeliveryState | None
    message: MessageState
    reason: str | None = None
    wait: timedelta | None = None


def judge(letter: Letter, outcome: Outcome) -> Verdict:
    """What an outcome means for this letter. What an officer released stays released until it has gone."""
    verdict = _judge(letter, outcome)
    if letter.released and verdict.message is MessageState.QUEUED:
        return replace(verdict, reason=RELEASED)
    return verdict


def _judge(letter: Letter, outcome: Outcome) -> Verdict:
    if outcome.kind is Kind.DEFERRED:
        return _deferred(letter)
    if outcome.kind is Kind.UNKNOWN:
        return _unknown(letter)
    pause = RELAY_PAUSE if outcome.reason else None
    return {
        Kind.SENT: Verdict(DeliveryState.SENT, MessageState.DONE),
        Kind.BOUNCED: Verdict(DeliveryState.BOUNCED, MessageState.DONE, "bounced"),
        Kind.CANCELLED: Verdict(None, MessageState.CANCELLED, outcome.reason),
        Kind.HELD: Verdict(None, MessageState.HELD, outcome.reason),
        Kind.NOT_TRIED: Verdict(None, MessageState.QUEUED, outcome.reason, pause),
    }[outcome.kind]


def _deferred(letter: Letter) -> Verdict:
    if letter.claimed_at - letter.planned_for > GIVE_UP_AFTER:
        return Verdict(DeliveryState.FAILED, MessageState.HELD, "gave_up")
    minutes = RETRY_AFTER[min(letter.attempt, len(RETRY_AFTER)) - 1]
    return Verdict(DeliveryState.FAILED, MessageState.QUEUED, "deferred", timedelta(minutes=minutes))


def _unknown(letter: Letter) -> Verdict:
    """A legal letter is never sent a second time by itself."""
    if letter.lane is Lane.LEGAL or letter.unknowns + 1 >= MOST_UNKNOWN:
        return Verdict(DeliveryState.UNKNOWN, MessageState.HELD, "unknown_outcome")
    return Verdict(DeliveryState.UNKNOWN, MessageState.QUEUED, "unknown_outcome", RESEND_AFTER)
