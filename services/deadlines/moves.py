"""Telling companies that one of their dates is another now, whatever kind of case it belongs to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.database import uuids
from services.messages.catalogue import TEMPLATES
from services.messages.hours import moment_sql, openings
from services.messages.recipients import NOTICE_ADDRESS_SQL
from services.waking import wake_lane

TEMPLATE: Final = "deadline_moved"

# Notices go to the contact person; an applicant without an account is told at the address on the NIB.
_TELL: Final = text(
    f"""
    INSERT INTO message (id, case_id, account_id, template, template_version, locale, lane, recipient,
                         context, dedupe_key, planned_for, not_before, state, attempts, created_at)
    SELECT uuidv7(), c.id, a.id, :template, :version, 'id', :lane,
           CASE WHEN a.id IS NULL THEN r.email ELSE {NOTICE_ADDRESS_SQL} END,
           jsonb_build_object('company', c.title, 'zone', coalesce(a.zone, c.zone), 'matter', d.name,
                              'due_before', d.due_before, 'old_before', w.old, 'instrument', CAST(:instrument AS text),
                              'reason', CAST(:reason AS text)),
           CAST(:template AS text) || ':' || c.id || ':' || instant_text(d.due_before) || ':'
               || d.name || '/' || CAST(:occurrence AS text),
           at.moment, at.moment, 'queued', 0, :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:olds AS timestamptz[])) AS w(case_id, old)
    JOIN case_file c ON c.id = w.case_id
    JOIN deadline d ON d.case_id = c.id AND d.name = :name AND d.met_at IS NULL
    LEFT JOIN account a ON a.id = c.account_id AND a.status = 'active'
    LEFT JOIN profile_section k ON k.account_id = a.id AND k.section = 'contact_person'
    LEFT JOIN registration r ON r.case_id = c.id
    CROSS JOIN LATERAL (SELECT {moment_sql("coalesce(a.zone, c.zone)", "d.due_before")} AS moment) at
    WHERE a.id IS NOT NULL OR r.email IS NOT NULL AND c.account_id IS NULL
    ON CONFLICT (dedupe_key) WHERE state <> 'cancelled' DO NOTHING
    RETURNING case_id
    """  # noqa: S608 -- our own constant
)


async def tell(
    session: AsyncSession,
    case_ids: Sequence[UUID],
    name: str,
    *,
    occurrence: str,
    old: Mapping[UUID, datetime],
    instrument: str,
    reason: str,
    now: datetime,
) -> list[UUID]:
    """Queue one notice for each of these locked cases about its date `name`; returns the cases newly told."""
    if not case_ids:
        return []
    known = TEMPLATES[TEMPLATE]
    given = {
        "template": known.name,
        "version": known.version,
        "lane": known.lane,
        "ids": uuids(case_ids),
        "olds": f"{{{','.join(old[case_id].isoformat() for case_id in case_ids)}}}",
        "name": name,
        "occurrence": occurrence,
        "instrument": instrument,
        "reason": reason,
        "openings": await openings(session, known, now=now),
        "now": now,
    }
    told = await session.execute(_TELL, given)
    wake_lane(session, known.lane)
    return list(told.scalars())
