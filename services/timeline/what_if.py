"""What would happen after an extension, a hold or other rules, before anything is saved.

The change is made in a savepoint, the future is read by the same code as ever, and the savepoint is taken back: what
is shown is what the change would do, not what somebody once wrote about it.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.deadlines import followers, store
from services.deadlines.derivation import moment
from services.deadlines.periods import Period
from services.errors import InvalidInput, NotFound
from services.i18n import N_
from services.models import (
    CaseFile,
    Deadline,
    Extension,
    ExtensionLine,
    ExtensionScope,
    PolicyChange,
    PolicyVersion,
    new_id,
)
from services.policies import changes
from services.policies.moving import Mover
from services.timeline.future import FutureLine, future
from services.waking import woken

# Nobody is this actor: what is tried out is never written.
NOBODY: Final = "what-if"


@dataclass(frozen=True)
class Supposition:
    """What is supposed; at least one of these. `rules` are values by the path of their setting."""

    deadline: str = "report_due"
    target: date | None = None
    hold: bool = False
    rules: Mapping[str, Any] | None = None
    change_id: UUID | None = None


class Mark(StrEnum):
    """How a line of the one future stands to the other."""

    SAME = "same"
    MOVED = "moved"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Pair:
    """The same thing in both futures; None in the one that does not have it."""

    mark: Mark
    before: FutureLine | None
    after: FutureLine | None


@dataclass(frozen=True)
class Comparison:
    """Both futures side by side, in order of time."""

    before: tuple[FutureLine, ...]
    after: tuple[FutureLine, ...]
    pairs: tuple[Pair, ...]


async def compare(
    session: AsyncSession, case_id: UUID, supposed: Supposition, *, now: datetime, locale: str
) -> Comparison:
    """The future of a case as it is and as it would be. InvalidInput when it could not be carried out."""
    case = await cases.lock(session, case_id)
    if case.closed_at is not None:
        raise InvalidInput(N_("Perkara ini sudah selesai; tidak ada yang akan terjadi."))
    before = await future(session, case, now=now, locale=locale)
    kept = woken(session)
    known = dict(kept.cases), set(kept.lanes)
    savepoint = await session.begin_nested()
    try:
        await _suppose(session, case, supposed, now)
        await session.flush()
        after = await future(session, await cases.lock(session, case_id), now=now, locale=locale)
    finally:
        await savepoint.rollback()
        session.expunge_all()
        kept.cases, kept.lanes = known
    return Comparison(tuple(before), tuple(after), tuple(pairs(before, after)))


def pairs(before: Sequence[FutureLine], after: Sequence[FutureLine]) -> list[Pair]:
    """Which line became which: the same words first, then the same name in order of time."""
    left = deque(after)
    matched: list[Pair] = []
    for by in (lambda line: (line.name, line.text), lambda line: (line.name,)):
        open_ = [line for line in before if all(pair.before is not line for pair in matched)]
        for line in open_:
            other = next((found for found in left if by(found) == by(line)), None)
            if other is not None:
                left.remove(other)
                matched.append(Pair(Mark.SAME if _same(line, other) else Mark.MOVED, line, other))
    gone = [line for line in before if all(pair.before is not line for pair in matched)]
    whole = (
        matched
        + [Pair(Mark.GONE, line, None) for line in gone]
        + [Pair(Mark.NEW, None, line) for line in left]
    )
    return sorted(whole, key=_place)


def _same(line: FutureLine, other: FutureLine) -> bool:
    return (line.at, line.text) == (other.at, other.text)


def _place(pair: Pair) -> tuple[bool, float]:
    line = pair.after or pair.before
    at = line.at if line else None
    return at is not None, at.timestamp() if at else 0.0


async def _suppose(session: AsyncSession, case: CaseFile, supposed: Supposition, now: datetime) -> None:
    if supposed.target is None and not supposed.hold and not supposed.rules and supposed.change_id is None:
        raise InvalidInput(N_("Sebutkan apa yang diandaikan."))
    if supposed.rules or supposed.change_id is not None:
        await _under_rules(session, case, supposed, now)
    if supposed.target is not None:
        await _extended(session, case, supposed.deadline, supposed.target, now)
    if supposed.hold:
        case.held_at, case.hold_reason = now, NOBODY


async def _extended(session: AsyncSession, case: CaseFile, name: str, target: date, now: datetime) -> None:
    """One more extension of one date, as an administrator could give it."""
    deadline = await session.get(Deadline, (case.id, name), populate_existing=True)
    if deadline is None or deadline.met_at is not None:
        raise InvalidInput(
            N_("Perkara ini tidak memiliki batas waktu yang dapat diperpanjang."), field="deadline"
        )
    rules = await rulebook.of_case(session, case, now=now)
    until = _moment(rules, name, case, target)
    if until <= max(deadline.due_before, now):
        late = N_("Tanggal baru tidak lebih lambat dari batas waktu yang berlaku.")
        raise InvalidInput(late, field="target_date")
    extension = Extension(
        id=new_id(), case_id=case.id, deadline_name=name, scope=ExtensionScope.CASE, target_case_id=case.id,
        target_before=until, instrument=NOBODY, reason=NOBODY, requested_by=NOBODY, requested_at=now,
    )  # fmt: skip
    session.add(extension)
    await session.flush()
    session.add(
        ExtensionLine(
            extension_id=extension.id,
            case_id=case.id,
            deadline_name=name,
            old_before=deadline.due_before,
            target_before=until,
        )
    )
    await session.flush()
    await store.recompute(session, [case.id], name, now=now)
    await followers.rouse_ladders(session, [case.id], name, now=now)


def _moment(rules: rulebook.Rulebook, name: str, case: CaseFile, target: date) -> datetime:
    try:
        rule = rules.policies.rule(name, Period.parse(case.period) if case.period else None)
    except LookupError:
        refusal = N_("Perkara ini tidak memiliki batas waktu yang dapat diperpanjang.")
        raise InvalidInput(refusal, field="deadline") from None
    return moment(rule, target)


async def _under_rules(session: AsyncSession, case: CaseFile, supposed: Supposition, now: datetime) -> None:
    """The case, and the period it belongs to, taken over to other rules."""
    version, change = await _version(session, supposed, now)
    mover = Mover(await rulebook.of_version(session, version), change)
    await mover.these(session, [case.id], now=now)


async def _version(session: AsyncSession, supposed: Supposition, now: datetime) -> tuple[UUID, PolicyChange]:
    if supposed.change_id is not None:
        found = await session.get(PolicyChange, supposed.change_id)
        if found is None:
            raise NotFound
        return found.version_id, found
    base = await rulebook.current(session, now=now)
    policies = changes.checked(base.policies.document, supposed.rules or {})
    version = PolicyVersion(
        id=new_id(), digest=policies.version, content=policies.document, proposed_by=NOBODY, created_at=now
    )
    session.add(version)
    await session.flush()
    change = PolicyChange(
        case_id=new_id(), base_id=base.version_id, version_id=version.id, valid_from=now + timedelta(days=1),
        instrument=NOBODY, reason=NOBODY, proposed_by=NOBODY, proposed_at=now,
    )  # fmt: skip
    return version.id, change
