"""Whose proposals are: derived again when what decides it has changed, as long as no letter was approved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.database import uuids
from services.warnings import competence
from services.warnings.competence import COMPETENT_SQL, DECIDES_SQL, OFFICE_SQL

_OPEN: Final = text(
    "SELECT case_id FROM warning_ladder WHERE account_id = :id AND ended_at IS NULL AND rung = 0"
)
# A letter that was approved keeps its office, with what follows it; so does one that has a number. What an officer
# determined holds where the rules still do not decide.
_DERIVE: Final = text(
    f"""
    WITH {COMPETENT_SQL}, known AS (
        SELECT w.case_id, w.authority AS before, j.level, {OFFICE_SQL} AS after
        FROM warning_ladder w
        JOIN case_file c ON c.id = w.case_id AND c.status = 'proposed'
        JOIN case_file o ON o.id = w.obligation_id
        JOIN account a ON a.id = w.account_id
        LEFT JOIN competent j ON {DECIDES_SQL}
        WHERE w.case_id = ANY(CAST(:ids AS uuid[])) AND w.ended_at IS NULL AND w.rung = 0
          AND NOT EXISTS (SELECT FROM warning_letter l WHERE l.case_id = w.case_id)
          AND (j.level IS NOT NULL OR w.authority_set_by IS NULL)
    )
    UPDATE warning_ladder w SET authority_level = known.level, authority = known.after,
           authority_reason = NULL, authority_set_by = NULL
    FROM known WHERE w.case_id = known.case_id AND w.authority IS DISTINCT FROM known.after
    RETURNING w.case_id, known.before, known.after
    """  # noqa: S608 -- our own constants
)


async def follow(session: AsyncSession, account_id: UUID, *, now: datetime, actor: str) -> None:
    """The scale or the reach of a company was determined anew; the caller has locked its account."""
    await session.flush()
    found = list((await session.execute(_OPEN, {"id": account_id})).scalars())
    await derive_again(session, await cases.lock_many(session, found), now=now, actor=actor)


async def derive_again(
    session: AsyncSession, ladders: Sequence[UUID], *, now: datetime, actor: str = cases.SYSTEM
) -> None:
    """Bring these locked ladders in line with what is known of their companies now."""
    for rules, ids in await rulebook.of_cases(session, ladders, now=now):
        listed = vars(competence.cases_of(rules.policies.competences))
        changed = (await session.execute(_DERIVE, {**listed, "ids": uuids(ids)})).all()
        data = [{"before": row.before, "after": row.after} for row in changed]
        moved = [row.case_id for row in changed]
        await cases.record_many(session, moved, "authority_derived", now=now, actor=actor, data=data)
