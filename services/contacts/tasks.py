"""Tasks of officers: reach this company by telephone, letter or visit. Raised once; some are settled by facts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.errors import NotFound
from services.models import ContactReason, ContactResult, ContactTask

_RAISE: Final = text(
    """
    INSERT INTO contact_task (id, key, account_id, case_id, message_id, reason, address, raised_at)
    SELECT uuidv7(), t ->> 'key', (t ->> 'account_id')::uuid, (t ->> 'case_id')::uuid,
           (t ->> 'message_id')::uuid, t ->> 'reason', t ->> 'address', :now
    FROM jsonb_array_elements(CAST(:tasks AS jsonb)) AS t
    ON CONFLICT (key) WHERE settled_at IS NULL DO NOTHING
    RETURNING key
    """
)
# Where a mail that came back was going: to a company's own address for notices, or on behalf of a case of it. A letter
# that the next one has followed is not sent once more.
_OF_MESSAGE: Final = text(
    """
    SELECT coalesce(m.account_id, c.account_id) AS account_id, m.case_id, m.recipient,
           (m.lane = 'legal' OR m.template IN ('data_request', 'data_request_followup'))
           AND NOT EXISTS (
               SELECT FROM warning_letter l
               JOIN warning_ladder w ON w.case_id = l.case_id JOIN case_file k ON k.id = w.case_id
               WHERE l.message_id = m.id AND l.rung < w.rung AND k.status <> 'approved') AS needed
    FROM message m LEFT JOIN case_file c ON c.id = m.case_id WHERE m.id = :id
    """
)
_SETTLE: Final = text(
    """
    UPDATE contact_task SET settled_at = :now, settled_by = :by, result = :result
    WHERE settled_at IS NULL AND (id = CAST(:id AS uuid) OR case_id = CAST(:case_id AS uuid)
        OR (account_id = CAST(:account_id AS uuid) AND reason = 'address_bounced' AND address IS DISTINCT FROM :kept))
    RETURNING id
    """
)
# Whether an earlier letter arrived is another matter than whether the newest did, and each waits for its own proof.
_SETTLE_LETTER: Final = text(
    """
    UPDATE contact_task SET settled_at = :now, settled_by = :by, result = 'receipt_proven'
    WHERE settled_at IS NULL AND case_id = :case_id
      AND (message_id = :message_id OR NOT :earlier AND reason <> 'service_disproved')
    """
)
_SETTLE_ALL: Final = text(
    """
    UPDATE contact_task SET settled_at = :now, settled_by = :by, result = :result
    WHERE settled_at IS NULL AND account_id = :account_id
    """
)


@dataclass(frozen=True)
class Wanted:
    """A task to raise. `key` stands once among the open ones."""

    key: str
    account_id: UUID
    reason: ContactReason
    case_id: UUID | None = None
    message_id: UUID | None = None
    address: str | None = None


async def raise_many(session: AsyncSession, wanted: Sequence[Wanted], *, now: datetime) -> int:
    """Raise tasks that do not stand yet; how many are new."""
    if not wanted:
        return 0
    found = await session.execute(_RAISE, {"tasks": _json(wanted), "now": now})
    return len(found.all())


async def raise_for_bounce(session: AsyncSession, message_id: UUID, *, now: datetime) -> bool:
    """A mail came back: somebody finds a better address; what must arrive goes by post. False for officials'."""
    row = (await session.execute(_OF_MESSAGE, {"id": message_id})).one_or_none()
    if row is None or row.account_id is None:
        return False
    wanted = [
        Wanted(
            f"address/{row.account_id}/{row.recipient}",
            row.account_id,
            ContactReason.ADDRESS_BOUNCED,
            message_id=message_id,
            address=row.recipient,
        )
    ]
    if row.case_id is not None and row.needed:
        post = Wanted(
            f"post/{message_id}", row.account_id, ContactReason.POST_LETTER, row.case_id, message_id
        )
        wanted.append(post)
    await raise_many(session, wanted, now=now)
    return True


async def load(session: AsyncSession, task_id: UUID) -> ContactTask:
    """The task, or NotFound."""
    task = await session.get(ContactTask, task_id)
    if task is None:
        raise NotFound
    return task


async def settle_for_case(
    session: AsyncSession, case_id: UUID, result: ContactResult, *, now: datetime
) -> None:
    """What had to be done for a case no longer needs doing."""
    await session.execute(_SETTLE, _given(now, result, case_id=case_id))


async def settle_for_letter(
    session: AsyncSession, case_id: UUID, message_id: UUID | None, *, earlier: bool, now: datetime
) -> None:
    """A warning letter was received: nobody has to see to it any more. `earlier`: another has followed it."""
    given = {"case_id": case_id, "message_id": message_id, "earlier": earlier}
    await session.execute(_SETTLE_LETTER, {**given, "now": now, "by": cases.SYSTEM})


async def settle_for_account(
    session: AsyncSession, account_id: UUID, result: ContactResult, *, now: datetime
) -> None:
    """The company is not to be reached about anything any more."""
    given = {"account_id": account_id, "now": now, "by": cases.SYSTEM, "result": result}
    await session.execute(_SETTLE_ALL, given)


async def settle_for_address(session: AsyncSession, account_id: UUID, address: str, *, now: datetime) -> None:
    """The company gave another address: tasks about its earlier ones are settled."""
    given = _given(now, ContactResult.ADDRESS_CHANGED, account_id=account_id)
    await session.execute(_SETTLE, {**given, "kept": address})


def _given(now: datetime, result: ContactResult, **which: UUID) -> dict[str, Any]:
    nobody = {"id": None, "case_id": None, "account_id": None, "kept": None}
    return {**nobody, **which, "now": now, "by": cases.SYSTEM, "result": result}


def _json(wanted: Sequence[Wanted]) -> str:
    return json.dumps([{**vars(task), "reason": task.reason.value} for task in wanted], default=str)
