"""What a bulk approval writes: the same rows and events as one decision, set-based, for locked cases."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.database import uuids
from services.deadlines import store
from services.deadlines.derivation import Derived, derive
from services.deadlines.office_time import derive_share
from services.messages.intents import intend_many
from services.reviews import dates


@dataclass(frozen=True)
class Chosen:
    """Locked cases that one person approves together; `directorate` in validation."""

    ids: list[UUID]
    batch_id: UUID
    directorate: str | None
    actor: str


_IDS: Final = "ANY(CAST(:ids AS uuid[]))"

_VERIFIED: Final = text(
    f"""
    WITH moved AS (
        UPDATE case_file SET status = 'verified', version = version + 1, wake_at = :now WHERE id = {_IDS}
    ), reviewed AS (
        UPDATE report_review v SET verified_at = :now, verified_by = :actor, batch_id = :batch
        FROM report r WHERE r.case_id = {_IDS} AND v.case_id = r.case_id AND v.submission = r.submission
        RETURNING v.case_id, v.submission, v.supervising
    )
    INSERT INTO report_validation (case_id, submission, directorate, divisions)
    SELECT v.case_id, v.submission, d.key, ARRAY(SELECT jsonb_array_elements_text(d.value))
    FROM reviewed v CROSS JOIN LATERAL jsonb_each(v.supervising) d
    """  # noqa: S608 -- our own constants
)
_APPROVED: Final = text(
    f"""
    UPDATE report_validation p SET approved_at = :now, approved_by = :actor, batch_id = :batch
    FROM report r
    WHERE r.case_id = {_IDS} AND p.case_id = r.case_id AND p.submission = r.submission
      AND p.directorate = :directorate
    """  # noqa: S608 -- our own constants
)
_TOUCHED: Final = text(
    f"UPDATE case_file SET version = version + 1, wake_at = :now WHERE id = {_IDS}"  # noqa: S608 -- constant
)
_COMPLETE: Final = text(
    f"""
    SELECT r.case_id FROM report r WHERE r.case_id = {_IDS} AND NOT EXISTS (
        SELECT FROM report_validation p
        WHERE p.case_id = r.case_id AND p.submission = r.submission AND p.approved_at IS NULL)
    ORDER BY r.case_id
    """  # noqa: S608 -- our own constants
)
_FINISHED: Final = text(
    f"""
    UPDATE case_file SET status = 'validated', version = version + 1, outcome = 'done', closed_at = :now
    WHERE id = {_IDS}
    """  # noqa: S608 -- our own constants
)
_MET: Final = text(
    f"""
    UPDATE deadline SET met_at = :now, paused_since = NULL
    WHERE case_id = {_IDS} AND met_at IS NULL AND (CAST(:names AS text[]) IS NULL OR name = ANY(:names))
    """  # noqa: S608 -- our own constants
)
_DATED: Final = text(
    """
    INSERT INTO deadline (case_id, name, derivation_id, base_before, due_before, set_at, pauses)
    SELECT id, :name, :derivation, :base, :due, :now, '[]' FROM unnest(CAST(:ids AS uuid[])) AS given(id)
    ON CONFLICT (case_id, name) DO UPDATE SET
        derivation_id = excluded.derivation_id, base_before = excluded.base_before,
        due_before = excluded.due_before, set_at = excluded.set_at, pauses = '[]',
        met_at = NULL, acted_at = NULL, paused_since = NULL
    """
)
_SUBMISSIONS: Final = text(
    f"SELECT case_id, submission FROM report WHERE case_id = {_IDS}"  # noqa: S608 -- constant
)


async def verify(session: AsyncSession, chosen: Chosen, *, now: datetime) -> None:
    """As `decisions.verify`, for all of them."""
    given = _given(chosen, now)
    await session.execute(_VERIFIED, given)
    met = {"ids": given["ids"], "names": [dates.VERIFICATION, dates.VERIFICATION_HALF], "now": now}
    await session.execute(_MET, met)
    await _set_validation(session, chosen, now)
    await _record(session, chosen, "report_verified", now)


async def approve(session: AsyncSession, chosen: Chosen, *, now: datetime) -> None:
    """As `decisions.approve`, for all of them; those with nobody left to ask are final."""
    given = _given(chosen, now)
    await session.execute(_APPROVED, given | {"directorate": chosen.directorate})
    await session.execute(_TOUCHED, {"ids": given["ids"], "now": now})
    await _record(session, chosen, "report_approved", now, directorate=chosen.directorate)
    complete = list((await session.execute(_COMPLETE, {"ids": given["ids"]})).scalars())
    if complete:
        await _finish(session, chosen, complete, now)


async def _finish(session: AsyncSession, chosen: Chosen, ids: list[UUID], now: datetime) -> None:
    final = Chosen(ids, chosen.batch_id, chosen.directorate, chosen.actor)
    await session.execute(_FINISHED, {"ids": uuids(ids), "now": now})
    await session.execute(_MET, {"ids": uuids(ids), "names": None, "now": now})
    await _record(session, final, "report_validated", now)
    await intend_many(session, template="report_validated", case_ids=ids, occurrence="validated", now=now)


async def _set_validation(session: AsyncSession, chosen: Chosen, now: datetime) -> None:
    """Derived once for each version of the rules: all of them were verified in the same moment."""
    for rules, ids in await rulebook.of_cases(session, chosen.ids, now=now):
        calendars = rules.calendars()
        target = derive(rules.policies.rule(dates.VALIDATION), now, calendars)
        share = rules.policies.share(dates.VALIDATION_HALF)
        half = derive_share(share, target, rules.policies.targets.office_hours, calendars)
        for derived in (target, half):
            await session.execute(_DATED, await _dated(session, ids, derived, now))


async def _dated(session: AsyncSession, ids: list[UUID], derived: Derived, now: datetime) -> dict[str, Any]:
    return {
        "ids": uuids(ids),
        "name": derived.name,
        "derivation": await store.keep_derivation(session, derived),
        "base": derived.base_before,
        "due": derived.due_before,
        "now": now,
    }


async def _record(
    session: AsyncSession, chosen: Chosen, event: str, now: datetime, *, directorate: str | None = None
) -> None:
    rows = await session.execute(_SUBMISSIONS, {"ids": uuids(chosen.ids)})
    submissions = {row.case_id: row.submission for row in rows}
    more = {"directorate": directorate} if directorate else {}
    data = [
        {"submission": submissions[case_id], "batch": str(chosen.batch_id), **more} for case_id in chosen.ids
    ]
    await cases.record_many(session, chosen.ids, event, now=now, actor=chosen.actor, data=data)


def _given(chosen: Chosen, now: datetime) -> dict[str, Any]:
    return {"ids": uuids(chosen.ids), "now": now, "actor": chosen.actor, "batch": chosen.batch_id}
