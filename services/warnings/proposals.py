"""Proposing warnings about duties whose date has passed: for one, or for everyone at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.database import uuids
from services.deadlines import store
from services.deadlines.derivation import derive
from services.deadlines.periods import Period
from services.models import CaseFile, WarningLadder
from services.rulebook import Rulebook
from services.warnings import competence
from services.warnings.duties import DATE_OF_DUTY

LADDER: Final = "report_warnings"
TARGET: Final = "warning_decision_target"

# What may be warned about. `o` is the duty, `d` its date. Nothing that is met, held, closed or extended, and not
# before the more generous reading of the law; nothing that has an open ladder, nor where an officer left the same
# missed date out or the desk has decided about it.
STANDS: Final = """
    o.closed_at IS NULL AND o.held_at IS NULL AND d.met_at IS NULL
    AND coalesce(d.lenient_before, d.due_before) <= :now"""
SETTLED: Final = "wc.status IN ('excluded', 'decided') AND w.due_before = d.due_before"
UNWARNED: Final = f"""
    NOT EXISTS (SELECT FROM warning_ladder w JOIN case_file wc ON wc.id = w.case_id
                WHERE w.obligation_id = o.id AND (w.ended_at IS NULL OR ({SETTLED})))"""

_PROPOSE: Final = text(
    f"""
    WITH {competence.COMPETENT_SQL}, wanted AS (
        SELECT uuidv7() AS case_id, o.id AS obligation_id, o.key, o.account_id, a.name, o.region_code, o.zone,
               o.kbli, o.period, o.stage, d.due_before, j.level, {competence.OFFICE_SQL} AS office,
               1 + (SELECT count(*) FROM warning_ladder w WHERE w.obligation_id = o.id) AS n
        FROM case_file o
        JOIN deadline d ON d.case_id = o.id
             AND d.name = {DATE_OF_DUTY}
        JOIN account a ON a.id = o.account_id AND a.status = 'active'
        LEFT JOIN competent j ON {competence.DECIDES_SQL}
        WHERE o.id = ANY(CAST(:ids AS uuid[])) AND {STANDS} AND {UNWARNED}
    ), opened AS (
        INSERT INTO case_file (id, kind, key, title, account_id, region_code, zone, kbli, period, stage, status,
                               version, milestones, nudges, policy_version_id, opened_at)
        SELECT case_id, 'warning', concat_ws('/', 'warnings', key, n), name, account_id, region_code, zone, kbli,
               period, stage, 'proposed', 1, '{{}}', 0, :policy, :now
        FROM wanted ON CONFLICT (key) DO NOTHING RETURNING id
    ), chained AS (
        INSERT INTO case_chain (case_id, last_seq, last_hash) SELECT id, 0, '' FROM opened
    ), laddered AS (
        INSERT INTO warning_ladder (case_id, obligation_id, n, account_id, authority_level, authority, due_before,
                                    rung, proposed_at, proposed_by)
        SELECT case_id, obligation_id, n, account_id, level, office,
               due_before, 0, :now, :actor
        FROM wanted JOIN opened ON opened.id = wanted.case_id
    ), dated AS (
        INSERT INTO deadline (case_id, name, derivation_id, base_before, due_before, set_at, pauses)
        SELECT id, :target, :derivation, :decide_before, :decide_before, :now, '[]' FROM opened
    )
    SELECT wanted.case_id, wanted.obligation_id FROM wanted JOIN opened ON opened.id = wanted.case_id
    """  # noqa: S608 -- our own constants
)


async def propose(
    session: AsyncSession, case: CaseFile, *, now: datetime, actor: str = cases.SYSTEM
) -> UUID | None:
    """Propose the first warning about one duty (report or data request), whose case the caller has locked.

    Returns the ladder's case; None when nothing is to be warned about: met, held, not due by the lenient
    reading, under warning already, or left out by an officer. Repeating it changes nothing.
    """
    await session.flush()
    found = await propose_many(session, [case.id], now=now, actor=actor)
    return found[0] if found else None


async def propose_many(
    session: AsyncSession, obligations: Sequence[UUID], *, now: datetime, actor: str = cases.SYSTEM
) -> list[UUID]:
    """Propose the first warning about each of many locked duties, in one statement; returns the new ladders."""
    rules = await rulebook.current(session, now=now)
    target = derive(rules.policies.rule(TARGET), now, rules.calendars())
    listed = competence.cases_of(rules.policies.competences)
    given = {
        "ids": uuids(obligations),
        "now": now,
        "policy": rules.version_id,
        "actor": actor,
        "target": TARGET,
        "derivation": await store.keep_derivation(session, target),
        "decide_before": target.due_before,
        **vars(listed),
    }
    opened = (await session.execute(_PROPOSE, given)).all()
    ladders = [row.case_id for row in opened]
    await cases.record_many(session, ladders, "warning_proposed", now=now, actor=actor, data={"letter": 1})
    about = [{"letter": 1, "ladder": str(row.case_id)} for row in opened]
    duties = [row.obligation_id for row in opened]
    await cases.record_many(session, duties, "warning_proposed", now=now, actor=actor, data=about)
    return ladders


def enforceable(rules: Rulebook, period: str) -> bool:
    """Whether non-submission for a period may be sanctioned at all (not for SE Menperin 1/2025)."""
    return rules.policies.regime_for(Period.parse(period)).enforceable


async def open_ladder(session: AsyncSession, obligation_id: UUID) -> WarningLadder | None:
    """The open ladder about a duty, if there is one."""
    query = select(WarningLadder).where(
        col(WarningLadder.obligation_id) == obligation_id, col(WarningLadder.ended_at).is_(None)
    )
    found = await session.execute(query.execution_options(populate_existing=True))
    return found.scalar_one_or_none()
