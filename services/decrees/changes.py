"""Which open dates another calendar changes, and to what. Each distinct recipe is derived once, not each case."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.deadlines import recipes
from services.deadlines.calendars import CalendarDay
from services.deadlines.derivation import Derived
from services.rulebook import Rulebook

_OPEN: Final = text(
    """
    WITH used AS (
        SELECT v.recipe_digest, v.due_before, v.lenient_before, (array_agg(v.id))[1] AS id
        FROM derivation v
        WHERE v.recipe_digest IS NOT NULL AND v.calendar_version IS NOT NULL
          AND EXISTS (SELECT FROM deadline d WHERE d.derivation_id = v.id AND d.met_at IS NULL)
        GROUP BY 1, 2, 3
    )
    SELECT u.recipe_digest, u.due_before, u.lenient_before, v.recipe
    FROM used u JOIN derivation v ON v.id = u.id
    ORDER BY u.recipe_digest, u.due_before
    """
)


@dataclass(frozen=True)
class Change:
    """All open dates of one recipe: until when they ran, and until when they run on the other calendar."""

    recipe_digest: str
    old_due: datetime
    old_lenient: datetime | None
    derived: Derived
    own_anchor: bool

    def as_json(self) -> dict[str, Any]:
        """As the statements of `moving` read it. `own_anchor`: each case keeps its own first line."""
        lenient, old = self.derived.lenient_before, self.old_lenient
        return {
            "recipe_digest": self.recipe_digest,
            "old_due": self.old_due.isoformat(),
            "old_lenient": old.isoformat() if old else None,
            "due_before": self.derived.due_before.isoformat(),
            "lenient_before": lenient.isoformat() if lenient else None,
            "version": self.derived.calendar_version,
            "steps": self.derived.as_json(),
            "own_anchor": self.own_anchor,
        }


async def changes(session: AsyncSession, rules: Rulebook) -> list[Change]:
    """What these calendars make of every open date: only those that become another."""
    found = []
    for row in await session.execute(_OPEN):
        derived = recipes.again(row.recipe, rules.calendars)
        if (derived.due_before, derived.lenient_before) != (row.due_before, row.lenient_before):
            own_anchor = "at" in row.recipe and "share" not in row.recipe
            change = Change(row.recipe_digest, row.due_before, row.lenient_before, derived, own_anchor)
            found.append(change)
    return found


def written(found: Iterable[Change]) -> str:
    """The changes as one parameter of a statement."""
    return json.dumps([change.as_json() for change in found])


def with_days(rules: Rulebook, added: Iterable[CalendarDay], dropped: Iterable[CalendarDay] = ()) -> Rulebook:
    """The rules as if these days were decreed (and others not): of one layer and place the added line holds."""
    new, gone = tuple(added), set(dropped)
    places = {(day.layer, day.region, day.organisation, day.date) for day in new}
    kept = tuple(
        day
        for day in rules.days
        if day not in gone and (day.layer, day.region, day.organisation, day.date) not in places
    )
    return Rulebook(rules.version_id, rules.policies, kept + new)
