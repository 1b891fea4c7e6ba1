"""Moving open dates to another calendar, set-based: foreseen as lines, or carried out a batch at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.database import uuids
from services.deadlines import followers, moves
from services.deadlines.store import DIGEST_SQL
from services.decrees.changes import Change, written
from services.models import HolidayDecree

# An open date `d` of an open case, what it becomes (`n`: extensions in force still hold), and which of the two
# readings lay ahead. What has passed by both readings is history; what stands still is never past.
_TO_OTHERS: Final = """
    JOIN derivation v ON v.id = d.derivation_id
    JOIN jsonb_to_recordset(CAST(:changes AS jsonb)) AS g(
        recipe_digest text, old_due timestamptz, old_lenient timestamptz, due_before timestamptz,
        lenient_before timestamptz, version text, steps jsonb, own_anchor boolean)
        ON g.recipe_digest = v.recipe_digest AND g.old_due = v.due_before
           AND g.old_lenient IS NOT DISTINCT FROM v.lenient_before
    LEFT JOIN LATERAL (
        SELECT max(l.target_before) AS target, max(coalesce(l.target_lenient_before, l.target_before)) AS lenient
        FROM extension_line l WHERE l.case_id = d.case_id AND l.deadline_name = d.name AND l.active
    ) x ON true
    CROSS JOIN LATERAL (
        SELECT greatest(g.due_before, x.target) AS due,
               CASE WHEN g.lenient_before IS NOT NULL THEN greatest(g.lenient_before, x.lenient) END AS lenient
    ) n
    WHERE (d.paused_since IS NOT NULL OR greatest(d.due_before, d.lenient_before, n.due, n.lenient) > :now)
"""
_OPEN: Final = "deadline d JOIN case_file c ON c.id = d.case_id AND c.closed_at IS NULL AND d.met_at IS NULL"
_CONCERNED: Final = f"FROM {_OPEN} {_TO_OTHERS}"
# A batch begins from its cases: from the changes, the plan would visit every date for every batch; told of one table
# only which cases, it reads all of the other.
_PICKED: Final = f"""
    WITH picked AS MATERIALIZED (
        SELECT d.* FROM {_OPEN}
        WHERE d.case_id = ANY(CAST(:ids AS uuid[])) AND c.id = ANY(CAST(:ids AS uuid[]))
    )
"""  # noqa: S608 -- our own constants
_OF_PICKED: Final = f"FROM picked d {_TO_OTHERS}"
_INTO_THE_PAST: Final = """
    d.paused_since IS NULL AND (d.due_before > :now AND n.due <= :now
        OR coalesce(d.lenient_before > :now AND n.lenient <= :now, false))
"""
_MOVES: Final = "(d.due_before, d.lenient_before) IS DISTINCT FROM (n.due, n.lenient)"

# One statement over the whole portfolio may take longer than a command may. It locks no case.
_PATIENTLY: Final = text("SET LOCAL statement_timeout = '5min'")
_PLAN: Final = text(
    f"""
    INSERT INTO decree_line (decree_id, case_id, deadline_name, state, old_before, new_before,
                             old_lenient_before, new_lenient_before, told)
    SELECT :decree, c.id, d.name, 'planned', d.due_before, n.due, d.lenient_before, n.lenient,
           :notify AND d.name = ANY(:told) AND d.due_before <> n.due
    {_CONCERNED} AND {_MOVES}
    """
)
_PAST: Final = text(
    f"SELECT c.title, d.name, n.due {_CONCERNED} AND {_INTO_THE_PAST} ORDER BY d.due_before LIMIT 1"
)
_ALL: Final = text(
    f"SELECT c.id, array_agg(DISTINCT v.recipe_digest) AS recipes {_CONCERNED} AND NOT ({_INTO_THE_PAST})"
    " GROUP BY c.id ORDER BY c.id"
)
# Every step of a date that counts from an instant is shared but the first, which names that instant. One statement
# derives, moves and writes the lines: what it computes it computes once. OFFSET 0 keeps the planner from putting the
# steps together a second time inside the digest.
_MOVE: Final = text(
    f"""
    {_PICKED}, wanted AS MATERIALIZED (
        SELECT g.*, {DIGEST_SQL} AS digest FROM (
            SELECT d.case_id, d.name, v.rule, g.due_before, g.lenient_before, g.version, v.recipe, v.recipe_digest,
                   n.due, n.lenient, d.due_before AS old_before, d.lenient_before AS old_lenient,
                   CASE WHEN g.own_anchor THEN jsonb_set(g.steps, '{{0}}', v.steps -> 0) ELSE g.steps END AS steps
            {_OF_PICKED} AND NOT ({_INTO_THE_PAST})
            OFFSET 0
        ) g
    ), kept AS (
        INSERT INTO derivation (id, digest, rule, due_before, lenient_before, calendar_version, steps, recipe,
                                recipe_digest)
        SELECT DISTINCT ON (digest) CAST(left(digest, 32) AS uuid), digest, rule, due_before, lenient_before, version,
               steps, recipe, recipe_digest
        FROM wanted ORDER BY digest
        ON CONFLICT (digest) DO NOTHING
    ), moved AS (
        UPDATE deadline t
        SET base_before = w.due_before, base_lenient_before = w.lenient_before, due_before = w.due,
            lenient_before = w.lenient, derivation_id = CAST(left(w.digest, 32) AS uuid), set_at = :now,
            acted_at = CASE WHEN w.due > :now THEN NULL ELSE t.acted_at END
        FROM wanted w
        WHERE t.case_id = w.case_id AND t.name = w.name
        RETURNING t.case_id, t.name, w.old_before, w.old_lenient, w.due AS new_before, w.lenient AS new_lenient
    ), lined AS (
        INSERT INTO decree_line (decree_id, case_id, deadline_name, state, old_before, new_before,
                                 old_lenient_before, new_lenient_before, told)
        SELECT :decree, case_id, name, 'moved', old_before, new_before, old_lenient, new_lenient,
               :notify AND name = ANY(:told) AND old_before <> new_before
        FROM moved
        WHERE NOT :undoing AND (old_before, old_lenient) IS DISTINCT FROM (new_before, new_lenient)
        ON CONFLICT (decree_id, case_id, deadline_name) DO UPDATE
        SET new_before = excluded.new_before, new_lenient_before = excluded.new_lenient_before, state = 'moved',
            undone_at = NULL
    )
    SELECT * FROM moved WHERE (old_before, old_lenient) IS DISTINCT FROM (new_before, new_lenient)
    """  # noqa: S608 -- our own constants
)
_TAKE_BACK: Final = text(
    """
    UPDATE decree_line SET state = 'undone', undone_at = :now
    WHERE decree_id = :decree AND case_id = ANY(CAST(:ids AS uuid[])) AND deadline_name = :name
      AND state = 'moved'
    """
)


@dataclass(frozen=True)
class Batch:
    """What is carried out for one decree: its dates moved, or (`undoing`) moved back.

    `told` names the dates that are companies' own duties: of these they hear.
    """

    decree: HolidayDecree
    found: Sequence[Change]
    told: Sequence[str]
    undoing: bool = False


async def plan(
    session: AsyncSession, decree: HolidayDecree, found: Sequence[Change], told: Sequence[str], now: datetime
) -> int:
    """Write down every open date that would move, before and after; nothing moves. Returns how many."""
    await session.execute(_PATIENTLY)
    drop = "DELETE FROM decree_line WHERE decree_id = :decree AND state = 'planned'"
    await session.execute(text(drop), {"decree": decree.case_id})
    if not found:
        return 0
    given = {
        "decree": decree.case_id,
        "changes": written(found),
        "now": now,
        "notify": decree.notify,
        "told": list(told),
    }
    result = await session.execute(_PLAN, given)
    return int(result.rowcount)  # type: ignore[attr-defined]  # the result of an INSERT counts its rows


async def into_the_past(session: AsyncSession, found: Sequence[Change], now: datetime) -> Row[Any] | None:
    """The first open date that would move from ahead to behind (title, name, due), or None."""
    if not found:
        return None
    return (await session.execute(_PAST, {"changes": written(found), "now": now})).one_or_none()


async def concerned(session: AsyncSession, found: Sequence[Change], now: datetime) -> Sequence[Row[Any]]:
    """Every case with a date to move (`id`, and the `recipes` of those dates), in id order."""
    if not found:
        return []
    await session.execute(_PATIENTLY)
    return (await session.execute(_ALL, {"changes": written(found), "now": now})).all()


async def move(session: AsyncSession, batch: Batch, ids: Sequence[UUID], now: datetime) -> int:
    """Move the dates of these cases: lock, derive, move, record, tell. Repeating changes nothing."""
    locked = await cases.lock_many(session, ids)
    given = {
        "changes": written(batch.found),
        "ids": uuids(locked),
        "now": now,
        "decree": batch.decree.case_id,
        "notify": batch.decree.notify,
        "told": list(batch.told),
        "undoing": batch.undoing,
    }
    moved = (await session.execute(_MOVE, given)).all()
    for name in sorted({row.name for row in moved}):
        await _follow(session, batch, name, [row for row in moved if row.name == name], now)
    return len(moved)


async def _follow(
    session: AsyncSession, batch: Batch, name: str, rows: Sequence[Row[Any]], now: datetime
) -> None:
    """What follows from dates of one name that moved: events, lines, processes that look, mail."""
    decree, ids = batch.decree, [row.case_id for row in rows]
    event = "decree_undone" if batch.undoing else "deadline_recalculated"
    data = [
        {
            "decree": str(decree.case_id),
            "deadline": name,
            "from": row.old_before.isoformat(),
            "to": row.new_before.isoformat(),
        }
        for row in rows
    ]
    await cases.record_many(session, ids, event, now=now, data=data)
    nearer = [r.case_id for r in rows if _nearer(r) or r.old_before <= now < r.new_before]
    await followers.rouse(session, nearer, now=now)
    await followers.rouse_ladders(session, ids, name, now=now)
    told = [r for r in rows if decree.notify and name in batch.told and r.old_before != r.new_before]
    await moves.tell(
        session,
        [row.case_id for row in told],
        name,
        occurrence=f"{decree.case_id}/{event}",
        old={row.case_id: row.old_before for row in told},
        instrument=decree.instrument,
        reason=decree.reason,
        now=now,
    )
    if batch.undoing:
        given = {"decree": decree.case_id, "ids": uuids(ids), "name": name, "now": now}
        await session.execute(_TAKE_BACK, given)


def _nearer(row: Row[Any]) -> bool:
    return bool(
        row.new_before < row.old_before or (row.new_lenient is not None and row.new_lenient < row.old_lenient)
    )
