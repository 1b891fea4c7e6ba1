"""One message to each of many companies about a case of their own, in one statement."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.database import uuids
from services.messages.catalogue import TEMPLATES
from services.messages.hours import about_sql, moment_sql, openings
from services.messages.recipients import NOTICE_ADDRESS_SQL
from services.waking import wake_lane


@dataclass(frozen=True)
class Told:
    """What one case's company is told. `key` names the occasion within the case, as in `dedupe.case_key`.

    `attachment` is a stored document that goes along with the mail.
    """

    case_id: UUID
    key: str
    context: Mapping[str, Any] = field(default_factory=dict)
    attachment: UUID | None = None


# The company's name and zone, and the address of its contact person, are read from the rows as they stand.
_INTEND_EACH: Final = text(
    f"""
    INSERT INTO message (id, case_id, account_id, template, template_version, locale, lane, recipient,
                         context, dedupe_key, planned_for, not_before, state, attempts, created_at,
                         attachment_id)
    SELECT uuidv7(), c.id, a.id, :template, :version, 'id', :lane, {NOTICE_ADDRESS_SQL},
           jsonb_build_object('company', a.name, 'zone', a.zone) || (told -> 'context'),
           :template || ':' || c.id || ':' || (told ->> 'key'), at.moment, at.moment, 'queued', 0, :now,
           (told ->> 'attachment')::uuid
    FROM jsonb_array_elements(CAST(:told AS jsonb)) AS told
    JOIN case_file c ON c.id = (told ->> 'case_id')::uuid
    JOIN account a ON a.id = c.account_id AND a.status = 'active'
    LEFT JOIN profile_section k ON k.account_id = a.id AND k.section = 'contact_person'
    CROSS JOIN LATERAL (SELECT {moment_sql("a.zone", about_sql("(told -> 'context')"))} AS moment) at
    ON CONFLICT (dedupe_key) WHERE state <> 'cancelled' DO NOTHING
    RETURNING case_id
    """  # noqa: S608 -- our own constants
)
_ADDRESSES: Final = text(
    f"""
    SELECT a.id, {NOTICE_ADDRESS_SQL} AS address FROM account a
    LEFT JOIN profile_section k ON k.account_id = a.id AND k.section = 'contact_person'
    WHERE a.id = ANY(CAST(:ids AS uuid[]))
    """  # noqa: S608 -- our own constant
)


async def intend_each(
    session: AsyncSession,
    template: str,
    told: Sequence[Told],
    *,
    now: datetime,
) -> list[UUID]:
    """Queue one message for each (locked) case; returns the cases newly told. Void accounts are told nothing."""
    known = TEMPLATES[template]
    for each in told:
        known.check({"company": "", **each.context})
    rows = [
        {
            "case_id": str(each.case_id),
            "key": each.key,
            "context": dict(each.context),
            "attachment": str(each.attachment) if each.attachment else None,
        }
        for each in told
    ]
    given = {
        "template": template,
        "version": known.version,
        "lane": known.lane,
        "told": json.dumps(rows, default=_instant),
        "openings": await openings(session, known, now=now),
        "now": now,
    }
    found = await session.execute(_INTEND_EACH, given)
    wake_lane(session, known.lane)
    return list(found.scalars())


async def addresses(session: AsyncSession, account_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Where notices to these companies go today."""
    rows = await session.execute(_ADDRESSES, {"ids": uuids(account_ids)})
    return {row.id: row.address for row in rows}


def _instant(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    raise TypeError(f"{value!r} cannot stand in a message's context")
