"""Carrying an approved extension to every case it concerns, batch by batch; resumed where it stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, statistics
from services.batches import Wave, carry_out
from services.clock import app_now
from services.database import Sessions
from services.deadlines import applying, extensions, store
from services.deadlines.derivation import Derived, Step
from services.deadlines.rules import Edge
from services.deadlines.zones import WIB
from services.errors import NotFound
from services.models import CaseFile, CaseKind, Extension, ExtensionStatus, Outcome
from services.waking import Waker, hand_over

BATCH = 1000


@dataclass(frozen=True)
class Campaign:
    """Applies or undoes one extension."""

    sessions: Sessions
    waker: Waker
    heartbeat: Callable[[object], None]

    async def apply(self, case_id: UUID) -> None:
        """Extend every case in scope, then open the window in which it can be undone."""
        await self._everywhere(case_id, applying.next_cases, applying.extend_cases)
        await self._finish(case_id, applied)

    async def undo(self, case_id: UUID) -> None:
        """Take it back everywhere, then close the campaign."""
        await self._everywhere(case_id, applying.next_lines, applying.undo_cases)
        await self._finish(case_id, was_undone)

    async def _everywhere(self, case_id: UUID, find: applying.Find, act: applying.Act) -> None:
        wave = Wave()

        async def batch() -> int | None:
            async with self.sessions() as session, session.begin():
                now = await app_now(session)
                extension = await of_case(session, case_id)
                number, found = await wave.take(lambda after: find(session, extension, after, now, BATCH))
                if not found:
                    return None
                done = await act(session, extension, found, now)
            hand_over(session, self.waker)
            if number in statistics.AFTER_BATCHES:
                await statistics.freshen(self.sessions, "extension_line", "extension")
            self.heartbeat(number)
            return done

        await carry_out(batch)

    async def _finish(
        self, case_id: UUID, end: "Callable[[AsyncSession, CaseFile, Extension, datetime], object]"
    ) -> None:
        async with self.sessions() as session, session.begin():
            case = await cases.lock(session, case_id)
            now = await app_now(session)
            extension = await of_case(session, case_id)
            await end(session, case, extension, now)  # type: ignore[misc]
            await wake_periods(session, extension, now)
        hand_over(session, self.waker)


async def applied(session: AsyncSession, case: CaseFile, extension: Extension, now: datetime) -> None:
    """All cases are extended. It can be undone until the first of the old dates passes."""
    if case.status != ExtensionStatus.APPROVED:
        return
    cases.move(case, ExtensionStatus.APPLIED)
    count, earliest = (
        await session.execute(
            text("SELECT count(*), min(old_before) FROM extension_line WHERE extension_id = :id AND active"),
            {"id": extension.id},
        )
    ).one()
    extension.status, extension.applied_at = ExtensionStatus.APPLIED, now
    extension.counts = {**extension.counts, "applied": count}
    until = undo_until(earliest or now)
    await store.set_deadline(session, case.id, extensions.UNDO_UNTIL, until, now=now)
    await cases.record(session, case, "applied", now=now, data={"count": count})


def undo_until(earliest: datetime) -> Derived:
    """An undo never makes anyone late: it is possible until the first old date."""
    at = earliest.astimezone(WIB).isoformat(timespec="seconds")
    step = Step("undo_until", {"at": at}, None)
    return Derived(
        name=extensions.UNDO_UNTIL,
        due_before=earliest,
        lenient_before=None,
        base_before=earliest,
        derivation=(step,),
        calendar_version=None,
        edge=Edge.END,
    )


async def was_undone(session: AsyncSession, case: CaseFile, extension: Extension, now: datetime) -> None:
    """Every case has its other date back."""
    if case.status != ExtensionStatus.UNDOING:
        return
    cases.move(case, ExtensionStatus.UNDONE)
    extension.status, extension.undone_at = ExtensionStatus.UNDONE, now
    await cases.record(session, case, "undone", now=now)
    cases.close(case, Outcome.REFUSED, now)


async def settle(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The window for an undo is over: the extension stands."""
    await store.meet(session, case.id, None, now=now)
    await cases.record(session, case, "settled", now=now)
    cases.close(case, Outcome.DONE, now)


async def wake_periods(session: AsyncSession, extension: Extension, now: datetime) -> None:
    """New dates bring new moments: the periods concerned look again."""
    query = select(CaseFile).where(col(CaseFile.kind) == CaseKind.PERIOD, col(CaseFile.closed_at).is_(None))
    if extension.period is not None:
        query = query.where(col(CaseFile.period) == extension.period)
    for period in (await session.execute(query.order_by(col(CaseFile.id)).with_for_update())).scalars():
        cases.wake(period, now)


async def of_case(session: AsyncSession, case_id: UUID) -> Extension:
    """The extension a campaign carries, or NotFound."""
    query = select(Extension).where(col(Extension.case_id) == case_id)
    extension = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if extension is None:
        raise NotFound
    return extension
