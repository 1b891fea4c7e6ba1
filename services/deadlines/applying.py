"""Moving the dates that an extension concerns, a batch at a time, and moving them back. Repeating changes nothing."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.database import uuids
from services.deadlines import followers, moves, store
from services.deadlines.extensions import NAME, SCOPE, given
from services.deadlines.periods import Period
from services.messages.intents import intend_many
from services.models import Extension, ExtensionLine, ExtensionStatus, ReportingPeriod

# A line for every case whose date without extensions is earlier, also where a later date is in force already: when
# that one is undone, this one holds.
_LINES = text(
    f"""
    INSERT INTO extension_line (extension_id, case_id, deadline_name, old_before, target_before, active)
    SELECT :extension, c.id, d.name, d.due_before, :target, true {SCOPE}
      AND c.id = ANY(CAST(:ids AS uuid[])) AND d.base_before < :target
    ON CONFLICT DO NOTHING
    RETURNING case_id, old_before
    """
)
# `after` is said of every table: left to find it out, the plan reads each from its beginning for every batch.
_NEXT = text(
    f"""
    SELECT c.id
    {SCOPE} AND c.id > :after AND d.case_id > :after AND d.base_before < :target
      AND NOT EXISTS (SELECT FROM extension_line l
                      WHERE l.extension_id = :extension AND l.case_id = c.id AND l.case_id > :after)
    ORDER BY c.id LIMIT :batch
    """  # noqa: S608 -- built from the constants above
)
_NEXT_LINES = text(
    """
    SELECT case_id FROM extension_line
    WHERE extension_id = :extension AND active AND case_id > :after ORDER BY case_id LIMIT :batch
    """
)
_UNDO = text(
    """
    UPDATE extension_line SET active = false, undone_at = :now
    WHERE extension_id = :extension AND case_id = ANY(CAST(:ids AS uuid[])) AND active RETURNING case_id
    """
)
_UNMET = text(
    "SELECT case_id FROM deadline WHERE case_id = ANY(CAST(:ids AS uuid[])) AND name = :name AND met_at IS NULL"
)


Find = Callable[[AsyncSession, Extension, UUID, datetime, int], Awaitable[list[UUID]]]
Act = Callable[[AsyncSession, Extension, Sequence[UUID], datetime], Awaitable[int]]


async def next_cases(
    session: AsyncSession, extension: Extension, after: UUID, now: datetime, batch: int
) -> list[UUID]:
    """The next cases in scope that the extension has no line for, in id order."""
    wanted = {**given(extension, now), "after": after, "batch": batch}
    return list((await session.execute(_NEXT, wanted)).scalars())


async def extend_cases(
    session: AsyncSession,
    extension: Extension,
    found: Sequence[UUID],
    now: datetime,
    *,
    as_of: datetime | None = None,
) -> int:
    """Extend these cases, those that were in scope `as_of` then (None: now); returns how many dates moved."""
    locked = await cases.lock_many(session, found)
    rows = (await session.execute(_LINES, {**given(extension, as_of or now), "ids": uuids(locked)})).all()
    old = {row.case_id: row.old_before for row in rows}
    moved = await store.recompute(session, list(old), extension.deadline_name, now=now)
    data = [
        {
            "extension": str(extension.id),
            "from": old[case_id].isoformat(),
            "to": extension.target_before.isoformat(),
        }
        for case_id in moved
    ]
    await cases.record_many(session, moved, "deadline_extended", now=now, data=data)
    await followers.rouse(session, [case_id for case_id in moved if old[case_id] <= now], now=now)
    await followers.rouse_ladders(session, moved, extension.deadline_name, now=now)
    if extension.notify:
        await _tell(session, "extension_granted", extension, moved, now)
    return len(moved)


async def _tell(
    session: AsyncSession, template: str, extension: Extension, moved: Sequence[UUID], now: datetime
) -> None:
    """Companies that still owe something hear of their date. Reports have texts of their own."""
    found = await session.execute(_UNMET, {"ids": uuids(moved), "name": extension.deadline_name})
    unmet = list(found.scalars())
    if extension.deadline_name == NAME:
        await intend_many(
            session,
            template=template,
            case_ids=unmet,
            occurrence=str(extension.id),
            extension_id=extension.id,
            now=now,
        )
        return
    await moves.tell(
        session,
        unmet,
        extension.deadline_name,
        occurrence=f"{extension.id}/{template}",
        old=await _replaced(session, extension, unmet),
        instrument=extension.instrument,
        reason=extension.reason,
        now=now,
    )


async def _replaced(session: AsyncSession, extension: Extension, ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """The date that the extension, or its undoing, replaced."""
    query = select(ExtensionLine).where(
        col(ExtensionLine.extension_id) == extension.id, col(ExtensionLine.case_id).in_(ids)
    )
    rows = await session.execute(query.execution_options(populate_existing=True))
    return {line.case_id: line.old_before if line.active else line.target_before for line in rows.scalars()}


async def next_lines(
    session: AsyncSession, extension: Extension, after: UUID, _now: datetime, batch: int
) -> list[UUID]:
    """The next cases whose date the extension moved, in id order."""
    wanted = {"extension": extension.id, "after": after, "batch": batch}
    return list((await session.execute(_NEXT_LINES, wanted)).scalars())


async def undo_cases(
    session: AsyncSession, extension: Extension, found: Sequence[UUID], now: datetime
) -> int:
    """Take the extension back from these cases; their date in force is recomputed from what remains."""
    locked = await cases.lock_many(session, found)
    given = {"extension": extension.id, "ids": uuids(locked), "now": now}
    ids = sorted((await session.execute(_UNDO, given)).scalars())
    moved = await store.recompute(session, ids, extension.deadline_name, now=now)
    await followers.rouse(session, moved, now=now)
    await followers.rouse_ladders(session, moved, extension.deadline_name, now=now)
    data = {"extension": str(extension.id)}
    await cases.record_many(session, ids, "extension_undone", now=now, data=data)
    if extension.notify:
        await _tell(session, "extension_undone", extension, moved, now)
    return len(ids)


async def apply_to_newcomers(
    session: AsyncSession, case_ids: list[UUID], period: Period, *, now: datetime
) -> None:
    """Obligations opened after an extension that would have concerned them get it too.

    One without a period concerned what was open and not yet due when it was applied: it reaches who joins such a
    period later, and no period that opened since.
    """
    if not case_ids:
        return
    for extension in await _for_newcomers(session, period, now):
        await extend_cases(session, extension, case_ids, now, as_of=extension.applied_at)


async def _for_newcomers(session: AsyncSession, period: Period, now: datetime) -> Sequence[Extension]:
    """In the order in which they were applied: a date that one had moved was not yet due for the next."""
    applied_at = func.coalesce(col(Extension.applied_at), now)
    was_open = (
        select(ReportingPeriod)
        .where(col(ReportingPeriod.code) == str(period), col(ReportingPeriod.opens_at) <= applied_at)
        .exists()
    )
    query = (
        select(Extension)
        .where(
            col(Extension.status).in_([ExtensionStatus.APPROVED, ExtensionStatus.APPLIED]),
            col(Extension.target_case_id).is_(None),
            or_(col(Extension.period) == str(period), and_(col(Extension.period).is_(None), was_open)),
        )
        .order_by(applied_at, col(Extension.target_before), col(Extension.id))
    )
    return (await session.execute(query)).scalars().all()
