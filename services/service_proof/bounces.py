"""What a report about a mail means: its message bounced, its address is unwell, an officer has a task. Once each."""

import mailbox
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.contacts import health, tasks
from services.models import BounceEffect, BounceReport
from services.service_proof.reports import NotAReport, Report, read
from services.warnings import service

_OURS: Final = text(
    """
    SELECT m.id, m.case_id FROM delivery d JOIN message m ON m.id = d.message_id
    WHERE d.message_header_id = :header_id AND lower(m.recipient) = lower(:recipient)
    ORDER BY d.attempt DESC LIMIT 1
    """
)
_ON_THE_WAY: Final = text(
    """
    WITH came_back AS (
        UPDATE message SET state_reason = 'bounced' WHERE id = :id AND state = 'done' RETURNING id
    )
    UPDATE delivery SET state = 'bounced', smtp_answer = :answer
    WHERE message_id = :id AND state IN ('sent', 'unknown')
    """
)


@dataclass
class Imported:
    """What became of the mails of one mailbox. `repeated` had been handed in before."""

    bounced: int = 0
    delayed: int = 0
    delivered: int = 0
    unmatched: int = 0
    repeated: int = 0
    not_reports: int = 0

    def count(self, effect: BounceEffect | None) -> None:
        """One more of this effect (None: seen before)."""
        name = effect.value if effect else "repeated"
        setattr(self, name, getattr(self, name) + 1)

    def add(self, other: "Imported") -> None:
        """As many more of each."""
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)


async def take_in(session: AsyncSession, raw: bytes, *, now: datetime) -> Imported:
    """Act on one mail from the bounce mailbox or the webhook. Handing it in again changes nothing."""
    done = Imported()
    try:
        reports = read(raw)
    except NotAReport:
        done.not_reports += 1
        return done
    for report in reports:
        done.count(await apply(session, report, now=now))
    return done


async def apply(session: AsyncSession, report: Report, *, now: datetime) -> BounceEffect | None:
    """Act on one report; None when it was known. Locks the message's case before anything else."""
    ours = await _find(session, report)
    if ours is not None and ours[1] is not None:
        await cases.lock_many(session, [ours[1]])
    effect = _effect(report, ours is not None)
    row = {
        "digest": report.digest,
        "recipient": report.recipient,
        "action": report.action,
        "status": report.status,
        "diagnostic": report.diagnostic,
        "message_header_id": report.message_id,
        "message_id": ours[0] if ours else None,
        "effect": effect,
        "reported_at": now,
    }
    keep = insert(BounceReport).values(row).on_conflict_do_nothing().returning(col(BounceReport.digest))
    if (await session.execute(keep)).first() is None:
        return None
    if effect is BounceEffect.BOUNCED and ours is not None:
        await _bounced(session, report, *ours, now=now)
    return effect


def mails(path: Path) -> Iterator[bytes]:
    """Every mail of a bounce mailbox: a Maildir, an mbox file, or a single mail. OSError when it cannot be read."""
    if path.is_dir():
        yield from (mail.as_bytes() for mail in mailbox.Maildir(path, create=False))
    elif (raw := path.read_bytes()).startswith(b"From "):
        with closing(mailbox.mbox(path, create=False)) as box:
            yield from (mail.as_bytes() for mail in box)
    else:
        yield raw


def _effect(report: Report, ours: bool) -> BounceEffect:
    if not ours:
        return BounceEffect.UNMATCHED
    if report.permanent:
        return BounceEffect.BOUNCED
    return BounceEffect.DELAYED if report.action == "delayed" else BounceEffect.DELIVERED


async def _find(session: AsyncSession, report: Report) -> tuple[UUID, UUID | None] | None:
    """Our message, by the Message-ID that came back and the recipient it was for: neither alone is enough."""
    if report.message_id is None:
        return None
    given = {"header_id": report.message_id, "recipient": report.recipient}
    row = (await session.execute(_OURS, given)).one_or_none()
    return (row.id, row.case_id) if row else None


async def _bounced(
    session: AsyncSession, report: Report, message_id: UUID, case_id: UUID | None, *, now: datetime
) -> None:
    answer = f"{report.status} {report.diagnostic or ''}".strip()
    await session.execute(_ON_THE_WAY, {"id": message_id, "answer": answer})
    await health.mark_refused(session, report.recipient, answer, now=now)
    await tasks.raise_for_bounce(session, message_id, now=now)
    if case_id is not None:
        data = {"message": str(message_id), "code": report.status}
        await cases.record(session, case_id, "mail_bounced", now=now, data=data)
        await service.came_back(session, message_id, now=now)
