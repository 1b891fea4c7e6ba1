"""The spine: lock a case, record what happened, move it, wake its process, close it."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import DateTime, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_object_session
from sqlmodel import col

from services import transitions
from services.database import uuids
from services.errors import NotFound
from services.models import CaseChain, CaseFile, CaseKind
from services.waking import Nudge, woken

SYSTEM = "system"

# The kinds whose cases a workflow follows.
HAS_PROCESS = frozenset(
    {
        CaseKind.REGISTRATION,
        CaseKind.LICENCE_REVIEW,
        CaseKind.PERIOD,
        CaseKind.CAMPAIGN,
        CaseKind.POLICY_CHANGE,
        CaseKind.DECREE,
        CaseKind.EXTENSION_REQUEST,
        CaseKind.NON_PRODUCTION,
        CaseKind.ASSISTANCE,
        CaseKind.REPRIMAND,
        CaseKind.REPORT,
        CaseKind.ROLLBACK,
        CaseKind.DATA_REQUEST,
        CaseKind.WARNING,
        CaseKind.WARNING_BATCH,
    }
)
# A report that was never sent only waits: for its company, and for the waves. Its process begins with this.
FOLLOWED_SINCE = "sent_at"

# One event per case per statement. The text that is hashed covers every field and the hash before it; what all
# events have in common is spelled once, not for each; MATERIALIZED, or each text is put together a second time to hash.
_RECORDED = """
    WITH said AS MATERIALIZED (
        SELECT instant_text(:at) AS at, instant_text(:now) AS now, CAST(:data AS jsonb) AS data
    ), given AS MATERIALIZED (
        SELECT c.case_id, c.last_seq + 1 AS seq, g.data,
               jsonb_build_object(
                   'case', c.case_id, 'seq', c.last_seq + 1, 'type', CAST(:type AS text),
                   'at', said.at, 'recorded_at', said.now,
                   'actor', CAST(:actor AS text), 'data', g.data, 'previous', encode(c.last_hash, 'hex')
               )::text AS hashed_text
        FROM said, {given} JOIN case_chain c USING (case_id)
    ), hashed AS (
        SELECT *, sha256(convert_to(hashed_text, 'UTF8')) AS hash FROM given
    ), chained AS (
        UPDATE case_chain c SET last_seq = h.seq, last_hash = h.hash FROM hashed h WHERE c.case_id = h.case_id
    )
    INSERT INTO case_event (case_id, seq, type, at, recorded_at, actor, data, hashed_text, hash)
    SELECT case_id, seq, :type, :at, :now, :actor, data, hashed_text, hash FROM hashed
"""
_SAME: Final = "(SELECT unnest(CAST(:ids AS uuid[])) AS case_id, data FROM said) g"
_EACH: Final = """
    LATERAL ROWS FROM (unnest(CAST(:ids AS uuid[])), jsonb_array_elements(said.data)) AS g(case_id, data)"""
_RECORD_SAME: Final = text(_RECORDED.format(given=_SAME))
_RECORD_EACH: Final = text(_RECORDED.format(given=_EACH))

# Built once: every step of every process begins with one of them.
_THIS = col(CaseFile.id) == bindparam("case_id")
_LOCK = select(CaseFile).where(_THIS).with_for_update().execution_options(populate_existing=True)
_LOCK_NOW = (
    select(CaseFile, func.app_now(type_=DateTime(timezone=True)))
    .where(_THIS)
    .with_for_update(of=CaseFile)
    .execution_options(populate_existing=True)
)
_DONE_ONCE = text(
    "INSERT INTO case_step (case_id, step, occurrence, done_at, skipped_by)"
    " VALUES (:case_id, :step, :occurrence, :now, :skipped_by) ON CONFLICT DO NOTHING"
)


async def open_case(session: AsyncSession, case: CaseFile) -> CaseFile:
    """Store a new case with an empty chain. Its `key` is unique: a second one is an IntegrityError."""
    session.add(case)
    await session.flush()
    session.add(CaseChain(case_id=case.id))
    await session.flush()
    return case


async def lock(session: AsyncSession, case_id: UUID) -> CaseFile:
    """The case, locked until the transaction ends. Lock first: what is read afterwards is in force."""
    case = (await session.execute(_LOCK, {"case_id": case_id})).scalar_one_or_none()
    if case is None:
        raise NotFound
    return case


async def lock_now(session: AsyncSession, case_id: UUID) -> tuple[CaseFile, datetime]:
    """The locked case and the legal moment of the transaction, in one statement: what every step begins with."""
    row = (await session.execute(_LOCK_NOW, {"case_id": case_id})).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


async def lock_many(session: AsyncSession, case_ids: Sequence[UUID]) -> list[UUID]:
    """Lock cases in id order, in a statement of its own; returns the ids that exist."""
    rows = await session.execute(
        text("SELECT id FROM case_file WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE"),
        {"ids": uuids(case_ids)},
    )
    return list(rows.scalars())


async def record(
    session: AsyncSession,
    case: CaseFile | UUID,
    event: str,
    *,
    now: datetime,
    actor: str = SYSTEM,
    data: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Append one event to a locked case: ids only, no people. `at` is the legal moment, if not now."""
    case_id = case.id if isinstance(case, CaseFile) else case
    await record_many(session, [case_id], event, now=now, actor=actor, data=[data or {}], at=at)


async def record_many(
    session: AsyncSession,
    case_ids: Sequence[UUID],
    event: str,
    *,
    now: datetime,
    actor: str = SYSTEM,
    data: Sequence[dict[str, Any]] | dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Append one event to each of many locked cases, set-based. `data` is one dict for all, or one each."""
    if not case_ids:
        return
    each = [data or {}] if data is None or isinstance(data, dict) else data
    same = all(one == each[0] for one in each)
    await session.execute(
        _RECORD_SAME if same else _RECORD_EACH,
        {
            "ids": uuids(case_ids),
            "data": json.dumps(each[0] if same else each),
            "type": event,
            "at": at or now,
            "now": now,
            "actor": actor,
        },
    )


def move(case: CaseFile, status: str) -> None:
    """Change the status along the kind's transition table, or raise TransitionRefused."""
    transitions.require(case.kind, case.status, status)
    case.status = status
    case.version += 1


def reach(case: CaseFile, milestone: str, now: datetime) -> None:
    """Set a milestone. Once set it stays: processes wait for milestones, never for a status that may pass."""
    if milestone not in case.milestones:
        case.milestones = {**case.milestones, milestone: now.isoformat()}


def has_process(case: CaseFile) -> bool:
    """Whether a workflow follows this case: of a hundred thousand reports, only those that were sent."""
    return case.kind in HAS_PROCESS and (case.kind != CaseKind.REPORT or FOLLOWED_SINCE in case.milestones)


def wake(case: CaseFile, now: datetime) -> None:
    """Ask the case's process to look at the row: now by the row, and by a nudge after the commit."""
    if not has_process(case):
        return
    case.wake_at = now
    session = async_object_session(case)
    if session is not None:
        woken(session).cases[case.key] = Nudge(case.kind, case.key, case.id)


def close(case: CaseFile, outcome: str, now: datetime) -> None:
    """End the case. Its process is woken once more, finds the case closed and leaves."""
    case.outcome = outcome
    case.closed_at = now
    wake(case, now)


async def done_once(
    session: AsyncSession,
    case_id: UUID,
    step: str,
    occurrence: str,
    now: datetime,
    *,
    skipped_by: UUID | None = None,
) -> bool:
    """Claim a step's key. False when it was done before: then do nothing."""
    given = {"case_id": case_id, "step": step, "occurrence": occurrence, "now": now, "skipped_by": skipped_by}
    result = await session.execute(_DONE_ONCE, given)
    return bool(result.rowcount)  # type: ignore[attr-defined]
