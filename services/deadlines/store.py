"""Deadlines as rows: setting, meeting, pausing. Whoever writes one holds the lock of its case."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.database import uuids
from services.deadlines import recipes
from services.deadlines.derivation import Derived
from services.errors import NotFound
from services.models import Deadline, Derivation

# The one spelling of a derivation `g`, and its fingerprint: equal reasons have one row, however they were written.
# It is the text of a jsonb array, put together from the texts of its parts: building the array copies them first.
SPELLED_SQL: Final = """
    concat('[', to_jsonb(g.rule)::text, ', ', to_jsonb(instant_text(g.due_before))::text, ', ',
           coalesce(to_jsonb(instant_text(g.lenient_before))::text, 'null'), ', ', g.steps::text, ', ',
           coalesce(g.recipe::text, 'null'), ']')"""
DIGEST_SQL: Final = f"encode(sha256(convert_to({SPELLED_SQL}, 'UTF8')), 'hex')"

# A derivation's id is the beginning of its digest: whoever knows the reasons knows the row.
_KEPT: Final = """
    kept AS (
        INSERT INTO derivation (id, digest, rule, due_before, lenient_before, calendar_version, steps, recipe,
                                recipe_digest)
        SELECT CAST(left(w.digest, 32) AS uuid), w.digest, w.rule, w.due_before, w.lenient_before,
               w.calendar_version, w.steps, w.recipe, w.recipe_digest
        FROM given w ORDER BY w.digest
        ON CONFLICT (digest) DO NOTHING
    )"""
_KEEP: Final = text(
    f"""
    WITH given AS (
        SELECT g.*, {DIGEST_SQL} AS digest
        FROM (SELECT CAST(:rule AS text) AS rule, CAST(:due AS timestamptz) AS due_before,
                     CAST(:lenient AS timestamptz) AS lenient_before, CAST(:steps AS jsonb) AS steps,
                     CAST(:recipe AS jsonb) AS recipe, CAST(:version AS text) AS calendar_version,
                     CAST(:recipe_digest AS text) AS recipe_digest) g
    ), {_KEPT}
    SELECT CAST(left(digest, 32) AS uuid) FROM given
    """  # noqa: S608 -- our own constants
)


# A date and its reasons in one statement; extensions and pauses stay as they are.
_SET: Final = (
    select(Deadline)
    .from_statement(
        text(
            f"""
            WITH given AS (
                SELECT g.*, {DIGEST_SQL} AS digest
                FROM jsonb_to_recordset(CAST(:dates AS jsonb)) AS g(
                    name text, rule text, base_before timestamptz, base_lenient_before timestamptz,
                    due_before timestamptz, lenient_before timestamptz, calendar_version text, steps jsonb,
                    recipe jsonb, recipe_digest text)
            ), {_KEPT}
            INSERT INTO deadline (case_id, name, derivation_id, base_before, base_lenient_before, due_before,
                                  lenient_before, set_at, pauses)
            SELECT :case_id, name, CAST(left(digest, 32) AS uuid), base_before, base_lenient_before, due_before,
                   lenient_before, :now, '[]'
            FROM given
            ON CONFLICT (case_id, name) DO UPDATE
            SET derivation_id = excluded.derivation_id, base_before = excluded.base_before,
                base_lenient_before = excluded.base_lenient_before, due_before = excluded.due_before,
                lenient_before = excluded.lenient_before, set_at = excluded.set_at, met_at = NULL, acted_at = NULL,
                paused_since = NULL
            RETURNING *
            """  # noqa: S608 -- our own constants
        )
    )
    .execution_options(populate_existing=True)
)


# They held to the end of what they were given for: nobody took them back, so they have no `undone_at`.
_OVER: Final = text(
    "UPDATE extension_line SET active = false WHERE case_id = :case_id AND deadline_name = :name AND active"
)


async def keep_derivation(session: AsyncSession, derived: Derived) -> UUID:
    """Store the reasons of a date once, for all cases that share them; returns their id."""
    recipe = derived.recipe
    given = {
        "rule": derived.name, "due": derived.due_before, "lenient": derived.lenient_before,
        "version": derived.calendar_version, "steps": json.dumps(derived.as_json()),
        "recipe": json.dumps(dict(recipe)) if recipe else None,
        "recipe_digest": recipes.digest(recipe) if recipe else None,
    }  # fmt: skip
    kept: UUID = (await session.execute(_KEEP, given)).scalar_one()
    return kept


async def set_deadline(
    session: AsyncSession, case_id: UUID, name: str, derived: Derived, *, now: datetime
) -> Deadline:
    """Give a case a date, or replace the one of that name; extensions and pauses stay as they are."""
    return (await set_deadlines(session, case_id, {name: derived}, now=now))[name]


async def begin_anew(
    session: AsyncSession, case_id: UUID, name: str, derived: Derived, *, now: datetime
) -> Deadline:
    """As `set_deadline`, for a further question or return: what extended the one before is over and moves nothing."""
    await session.execute(_OVER, {"case_id": case_id, "name": name})
    return await set_deadline(session, case_id, name, derived, now=now)


async def set_deadlines(
    session: AsyncSession, case_id: UUID, dates: Mapping[str, Derived], *, now: datetime
) -> dict[str, Deadline]:
    """As `set_deadline`, for several dates by their names."""
    given = {"case_id": case_id, "now": now, "dates": json.dumps([_date(*each) for each in dates.items()])}
    found = (await session.execute(_SET, given)).scalars()
    return {deadline.name: deadline for deadline in found}


def _date(name: str, derived: Derived) -> dict[str, Any]:
    instants = {
        "base_before": derived.base_before, "base_lenient_before": derived.lenient_before,
        "due_before": derived.due_before, "lenient_before": derived.lenient_before,
    }  # fmt: skip
    recipe = derived.recipe
    return {
        "name": name, "rule": derived.name, "calendar_version": derived.calendar_version,
        "steps": derived.as_json(), "recipe": dict(recipe) if recipe else None,
        "recipe_digest": recipes.digest(recipe) if recipe else None,
        **{column: instant and instant.isoformat() for column, instant in instants.items()},
    }  # fmt: skip


async def meet(session: AsyncSession, case_id: UUID, names: Sequence[str] | None, *, now: datetime) -> None:
    """The matter of these deadlines (None: of all) is settled: nothing more follows from their passing."""
    statement = update(Deadline).where(col(Deadline.case_id) == case_id, col(Deadline.met_at).is_(None))
    if names is not None:
        statement = statement.where(col(Deadline.name).in_(names))
    await session.execute(statement.values(met_at=now, paused_since=None))


async def pause(session: AsyncSession, case_id: UUID, names: Sequence[str], *, now: datetime) -> None:
    """Stop the clock: somebody else must move first."""
    statement = (
        update(Deadline)
        .where(col(Deadline.case_id) == case_id, col(Deadline.name).in_(names))
        .where(col(Deadline.met_at).is_(None), col(Deadline.paused_since).is_(None))
    )
    await session.execute(statement.values(paused_since=now))


async def dates(session: AsyncSession, case_id: UUID, *names: str) -> tuple[Deadline, ...]:
    """These deadlines of a locked case as they are in force, in the order of their names here. NotFound."""
    query = select(Deadline).where(col(Deadline.case_id) == case_id, col(Deadline.name).in_(names))
    rows = (await session.execute(query.execution_options(populate_existing=True))).scalars()
    found = {row.name: row for row in rows}
    if not found.keys() >= set(names):
        raise NotFound
    return tuple(found[name] for name in names)


async def of_case(session: AsyncSession, case_id: UUID) -> list[tuple[Deadline, Derivation]]:
    """All deadlines of a case with their reasons, earliest first."""
    query = (
        select(Deadline, Derivation)
        .join(Derivation, col(Derivation.id) == col(Deadline.derivation_id))
        .where(col(Deadline.case_id) == case_id)
        .order_by(col(Deadline.due_before), col(Deadline.name))
    )
    rows = await session.execute(query.execution_options(populate_existing=True))
    return [(deadline, derivation) for deadline, derivation in rows]


# In force = the latest of the base and of all active extensions; so stacking and undoing just recompute.
_RECOMPUTE = text(
    """
    UPDATE deadline d
    SET due_before = r.due, lenient_before = r.lenient, set_at = :now,
        acted_at = CASE WHEN r.due > :now THEN NULL ELSE d.acted_at END
    FROM (
        SELECT b.case_id, b.name,
               greatest(b.base_before, max(l.target_before)) AS due,
               CASE WHEN b.base_lenient_before IS NULL THEN NULL
                    ELSE greatest(b.base_lenient_before, max(coalesce(l.target_lenient_before, l.target_before)))
               END AS lenient
        FROM deadline b
        LEFT JOIN extension_line l ON l.case_id = b.case_id AND l.deadline_name = b.name AND l.active
        WHERE b.case_id = ANY(CAST(:ids AS uuid[])) AND b.name = :name
        GROUP BY b.case_id, b.name, b.base_before, b.base_lenient_before
    ) r
    WHERE d.case_id = r.case_id AND d.name = r.name
      AND (d.due_before, d.lenient_before) IS DISTINCT FROM (r.due, r.lenient)
    RETURNING d.case_id
    """
)


async def recompute(
    session: AsyncSession, case_ids: Sequence[UUID], name: str, *, now: datetime
) -> list[UUID]:
    """Bring locked cases' dates in line with their extensions; returns the cases whose date moved."""
    rows = await session.execute(_RECOMPUTE, {"ids": uuids(case_ids), "name": name, "now": now})
    return list(rows.scalars())
