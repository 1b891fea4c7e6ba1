"""The day a change of the rules comes into force: said in its case, then carried to every open case in batches."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.clock import app_now
from services.database import Sessions
from services.deadlines import store
from services.models import CaseFile, Outcome, PolicyChange, PolicyChangeStatus
from services.policies import changes
from services.policies.moving import Mover
from services.waking import Waker, hand_over

BATCH: Final = 1000
FIRST: Final = UUID(int=0)


async def enter(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The version is in force by its date; the case says so."""
    if case.status != PolicyChangeStatus.APPROVED:
        return
    _, change = await changes.load(session, case.id)
    cases.move(case, PolicyChangeStatus.IN_FORCE)
    change.status = PolicyChangeStatus.IN_FORCE
    await store.meet(session, case.id, None, now=now)
    await cases.record(session, case, "policy_in_force", now=now, at=change.valid_from)


@dataclass(frozen=True)
class Carrying:
    """Moves open cases to a version, batch by batch; killed in between, it goes on where it stopped."""

    sessions: Sessions
    waker: Waker
    heartbeat: Callable[[object], None]

    async def run(self, case_id: UUID, *, batch: int = BATCH) -> None:
        """Until no open case is left under another version; then the change is done."""
        mover = None
        while True:
            async with self.sessions() as session, session.begin():
                now = await app_now(session)
                change = await session.get_one(PolicyChange, case_id, populate_existing=True)
                mover = mover or Mover(await rulebook.of_version(session, change.version_id), change)
                mover.change = change
                last = await self._one(session, mover, change, now, batch)
            hand_over(session, self.waker)
            self.heartbeat(change.moved)
            if last is None:
                break
        async with self.sessions() as session, session.begin():
            await _finish(session, case_id, await app_now(session))
        hand_over(session, self.waker)

    @staticmethod
    async def _one(
        session: AsyncSession, mover: Mover, change: PolicyChange, now: datetime, batch: int
    ) -> UUID | None:
        if not change.moves_open:
            return None
        done = await mover.batch(session, change.last_moved or FIRST, now=now, size=batch)
        if done.last is not None:
            change.last_moved = done.last
            change.moved += done.cases
            change.dates_moved += done.dates
            change.dates_kept += done.kept
        return done.last


async def _finish(session: AsyncSession, case_id: UUID, now: datetime) -> None:
    case, change = await changes.load(session, case_id)
    if case.status != PolicyChangeStatus.IN_FORCE:
        return
    cases.move(case, PolicyChangeStatus.DONE)
    change.status = PolicyChangeStatus.DONE
    data = {"count": change.moved, "dates": change.dates_moved, "kept": change.dates_kept}
    await cases.record(session, case, "policy_applied", now=now, data=data)
    cases.close(case, Outcome.DONE, now)
