"""The end of a ladder: nothing more is asked, what has not left is called back, what was printed is void."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.database import uuids
from services.messages.bulk import Told, intend_each
from services.models import CaseFile, CaseKind, Outcome, WarningStatus
from services.waking import Nudge, woken
from services.warnings import wording

EVENTS: Final = {
    WarningStatus.COMPLIED: "ladder_complied",
    WarningStatus.EXCUSED: "ladder_excused",
    WarningStatus.EXCLUDED: "ladder_excluded",
    WarningStatus.WITHDRAWN: "ladder_withdrawn",
    WarningStatus.DECIDED: "ladder_decided",
}

# A ladder whose first letter has not left has no process yet: only the others are woken to leave.
_END: Final = text(
    """
    UPDATE case_file SET status = :status, outcome = :outcome, closed_at = :now, version = version + 1,
           wake_at = CASE WHEN milestones = '{}' THEN NULL ELSE CAST(:now AS timestamptz) END
    WHERE id = ANY(CAST(:ids AS uuid[])) RETURNING id, key, wake_at
    """
)
_STATEMENTS: Final = tuple(
    text(statement)
    for statement in (
        """
        UPDATE warning_ladder SET ended_at = :now, suspended_at = NULL, suspension = NULL
        WHERE case_id = ANY(CAST(:ids AS uuid[]))
        """,
        """
        UPDATE deadline SET met_at = :now, paused_since = NULL
        WHERE case_id = ANY(CAST(:ids AS uuid[])) AND met_at IS NULL
        """,
        # An approval without a number leaves nothing behind; a number that was given stays in the register.
        "DELETE FROM warning_letter WHERE case_id = ANY(CAST(:ids AS uuid[])) AND number IS NULL",
        # What left by mail stays what left, also when it was to go by post instead and did not.
        """
        UPDATE warning_letter SET channel = 'email', sent_at = mailed_at, print_batch_id = NULL
        WHERE case_id = ANY(CAST(:ids AS uuid[])) AND sent_at IS NULL AND mailed_at IS NOT NULL
        """,
        """
        WITH voided AS (
            UPDATE warning_letter SET voided_at = :now, void_reason = :status
            WHERE case_id = ANY(CAST(:ids AS uuid[])) AND sent_at IS NULL AND voided_at IS NULL
            RETURNING issued_id
        )
        UPDATE issued_document i SET voided_at = :now, void_reason = 'overtaken' FROM voided
        WHERE i.id = voided.issued_id AND i.voided_at IS NULL
        """,
        """
        UPDATE sanction SET state = 'refused', decided_at = :now, decided_by = 'system', decision_note = :status
        WHERE case_id = ANY(CAST(:ids AS uuid[])) AND state = 'proposed'
        """,
        """
        UPDATE contact_task SET settled_at = :now, settled_by = 'system', result = 'case_over'
        WHERE case_id = ANY(CAST(:ids AS uuid[])) AND settled_at IS NULL
        """,
    )
)
# Not what is on the wire, and not the word about how it ended.
_CALL_BACK: Final = text(
    """
    UPDATE message m SET state = 'cancelled', state_reason = :status, done_at = :now, claimed_until = NULL
    WHERE m.case_id = ANY(CAST(:ids AS uuid[])) AND m.template = 'warning_letter'
      AND (m.state IN ('queued', 'held') OR (m.state = 'claimed' AND NOT EXISTS (
           SELECT FROM delivery d
           WHERE d.message_id = m.id AND d.attempt = m.attempts AND d.state = 'sending')))
    """
)


# Letters whose mail was called back above never left.
_WARNED: Final = text(
    """
    SELECT DISTINCT w.case_id, o.kind, o.key, o.period, o.stage
    FROM warning_ladder w JOIN case_file o ON o.id = w.obligation_id
    JOIN warning_letter l ON l.case_id = w.case_id AND l.sent_at IS NOT NULL
    LEFT JOIN message m ON m.id = l.message_id
    WHERE w.case_id = ANY(CAST(:ids AS uuid[])) AND (l.channel = 'post' OR m.state <> 'cancelled')
    """
)


async def end(
    session: AsyncSession,
    ladders: Sequence[UUID],
    status: WarningStatus,
    outcome: Outcome,
    *,
    now: datetime,
    actor: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    """End locked, open ladders. Whatever waits for them is over; letters that left stay what they are."""
    if not ladders:
        return
    given = {"ids": uuids(ladders), "now": now, "status": status.value, "outcome": outcome.value}
    ended = (await session.execute(_END, given)).all()
    for row in ended:
        if row.wake_at is not None:
            woken(session).cases[row.key] = Nudge(CaseKind.WARNING, row.key, row.id)
    for statement in _STATEMENTS:
        await session.execute(statement, given)
    await session.execute(_CALL_BACK, given)
    await cases.record_many(session, ladders, EVENTS[status], now=now, actor=actor, data=dict(data or {}))
    if status is not WarningStatus.DECIDED:
        await _tell(session, ladders, now)


async def _tell(session: AsyncSession, ladders: Sequence[UUID], now: datetime) -> None:
    """Whoever had a letter is told that no other will follow; who never had one never knew."""
    rows = (await session.execute(_WARNED, {"ids": uuids(ladders)})).all()
    told = [
        Told(
            row.case_id,
            "ended",
            {
                "matter": wording.duty(row.kind, row.key, row.period, row.stage),
                "matter_en": wording.duty(row.kind, row.key, row.period, row.stage, "en"),
            },
        )
        for row in rows
    ]
    if told:
        await intend_each(session, "warning_ended", told, now=now)


async def forget(session: AsyncSession, case: CaseFile, *, now: datetime) -> None:
    """A ladder whose case was closed with its account is over with it; nothing of any other case."""
    if case.kind == CaseKind.WARNING:
        await session.flush()
        given = {"ids": uuids([case.id]), "now": now, "status": "void"}
        for statement in (*_STATEMENTS, _CALL_BACK):
            await session.execute(statement, given)
