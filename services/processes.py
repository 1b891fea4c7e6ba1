"""What a process sees when it looks at its case: go on, sleep, start again, or leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.errors import DomainError, InvalidInput
from services.i18n import N_
from services.models import CaseFile, Deadline

# Lateness is acted on a minute after the moment: longer than any transaction may last, so nobody who sent
# in time is still uncommitted.
GRACE = timedelta(seconds=60)
# "report_due.lenient" is the lenient reading of "report_due", where the law can be read in two ways.
LENIENT = ".lenient"


class Sight(StrEnum):
    REACHED = "reached"  # a deadline has passed, or the milestone is set: go on
    SETTLED = "settled"  # what was awaited no longer matters: go on without it
    SLEEP = "sleep"  # nothing to do before `seconds`, or before the next nudge
    AGAIN = "again"  # a deadline that had passed lies ahead again: start from the top
    OVER = "over"  # the case is closed: leave


@dataclass(frozen=True)
class Question:
    """What a process waits for (the first of some deadlines, or a milestone) and what it believes passed."""

    case_id: UUID
    deadlines: tuple[str, ...] = ()
    milestone: str | None = None
    passed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """`name` is the deadline reached; `seconds` a hint how long to sleep (None: until nudged)."""

    sight: Sight
    name: str | None = None
    seconds: float | None = None


async def look(session: AsyncSession, question: Question) -> Answer:
    """Lock the case, answer the question, and set `wake_at`: only a look puts a process to sleep or ends it."""
    case, now = await cases.lock_now(session, question.case_id)
    if case.closed_at is not None:
        case.wake_at = None
        return Answer(Sight.OVER)
    if case.held_at is not None or case.stuck is not None:
        return sleep(case, None, now)
    deadlines = await _awaited(session, question)
    if any(_lies_ahead(deadlines.get(name), now) for name in question.passed):
        return Answer(Sight.AGAIN)
    if question.milestone is not None and question.milestone in case.milestones:
        return Answer(Sight.REACHED)
    return _first(case, [deadlines.get(name) for name in question.deadlines], now)


def sleep(case: CaseFile, until: datetime | None, now: datetime) -> Answer:
    """Put the process to sleep until a moment, or (None) until somebody wakes it."""
    case.wake_at, case.nudged_at, case.nudges = until, None, 0
    return Answer(Sight.SLEEP, seconds=(until - now).total_seconds() if until else None)


@dataclass(frozen=True)
class _Awaited:
    """A date as a process waits for it: by the reading it named."""

    name: str
    before: datetime
    met: bool
    paused: bool


# Built once: every look of every process asks it.
_DEADLINES = (
    select(Deadline)
    .where(
        col(Deadline.case_id) == bindparam("case_id"),
        col(Deadline.name).in_(bindparam("names", expanding=True)),
    )
    .execution_options(populate_existing=True)
)


async def _awaited(session: AsyncSession, question: Question) -> dict[str, _Awaited]:
    names = (*question.deadlines, *question.passed)
    if not names:
        return {}
    rows = sorted({name.removesuffix(LENIENT) for name in names})
    found = await session.execute(_DEADLINES, {"case_id": question.case_id, "names": rows})
    deadlines = {deadline.name: deadline for deadline in found.scalars()}
    return {
        name: _read(name, deadlines[row])
        for name in names
        if (row := name.removesuffix(LENIENT)) in deadlines
    }


def _read(name: str, deadline: Deadline) -> _Awaited:
    strict, lenient = deadline.due_before, deadline.lenient_before
    before = max(strict, lenient or strict) if name.endswith(LENIENT) else strict
    return _Awaited(name, before, deadline.met_at is not None, deadline.paused_since is not None)


def _lies_ahead(awaited: _Awaited | None, now: datetime) -> bool:
    return awaited is not None and not awaited.met and awaited.before + GRACE > now


def _first(case: CaseFile, awaited: list[_Awaited | None], now: datetime) -> Answer:
    known = [date for date in awaited if date is not None]
    if awaited and len(known) == len(awaited) and all(date.met for date in known):
        return Answer(Sight.SETTLED)
    running = sorted((d for d in known if not d.met and not d.paused), key=lambda d: (d.before, d.name))
    if not running:
        return sleep(case, None, now)
    if running[0].before + GRACE <= now:
        return Answer(Sight.REACHED, name=running[0].name)
    return sleep(case, running[0].before + GRACE, now)


def get_stuck(case: CaseFile, step: str, occurrence: str, error: DomainError, now: datetime) -> None:
    """A step met a refusal it cannot pass; an operator retries or skips it. Other errors just retry."""
    case.stuck = {
        "step": step,
        "occurrence": occurrence,
        "code": error.code,
        "message": error.message,
        "since": now.isoformat(),
    }


async def resolve_stuck(
    session: AsyncSession, case_id: UUID, *, skip: bool, by: UUID | None, actor: str, now: datetime
) -> CaseFile:
    """An operator lets a stuck step run again, or skips it for this occurrence."""
    case = await cases.lock(session, case_id)
    stuck: dict[str, Any] | None = case.stuck
    if stuck is None:
        raise InvalidInput(N_("Proses perkara ini tidak macet."))
    if skip:
        await cases.done_once(session, case.id, stuck["step"], stuck["occurrence"], now, skipped_by=by)
    case.stuck = None
    event = "step_skipped" if skip else "step_retried"
    await cases.record(session, case, event, now=now, actor=actor, data={"step": stuck["step"]})
    cases.wake(case, now)
    return case
