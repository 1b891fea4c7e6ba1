"""What stands open now, in groups: dates that share a derivation are one row here, however many cases they are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.database import uuids
from services.policies.rederiving import NOTICES, Origin

# Cases that carry a decision about many others run under no rules of their own.
STAND_ALONE: Final = ("campaign", "policy-change", "decree", "warning-batch")

# Which date of the same case each notice speaks of, as the queries ask for it.
PARENTS: Final = json.dumps({name: of for name, (of, _) in NOTICES.items()})

_CONCERNED: Final = """
    FROM case_file c JOIN deadline d ON d.case_id = c.id
    JOIN derivation v ON v.id = d.derivation_id
    LEFT JOIN deadline p ON p.case_id = c.id AND p.name = CAST(:parents AS jsonb) ->> d.name
    LEFT JOIN derivation w ON w.id = p.derivation_id
    WHERE c.closed_at IS NULL AND d.met_at IS NULL AND d.due_before > :at AND c.kind <> ALL(:alone)
      AND (CAST(:ids AS uuid[]) IS NULL OR c.id = ANY(CAST(:ids AS uuid[])))
"""
_GROUPS: Final = text(
    f"""
    SELECT g.*, v.rule, v.steps, v.recipe, w.rule AS parent_rule, w.steps AS parent_steps, w.recipe AS parent_recipe
    FROM (
        SELECT d.name, d.derivation_id, d.pauses::text AS pauses, c.period, p.derivation_id AS parent_id,
               CASE WHEN jsonb_exists(CAST(:parents AS jsonb), d.name) THEN c.zone ELSE '' END AS zone,
               d.base_before, d.due_before, d.lenient_before, count(*) AS cases
        {_CONCERNED}
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ) g JOIN derivation v ON v.id = g.derivation_id LEFT JOIN derivation w ON w.id = g.parent_id
    ORDER BY g.name, g.due_before, g.derivation_id, g.pauses, g.period, g.zone
    """  # noqa: S608 -- built from the constants above
)


@dataclass(frozen=True)
class Group:
    """Open dates that are one and the same: how many cases, from which derivation, and until when."""

    name: str
    derivation_id: UUID
    parent_id: UUID | None
    pauses: str
    period: str | None
    zone: str
    base_before: datetime
    due_before: datetime
    lenient_before: datetime | None
    cases: int
    origin: Origin

    @property
    def extended(self) -> bool:
        """Whether an extension holds it beyond what the rules give."""
        return self.due_before > self.base_before


async def groups(
    session: AsyncSession, *, at: datetime, case_ids: Sequence[UUID] | None = None
) -> list[Group]:
    """The dates that lie ahead of `at` in open cases (all, or these), grouped in the database."""
    given = {
        "at": at,
        "ids": uuids(case_ids) if case_ids is not None else None,
        "alone": list(STAND_ALONE),
        "parents": PARENTS,
    }
    return [_group(row) for row in await session.execute(_GROUPS, given)]


def _group(row: Any) -> Group:
    pauses, zone = json.loads(row.pauses), row.zone or "Asia/Jakarta"
    parent = None
    if row.parent_rule:
        parent = Origin(row.parent_rule, row.parent_steps, row.period, recipe=row.parent_recipe)
    return Group(
        name=row.name,
        derivation_id=row.derivation_id,
        parent_id=row.parent_id,
        pauses=row.pauses,
        period=row.period,
        zone=row.zone,
        base_before=row.base_before,
        due_before=row.due_before,
        lenient_before=row.lenient_before,
        cases=row.cases,
        origin=Origin(row.rule, row.steps, row.period, pauses, zone, parent, row.recipe),
    )
