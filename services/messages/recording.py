"""Writing down that a mail is about to leave, and what became of it: set-based, fenced by the attempt."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.clock import app_now
from services.contacts import tasks
from services.database import uuids
from services.messages.outcomes import Kind, Letter, Outcome, judge

End = tuple[Letter, Outcome]

_LOCK: Final = text(
    """
    SELECT m.id FROM message m
    JOIN unnest(CAST(:ids AS uuid[]), CAST(:attempts AS int[])) AS ours(id, attempt)
      ON m.id = ours.id AND m.attempts = ours.attempt
    WHERE m.state = 'claimed' ORDER BY m.id FOR UPDATE OF m
    """
)
_END: Final = text(
    """
    WITH given AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:attempts AS int[]), CAST(:header_ids AS text[]),
            CAST(:deliveries AS text[]), CAST(:answers AS text[]), CAST(:states AS text[]),
            CAST(:reasons AS text[]), CAST(:waits AS float[])
        ) AS g(id, attempt, header_id, delivery, answer, state, reason, wait)
    ), noted AS (
        INSERT INTO delivery (id, message_id, attempt, message_header_id, state, smtp_answer, finished_at)
        SELECT uuidv7(), id, attempt, header_id, delivery, answer, now() FROM given WHERE delivery IS NOT NULL
        ON CONFLICT (message_id, attempt) DO UPDATE
        SET state = excluded.state, smtp_answer = excluded.smtp_answer, finished_at = excluded.finished_at
        WHERE delivery.state IN ('sending', 'unknown')
    ), healed AS (
        UPDATE contact_health SET bounced_at = NULL, answer = NULL, last_sent_at = now()
        WHERE address = ANY(CAST(:sent_to AS text[])) AND bounced_at IS NOT NULL AND NOT reported
    )
    UPDATE message m
    SET state = g.state, state_reason = g.reason, claimed_until = NULL,
        not_before = CASE WHEN g.wait IS NULL THEN m.not_before
                     ELSE (SELECT app_now()) + make_interval(secs => g.wait) END,
        done_at = CASE WHEN g.state IN ('done', 'cancelled') THEN (SELECT app_now()) END,
        context = CASE WHEN g.state IN ('done', 'cancelled') THEN m.context - 'token' ELSE m.context END
    FROM given g
    WHERE m.id = g.id AND m.attempts = g.attempt
      AND (m.state = 'claimed' OR (g.delivery = 'sent' AND m.state IN ('queued', 'held')))
    RETURNING m.id
    """
)
_BOUNCE: Final = text(
    """
    INSERT INTO contact_health (address, bounced_at, answer) VALUES (:address, :now, :answer)
    ON CONFLICT (address) DO UPDATE SET bounced_at = excluded.bounced_at, answer = excluded.answer
    """
)


def begin_statement(unwanted: str) -> Any:
    """The statement that marks wanted letters as on the wire and says why the others are not wanted."""
    return text(
        f"""
        WITH looked AS (
            SELECT m.id, m.attempts, {unwanted} AS unwanted FROM message m WHERE m.id = ANY(CAST(:ids AS uuid[]))
        ), begun AS (
            INSERT INTO delivery (id, message_id, attempt, message_header_id, state)
            SELECT uuidv7(), l.id, l.attempts, g.header_id, 'sending'
            FROM looked l
            JOIN unnest(CAST(:given_ids AS uuid[]), CAST(:header_ids AS text[])) AS g(id, header_id)
              USING (id)
            WHERE l.unwanted IS NULL
            ON CONFLICT (message_id, attempt) DO UPDATE SET started_at = now()
            WHERE delivery.state = 'sending'
        )
        SELECT id, unwanted FROM looked
        """  # noqa: S608 -- our own constant
    )


async def begin(session: AsyncSession, statement: Any, letters: Sequence[Letter]) -> dict[UUID, str | None]:
    """Mark letters as on the wire, in the transaction whose commit precedes their DATA.

    Maps each to None (go) or to why it must not go: no longer wanted, or no longer ours.
    """
    ids = [letter.id for letter in letters]
    ours = (
        await session.execute(_LOCK, {"ids": uuids(ids), "attempts": [letter.attempt for letter in letters]})
    ).scalars().all()  # fmt: skip
    given = {
        "ids": uuids(ours),
        "given_ids": uuids(ids),
        "header_ids": [letter.message_id for letter in letters],
    }
    looked = {row.id: row.unwanted for row in await session.execute(statement, given)}
    fates: dict[UUID, str | None] = {letter.id: looked.get(letter.id, "taken_over") for letter in letters}
    fell = [
        (letter, Outcome(Kind.CANCELLED, reason=looked[letter.id]))
        for letter in letters
        if looked.get(letter.id) is not None
    ]
    await end(session, fell)
    return fates


async def end(session: AsyncSession, ends: Sequence[End]) -> list[UUID]:
    """Record how attempts ended; returns the messages whose attempt was still ours."""
    if not ends:
        return []
    verdicts = [judge(letter, outcome) for letter, outcome in ends]
    found = await session.execute(
        _END,
        {
            "ids": uuids(letter.id for letter, _ in ends),
            "attempts": [letter.attempt for letter, _ in ends],
            "header_ids": [letter.message_id for letter, _ in ends],
            "deliveries": [verdict.delivery for verdict in verdicts],
            "answers": [_storable(outcome.answer) for _, outcome in ends],
            "states": [verdict.message for verdict in verdicts],
            "reasons": [verdict.reason for verdict in verdicts],
            "waits": [None if verdict.wait is None else verdict.wait.total_seconds() for verdict in verdicts],
            "sent_to": [letter.recipient for letter, outcome in ends if outcome.kind is Kind.SENT],
        },
    )
    return list(found.scalars())


async def bounce(session: AsyncSession, letter: Letter, outcome: Outcome) -> None:
    """Record a refusal for good: the address is unwell and the case's timeline says so. Locks the case first.

    The event carries the answer's code only: its text tends to quote the address.
    """
    locked = await cases.lock_many(session, [letter.case_id]) if letter.case_id else []
    if not await end(session, [(letter, outcome)]):
        return
    now = await app_now(session)
    answer = _storable(outcome.answer)
    await session.execute(_BOUNCE, {"address": letter.recipient, "now": now, "answer": answer})
    await tasks.raise_for_bounce(session, letter.id, now=now)
    for case_id in locked:
        data = {"message": str(letter.id), "template": letter.template, "code": (answer or "")[:3]}
        await cases.record(session, case_id, "mail_bounced", now=now, data=data)


def _storable(answer: str | None) -> str | None:
    """What a stranger's server said, fit for a text column."""
    if answer is None:
        return None
    return answer.encode("utf-8", "replace").decode().replace("\x00", "")[:500]
