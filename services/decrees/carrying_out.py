"""Bringing an approved decree to every open date it concerns, batch by batch, and taking it back; resumable."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook, statistics
from services.batches import carry_out
from services.clock import app_now
from services.database import Sessions
from services.deadlines import store
from services.deadlines.derivation import Derived, Step
from services.deadlines.rules import Edge
from services.deadlines.zones import WIB
from services.decrees import moving
from services.decrees.changes import Change, changes
from services.decrees.moving import Batch
from services.decrees.stored import days_of, enter, leave, load, told_names
from services.models import (
    CaseFile,
    CaseKind,
    Deadline,
    DecreeLine,
    DecreeStatus,
    HolidayDecree,
    LineState,
    Outcome,
)
from services.waking import Waker, hand_over

LAST_LOOK: Final = "last_look"
UNDO_UNTIL: Final = "undo_until"
UNDO_LOOK: Final = "undo_look"
BATCH: Final = 1000
_STEPS: Final = {LAST_LOOK: "last_look", UNDO_LOOK: "last_look", UNDO_UNTIL: "undo_until"}

Turn = Callable[..., Awaitable[None]]
End = Callable[[AsyncSession, CaseFile, HolidayDecree, datetime], Awaitable[None]]


@dataclass(frozen=True)
class CarryingOut:
    """Moves the open dates of one decree, or moves them back."""

    sessions: Sessions
    waker: Waker
    heartbeat: Callable[[object], None]
    batch: int = BATCH

    async def apply(self, decree_id: UUID) -> None:
        """The decree holds; then every open date that another day makes another moves."""
        if await self._begin(decree_id, DecreeStatus.APPROVED, enter):
            await self._everywhere(decree_id, undoing=False)
            await self._finish(decree_id, _applied)

    async def look_again(self, decree_id: UUID) -> None:
        """Whoever derived a date while the calendar changed has committed by now: nothing is left behind."""
        if await self._begin(decree_id, DecreeStatus.APPLIED):
            await self._everywhere(decree_id, undoing=False)
            await self._finish(decree_id, _looked)

    async def undo(self, decree_id: UUID) -> None:
        """The decree holds no longer; every date goes back to where it would be without it."""
        if await self._begin(decree_id, DecreeStatus.UNDOING, leave):
            await self._everywhere(decree_id, undoing=True)
            await self._finish(decree_id, _taken_back)

    async def close_undo(self, decree_id: UUID) -> None:
        """The last look after an undo, and the end."""
        if await self._begin(decree_id, DecreeStatus.UNDOING):
            await self._everywhere(decree_id, undoing=True)
            await self._finish(decree_id, _undone)

    async def _begin(self, decree_id: UUID, status: DecreeStatus, change: Turn | None = None) -> bool:
        """Change the calendar, once; False when the decree is not there any more."""
        async with self.sessions() as session, session.begin():
            case, decree = await load(session, decree_id)
            if case.status == status and change is not None:
                await change(session, decree, now=await app_now(session))
            return bool(case.status == status)

    async def _everywhere(self, decree_id: UUID, *, undoing: bool) -> None:
        async with self.sessions() as session, session.begin():
            now = await app_now(session)
            rules = await rulebook.current(session, now=now)
            found = await changes(session, rules)
            concerned = await moving.concerned(session, found, now)
        batches = _Batches(concerned, self.batch, _by_recipe(found), told_names(rules), undoing)
        await carry_out(lambda: self._batch(decree_id, batches))

    async def _batch(self, decree_id: UUID, batches: "_Batches") -> int | None:
        number, some = batches.take()
        if not some:
            return None
        async with self.sessions() as session, session.begin():
            now = await app_now(session)
            decree = await session.get_one(HolidayDecree, decree_id)
            work = Batch(decree, batches.changes_of(some), batches.told, batches.undoing)
            moved = await moving.move(session, work, [row.id for row in some], now)
        hand_over(session, self.waker)
        if number in statistics.AFTER_BATCHES:
            await statistics.freshen(self.sessions, "decree_line", statistics.DERIVATIONS)
        self.heartbeat(number)
        return moved

    async def _finish(self, decree_id: UUID, end: End) -> None:
        async with self.sessions() as session, session.begin():
            case, decree = await load(session, decree_id)
            now = await app_now(session)
            await end(session, case, decree, now)
            await _wake_periods(session, now)
        hand_over(session, self.waker)


@dataclass
class _Batches:
    """The cases still to do, handed out a batch at a time with the changes that concern them."""

    concerned: Sequence[Row[Any]]
    size: int
    by_recipe: dict[str, list[Change]]
    told: Sequence[str]
    undoing: bool
    taken: int = 0

    def take(self) -> tuple[int, Sequence[Row[Any]]]:
        """The number of the next batch, from 1, and its cases; none when all are done."""
        start, self.taken = self.taken * self.size, self.taken + 1
        return self.taken, self.concerned[start : start + self.size]

    def changes_of(self, some: Sequence[Row[Any]]) -> list[Change]:
        """What changes for these cases."""
        digests = {digest for row in some for digest in row.recipes}
        return [change for digest in sorted(digests) for change in self.by_recipe[digest]]


def _by_recipe(found: Sequence[Change]) -> dict[str, list[Change]]:
    by_recipe: dict[str, list[Change]] = {}
    for change in found:
        by_recipe.setdefault(change.recipe_digest, []).append(change)
    return by_recipe


async def _applied(session: AsyncSession, case: CaseFile, decree: HolidayDecree, now: datetime) -> None:
    if case.status != DecreeStatus.APPROVED:
        return
    cases.move(case, DecreeStatus.APPLIED)
    count = await _moved(session, decree)
    decree.status, decree.applied_at = DecreeStatus.APPLIED, now
    decree.counts = {**decree.counts, "applied": count}
    await store.set_deadline(session, case.id, LAST_LOOK, _plain(LAST_LOOK, now), now=now)
    until = await _undo_until(session, decree, now)
    await store.set_deadline(session, case.id, UNDO_UNTIL, _plain(UNDO_UNTIL, until), now=now)
    await cases.record(session, case, "applied", now=now, data={"count": count})


async def _looked(session: AsyncSession, case: CaseFile, decree: HolidayDecree, _: datetime) -> None:
    if case.status == DecreeStatus.APPLIED:
        decree.counts = {**decree.counts, "applied": await _moved(session, decree)}


async def _taken_back(session: AsyncSession, case: CaseFile, _: HolidayDecree, now: datetime) -> None:
    """The last look is a minute after the first time: a process that begins anew does not put it off."""
    looks = await session.get(Deadline, (case.id, UNDO_LOOK))
    if case.status == DecreeStatus.UNDOING and looks is None:
        await store.set_deadline(session, case.id, UNDO_LOOK, _plain(UNDO_LOOK, now), now=now)


async def _undone(session: AsyncSession, case: CaseFile, decree: HolidayDecree, now: datetime) -> None:
    if case.status != DecreeStatus.UNDOING:
        return
    cases.move(case, DecreeStatus.UNDONE)
    decree.status, decree.undone_at = DecreeStatus.UNDONE, now
    await store.meet(session, case.id, None, now=now)
    await cases.record(session, case, "undone", now=now)
    cases.close(case, Outcome.REFUSED, now)


async def settle(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The decree can be taken back no longer: it stands."""
    await store.meet(session, case.id, None, now=now)
    await cases.record(session, case, "settled", now=now)
    cases.close(case, Outcome.DONE, now)


async def _moved(session: AsyncSession, decree: HolidayDecree) -> int:
    query = select(func.count()).where(
        col(DecreeLine.decree_id) == decree.case_id, col(DecreeLine.state) == LineState.MOVED
    )
    return (await session.execute(query)).scalar_one()


async def _undo_until(session: AsyncSession, decree: HolidayDecree, now: datetime) -> datetime:
    """Until the first date that was put off would have passed, at the latest until the last decreed day begins."""
    lines = await days_of(session, decree)
    ends = datetime.combine(max(line.day for line in lines), time(0), WIB)
    query = text(
        "SELECT min(old_before) FROM decree_line"
        " WHERE decree_id = :id AND state = 'moved' AND new_before > old_before AND old_before > :now"
    )
    first: datetime | None = (
        await session.execute(query, {"id": decree.case_id, "now": now})
    ).scalar_one_or_none()
    return max(now, min(ends, first or ends))


def _plain(name: str, at: datetime) -> Derived:
    return Derived(
        name=name,
        due_before=at,
        lenient_before=None,
        base_before=at,
        derivation=(Step(_STEPS[name], {"at": at.astimezone(WIB).isoformat(timespec="seconds")}, None),),
        calendar_version=None,
        edge=Edge.END,
    )


async def _wake_periods(session: AsyncSession, now: datetime) -> None:
    """Reminders fall on other days: every open period looks for its next moment again."""
    query = select(CaseFile).where(col(CaseFile.kind) == CaseKind.PERIOD, col(CaseFile.closed_at).is_(None))
    for period in (await session.execute(query.order_by(col(CaseFile.id)).with_for_update())).scalars():
        cases.wake(period, now)
