"""Deciding to tell somebody: rows written in the transaction that decided it, once per key."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.database import uuids
from services.errors import InvalidInput
from services.i18n import N_
from services.messages.catalogue import TEMPLATES
from services.messages.dedupe import WAVE_KEY_SQL
from services.messages.hours import about_sql, moment_sql, openings
from services.messages.recipients import NOTICE_ADDRESS_SQL, Recipient, is_address
from services.models import Lane, new_id
from services.waking import wake_lane

_MOMENT = moment_sql("CAST(:zone AS text)", about_sql("CAST(:context AS jsonb)"))
_INTEND = text(
    f"""
    INSERT INTO message (id, case_id, account_id, person_id, template, template_version, locale, lane,
                         recipient, context, dedupe_key, planned_for, not_before, state, attempts, created_at)
    VALUES (:id, :case_id, :account_id, :person_id, :template, :version, :locale, :lane,
            :recipient, CAST(:context AS jsonb), :dedupe_key, {_MOMENT}, {_MOMENT}, 'queued', 0, :now)
    ON CONFLICT (dedupe_key) WHERE state <> 'cancelled' DO NOTHING
    RETURNING id
    """  # noqa: S608 -- our own constants
)

_WAVE_FACTS = frozenset(
    {"company", "period", "stage", "due_before", "old_before", "instrument", "reason", "sending_opens_at"}
)

# What every mail about a report says is read here, from the rows as they stand; the extension in force
# explains a date that is not the base date.
_INTEND_MANY = text(
    f"""
    INSERT INTO message (id, case_id, account_id, template, template_version, locale, lane, recipient,
                         context, dedupe_key, planned_for, not_before, state, attempts, created_at)
    SELECT uuidv7(), c.id, a.id, :template, :version, 'id', :lane, {NOTICE_ADDRESS_SQL},
           jsonb_strip_nulls(jsonb_build_object(
               'company', a.name, 'zone', a.zone, 'period', c.period, 'stage', c.stage,
               'due_before', d.due_before,
               'old_before', CASE WHEN l.active THEN l.old_before ELSE l.target_before END,
               'instrument', e.instrument, 'reason', e.reason, 'sending_opens_at', p.sending_opens_at
           )) - CAST(:untold AS text[]) || CAST(:extra AS jsonb),
           {WAVE_KEY_SQL}, at.moment, at.moment, 'queued', 0, :now
    FROM unnest(CAST(:case_ids AS uuid[])) AS wanted(case_id)
    JOIN case_file c ON c.id = wanted.case_id
    JOIN account a ON a.id = c.account_id AND a.status = 'active'
    JOIN deadline d ON d.case_id = c.id AND d.name = :deadline
    LEFT JOIN reporting_period p ON p.code = c.period
    LEFT JOIN profile_section k ON k.account_id = a.id AND k.section = 'contact_person'
    LEFT JOIN extension_line l
           ON l.extension_id = :extension_id AND l.case_id = c.id AND l.deadline_name = d.name
    LEFT JOIN LATERAL (
        SELECT x.instrument, x.reason FROM extension x
        WHERE x.id = coalesce(l.extension_id, CASE WHEN d.due_before <> d.base_before THEN (
            SELECT active.extension_id FROM extension_line active
            WHERE active.case_id = c.id AND active.deadline_name = d.name AND active.active
            ORDER BY active.target_before DESC LIMIT 1) END)
    ) e ON true
    CROSS JOIN LATERAL (SELECT {moment_sql("a.zone", "d.due_before")} AS moment) at
    ON CONFLICT (dedupe_key) WHERE state <> 'cancelled' DO NOTHING
    RETURNING case_id
    """  # noqa: S608 -- our own constants
)

_CANCEL = text(
    """
    UPDATE message m SET state = 'cancelled', state_reason = :reason, done_at = :now, claimed_until = NULL,
                         context = m.context - 'token'
    WHERE m.case_id = :case_id AND m.template = ANY(:templates)
      AND (m.state = 'queued' OR (m.state = 'claimed' AND NOT EXISTS (
           SELECT FROM delivery d
           WHERE d.message_id = m.id AND d.attempt = m.attempts AND d.state = 'sending')))
    """
)


async def intend(
    session: AsyncSession,
    *,
    template: str,
    dedupe_key: str,
    recipient: Recipient,
    context: Mapping[str, Any],
    now: datetime,
    case_id: UUID | None = None,
    account_id: UUID | None = None,
    lane: Lane | None = None,
) -> UUID | None:
    """Queue one message in the caller's transaction; None when its key already stood.

    `context` holds text, numbers, and instants as aware datetimes or ISO text, as the catalogue declares.
    `lane` None takes the template's own. InvalidInput for an address no mail can be sent to.
    """
    known = TEMPLATES[template]
    known.check(context)
    if not is_address(recipient.address):
        raise InvalidInput(N_("Alamat e-mail ini tidak dapat dikirimi surat."), field="email")
    lane = lane or known.lane
    found = await session.execute(
        _INTEND,
        {
            "id": new_id(),
            "case_id": case_id,
            "account_id": account_id,
            "person_id": recipient.person_id,
            "template": template,
            "version": known.version,
            "locale": recipient.locale,
            "lane": lane,
            "recipient": recipient.address,
            "context": _json({"zone": recipient.zone, **context}),
            "dedupe_key": dedupe_key,
            "zone": recipient.zone,
            "openings": await openings(session, known, now=now, lane=lane),
            "now": now,
        },
    )
    wake_lane(session, lane)
    queued: UUID | None = found.scalar_one_or_none()
    return queued


async def intend_many(
    session: AsyncSession,
    *,
    template: str,
    case_ids: Sequence[UUID],
    occurrence: str,
    now: datetime,
    deadline: str = "report_due",
    extension_id: UUID | None = None,
    extra: Mapping[str, Any] | None = None,
) -> list[UUID]:
    """Queue one notice for each of many (locked) report cases in one statement; returns the cases newly told.

    What a text about a report may ask for is read from the rows; `extra` is the same for all. With
    `extension_id` the old date is the one which that extension, or its undoing, replaced.
    """
    known = TEMPLATES[template]
    found = await session.execute(
        _INTEND_MANY,
        {
            "template": template,
            "version": known.version,
            "lane": known.lane,
            "case_ids": uuids(case_ids),
            "occurrence": occurrence,
            "deadline": deadline,
            "extension_id": extension_id,
            "extra": _json(extra or {}),
            "untold": sorted(_WAVE_FACTS - known.keys - known.optional),
            "openings": await openings(session, known, now=now),
            "now": now,
        },
    )
    wake_lane(session, known.lane)
    return list(found.scalars())


async def cancel_for_case(
    session: AsyncSession, case_id: UUID, templates: Sequence[str], *, reason: str, now: datetime
) -> int:
    """Take back what is queued for a case and not yet on the wire; returns how many."""
    given = {"case_id": case_id, "templates": list(templates), "reason": reason, "now": now}
    result = await session.execute(_CANCEL, given)
    return int(result.rowcount)  # type: ignore[attr-defined]  # the result of an UPDATE counts its rows


def _json(context: Mapping[str, Any]) -> str:
    return json.dumps(context, default=_instant)


def _instant(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    raise TypeError(f"{value!r} cannot stand in a message's context")
