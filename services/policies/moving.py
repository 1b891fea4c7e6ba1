"""Open cases go on under new rules: dates that lie ahead are derived again, set-based, each change with a line."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.database import uuids
from services.deadlines import followers, moves, store
from services.deadlines.derivation import Derived
from services.models import CaseKind, PolicyChange
from services.periods import planning
from services.policies import portfolio
from services.policies.portfolio import STAND_ALONE, Group
from services.policies.rederiving import Origin, rederived
from services.rulebook import Rulebook

# The dates that companies keep, and are told of when they are others.
TOLD: Final = frozenset(
    {
        "report_due", "report_correction_due", "rollback_resend_due", "data_request_due",
        "registration_correction_due",
    }
)  # fmt: skip

_NEXT: Final = text(
    """
    SELECT id FROM case_file
    WHERE id > :after AND closed_at IS NULL AND kind <> ALL(:alone) AND policy_version_id IS DISTINCT FROM :version
    ORDER BY id LIMIT :batch
    """
)
_ADOPT: Final = text(
    """
    UPDATE case_file SET policy_version_id = :version
    WHERE id = ANY(CAST(:ids AS uuid[])) AND closed_at IS NULL AND policy_version_id IS DISTINCT FROM :version
    RETURNING id, kind
    """
)
# In force afterwards: the later of the new base and of what an extension gave.
_MOVE: Final = text(
    """
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(CAST(:groups AS jsonb)) AS g(
            name text, derivation uuid, parent uuid, pauses text, period text, zone text,
            new uuid, base timestamptz, lenient timestamptz)
    ), concerned AS (
        SELECT d.case_id, d.name, d.due_before AS old, g.new, g.base, g.lenient,
               greatest(g.base, x.target) AS due,
               CASE WHEN g.lenient IS NULL THEN NULL ELSE greatest(g.lenient, x.lenient) END AS due_lenient
        FROM deadline d JOIN case_file c ON c.id = d.case_id
        LEFT JOIN deadline p ON p.case_id = d.case_id AND p.name = CAST(:parents AS jsonb) ->> d.name
        JOIN given g ON g.name = d.name AND g.derivation = d.derivation_id AND g.pauses = d.pauses::text
             AND g.period IS NOT DISTINCT FROM c.period AND g.parent IS NOT DISTINCT FROM p.derivation_id
             AND g.zone = CASE WHEN jsonb_exists(CAST(:parents AS jsonb), d.name) THEN c.zone ELSE '' END
        LEFT JOIN LATERAL (
            SELECT max(l.target_before) AS target, max(coalesce(l.target_lenient_before, l.target_before)) AS lenient
            FROM extension_line l WHERE l.case_id = d.case_id AND l.deadline_name = d.name AND l.active
        ) x ON true
        WHERE d.case_id = ANY(CAST(:ids AS uuid[])) AND d.met_at IS NULL AND d.due_before > :now
    )
    UPDATE deadline d
    SET derivation_id = n.new, base_before = n.base, base_lenient_before = n.lenient,
        due_before = n.due, lenient_before = n.due_lenient,
        set_at = CASE WHEN n.due = n.old THEN d.set_at ELSE :now END
    FROM concerned n WHERE d.case_id = n.case_id AND d.name = n.name AND n.due > :now
    RETURNING d.case_id, d.name, n.old, n.due
    """
)


@dataclass
class Moved:
    """What one batch, or all so far, did: cases taken over, dates that are others now, dates left as they were.

    A date that the new rules would already have let pass stays: no change of rules makes anybody late at once.
    """

    last: UUID | None = None
    cases: int = 0
    dates: int = 0
    kept: int = 0


@dataclass
class Mover:
    """Carries open cases over to one version; dates are derived once for all cases that share them."""

    rules: Rulebook
    change: PolicyChange
    known: dict[str, Derived | None] = field(default_factory=dict)

    async def batch(self, session: AsyncSession, after: UUID, *, now: datetime, size: int) -> Moved:
        """The next cases in order of their ids; `last` is None when none is left."""
        given = {
            "after": after, "alone": list(STAND_ALONE), "version": self.rules.version_id, "batch": size,
        }  # fmt: skip
        found = list((await session.execute(_NEXT, given)).scalars())
        if not found:
            return Moved()
        locked = await cases.lock_many(session, found)
        done = await self._move(session, locked, now)
        done.last = found[-1]
        return done

    async def these(self, session: AsyncSession, case_ids: Sequence[UUID], *, now: datetime) -> Moved:
        """Some cases, which the caller has locked."""
        return await self._move(session, case_ids, now)

    async def _move(self, session: AsyncSession, locked: Sequence[UUID], now: datetime) -> Moved:
        groups = await portfolio.groups(session, at=now, case_ids=locked)
        lines, kept = await self._lines(session, groups, now)
        given = {
            "groups": json.dumps(lines, default=str), "ids": uuids(locked), "now": now,
            "parents": portfolio.PARENTS,
        }  # fmt: skip
        rows = (await session.execute(_MOVE, given)).all() if lines else []
        moved = [row for row in rows if row.old != row.due]
        adopted = await session.execute(_ADOPT, {"ids": uuids(locked), "version": self.rules.version_id})
        taken = adopted.all()
        data = {"change": str(self.change.case_id), "version": self._digest}
        await cases.record_many(session, [row.id for row in taken], "rules_changed", now=now, data=data)
        await self._trace(session, moved, now)
        periods = [row.id for row in taken if row.kind == CaseKind.PERIOD]
        await self._periods(session, periods, now)
        await followers.rouse(session, [*{row.case_id for row in moved}, *periods], now=now)
        return Moved(None, len(taken), len(moved), kept)

    async def _lines(
        self, session: AsyncSession, groups: Sequence[Group], now: datetime
    ) -> tuple[list[dict[str, Any]], int]:
        """For each group the date that the new rules give; and how many dates stay because it has passed."""
        lines: list[dict[str, Any]] = []
        kept = 0
        for group in groups:
            derived = self._derived(group.origin)
            if derived is None:
                continue
            if derived.base_before <= now and not group.extended:
                kept += group.cases
                continue
            lines.append(
                {
                    "name": group.name, "derivation": group.derivation_id, "parent": group.parent_id,
                    "pauses": group.pauses, "period": group.period, "zone": group.zone,
                    "new": await store.keep_derivation(session, derived),
                    "base": derived.base_before.isoformat(),
                    "lenient": derived.lenient_before.isoformat() if derived.lenient_before else None,
                }
            )  # fmt: skip
        return lines, kept

    def _derived(self, origin: Origin) -> Derived | None:
        key = repr(origin)
        if key not in self.known:
            self.known[key] = rederived(origin, self.rules)
        return self.known[key]

    async def _trace(self, session: AsyncSession, moved: Sequence[Any], now: datetime) -> None:
        """A line in each case for each date that is another now, and a notice where it is the company's."""
        for name in sorted({row.name for row in moved}):
            rows = [row for row in moved if row.name == name]
            ids = [row.case_id for row in rows]
            data = [
                {
                    "deadline": name, "from": row.old.isoformat(), "to": row.due.isoformat(),
                    "change": str(self.change.case_id),
                }
                for row in rows
            ]  # fmt: skip
            await cases.record_many(session, ids, "deadline_rederived", now=now, data=data)
            await followers.rouse_ladders(session, ids, name, now=now)
            if name in TOLD:
                await moves.tell(
                    session, ids, name, occurrence=str(self.change.case_id),
                    old={row.case_id: row.old for row in rows}, instrument=self.change.instrument,
                    reason=self.change.reason, now=now,
                )  # fmt: skip

    async def _periods(self, session: AsyncSession, case_ids: Sequence[UUID], now: datetime) -> None:
        """A period's own dates follow, as far as they lie ahead."""
        for case_id in case_ids:
            detail = await planning.load(session, case_id)
            period = planning.parse(detail.code)
            due, opens = planning.due_of(period, self.rules), planning.opens_at(period, self.rules)
            if detail.due_before > now and due.due_before > now:
                detail.due_before = due.due_before
            if detail.opens_at > now and opens > now:
                detail.opens_at = opens

    @property
    def _digest(self) -> str:
        return self.rules.policies.version[:12]
