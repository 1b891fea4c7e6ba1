"""What a process sees when it looks at its case: go on, sleep, start again, or leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.database import uuids
from services.errors import DomainError, InvalidInput, NotFound
from services.i18n import N_
from services.models import CaseFile

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
    answer = (await look_at_all(session, [question], wait=True))[0]
    if answer is None:
        raise NotFound
    return answer


async def look_at_all(
    session: AsyncSession, questions: Sequence[Question], *, wait: bool = False
) -> list[Answer | None]:
    """As `look`, at many cases in one transaction. None for a case that somebody else has locked, or that is not.

    Nobody waits with locks in hand, so that no two transactions can wait for each other; `wait` is for one alone.
    The commit does not wait for the disk: a look that a crash forgets left `wake_at` in the past, and is repeated.
    """
    given = {"ids": uuids({question.case_id for question in questions})}
    rows = {row.id: row for row in await session.execute(_LOCK if wait else _LOCK_FREE, given)}
    deadlines: dict[UUID, dict[str, Row[Any]]] = {case_id: {} for case_id in rows}
    if rows and any(question.deadlines or question.passed for question in questions):
        for deadline in await session.execute(_DEADLINES, {"ids": uuids(rows)}):
            deadlines[deadline.case_id][deadline.name] = deadline
    seen = [
        _judged(rows[asked.case_id], deadlines[asked.case_id], asked) if asked.case_id in rows else None
        for asked in questions
    ]
    await _put_to_rest(
        session, {question.case_id: one for question, one in zip(questions, seen, strict=True) if one}
    )
    return [one.answer if one else None for one in seen]


@dataclass(frozen=True)
class _Judged:
    """An answer, and for one that ends the look until when the process rests."""

    answer: Answer
    until: datetime | None = None


def _judged(case: Row[Any], deadlines: Mapping[str, Row[Any]], question: Question) -> _Judged:
    if case.closed_at is not None:
        return _Judged(Answer(Sight.OVER))
    if case.held_at is not None or case.stuck:
        return _asleep(None, case.now)
    awaited = _awaited(deadlines, question)
    if any(_lies_ahead(awaited.get(name), case.now) for name in question.passed):
        return _Judged(Answer(Sight.AGAIN))
    if question.milestone is not None and question.milestone in case.milestones:
        return _Judged(Answer(Sight.REACHED))
    return _first([awaited.get(name) for name in question.deadlines], case.now)


async def _put_to_rest(session: AsyncSession, judged: Mapping[UUID, _Judged]) -> None:
    resting = {id_: one for id_, one in judged.items() if one.answer.sight in (Sight.SLEEP, Sight.OVER)}
    if not resting:
        return
    until = [one.until.isoformat() if one.until else "NULL" for one in resting.values()]
    given = {"ids": uuids(resting), "until": f"{{{','.join(until)}}}"}
    await session.execute(_REST, given)


def sleep(case: CaseFile, until: datetime | None, now: datetime) -> Answer:
    """Put the process to sleep until a moment, or (None) until somebody wakes it."""
    case.wake_at, case.nudged_at, case.nudges = until, None, 0
    return _asleep(until, now).answer


def _asleep(until: datetime | None, now: datetime) -> _Judged:
    return _Judged(Answer(Sight.SLEEP, seconds=(until - now).total_seconds() if until else None), until)


@dataclass(frozen=True)
class _Awaited:
    """A date as a process waits for it: by the reading it named."""

    name: str
    before: datetime
    met: bool
    paused: bool


# Two statements: what is read after the lock is what is in force.
_SEEN: Final = """
    SELECT id, closed_at, held_at, stuck IS NOT NULL AS stuck, milestones, app_now() AS now,
           set_config('synchronous_commit', 'off', true)
    FROM case_file WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE"""
_LOCK: Final = text(_SEEN)
_LOCK_FREE: Final = text(f"{_SEEN} SKIP LOCKED")
_DEADLINES: Final = text(
    "SELECT case_id, name, due_before, lenient_before, met_at, paused_since FROM deadline"
    " WHERE case_id = ANY(CAST(:ids AS uuid[]))"
)
_REST: Final = text(
    """
    UPDATE case_file SET wake_at = g.until, nudged_at = NULL, nudges = 0
    FROM unnest(CAST(:ids AS uuid[]), CAST(:until AS timestamptz[])) AS g(id, until)
    WHERE case_file.id = g.id
    """
)


def _awaited(deadlines: Mapping[str, Row[Any]], question: Question) -> dict[str, _Awaited]:
    return {
        name: _read(name, deadlines[row])
        for name in (*question.deadlines, *question.passed)
        if (row := name.removesuffix(LENIENT)) in deadlines
    }


def _read(name: str, deadline: Row[Any]) -> _Awaited:
    strict, lenient = deadline.due_before, deadline.lenient_before
    before = max(strict, lenient or strict) if name.endswith(LENIENT) else strict
    return _Awaited(name, before, deadline.met_at is not None, deadline.paused_since is not None)


def _lies_ahead(awaited: _Awaited | None, now: datetime) -> bool:
    return awaited is not None and not awaited.met and awaited.before + GRACE > now


def _first(awaited: list[_Awaited | None], now: datetime) -> _Judged:
    known = [date for date in awaited if date is not None]
    if awaited and len(known) == len(awaited) and all(date.met for date in known):
        return _Judged(Answer(Sight.SETTLED))
    running = sorted((d for d in known if not d.met and not d.paused), key=lambda d: (d.before, d.name))
    if not running:
        return _asleep(None, now)
    if running[0].before + GRACE <= now:
        return _Judged(Answer(Sight.REACHED, name=running[0].name))
    return _asleep(running[0].before + GRACE, now)


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
