"""Operating processes from their rows: which are stuck, and starting all of them anew."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.cases import HAS_PROCESS
from services.models import CaseFile, Lane
from services.waking import Nudge

BATCH: Final = 1000
MAX_STUCK: Final = 500


@dataclass(frozen=True)
class Stuck:
    """One case that waits for an operator, and the refusal its process met."""

    case_id: UUID
    key: str
    kind: str
    step: str
    code: str
    message: str
    since: datetime


# Looked at again from scratch, whatever the sweep believed: its backoff starts anew.
_WAKE: Final = text(
    """
    WITH next AS (
        SELECT id FROM case_file
        WHERE closed_at IS NULL AND kind = ANY(:kinds) AND id > :after
          AND (kind <> 'report' OR jsonb_exists(milestones, 'sent_at'))
        ORDER BY id LIMIT :batch FOR UPDATE
    )
    UPDATE case_file c SET wake_at = :now, nudged_at = NULL, nudges = 0 FROM next WHERE c.id = next.id
    RETURNING c.kind, c.key, c.id
    """
)


async def stuck(session: AsyncSession) -> list[Stuck]:
    """Stuck cases, the longest stuck first."""
    query = select(CaseFile).where(col(CaseFile.stuck).is_not(None)).limit(MAX_STUCK)
    found = [
        Stuck(
            case.id,
            case.key,
            case.kind,
            case.stuck["step"],
            case.stuck["code"],
            case.stuck["message"],
            datetime.fromisoformat(case.stuck["since"]),
        )
        for case in (await session.execute(query)).scalars()
        if case.stuck is not None
    ]
    return sorted(found, key=lambda line: line.since)


async def wake_batch(session: AsyncSession, after: UUID, *, now: datetime) -> list[Nudge]:
    """Let the next open cases' processes look at their rows; the nudges to send after the commit, in id order."""
    given = {"kinds": sorted(HAS_PROCESS), "after": after, "batch": BATCH, "now": now}
    woken = [Nudge(kind, key, case_id) for kind, key, case_id in await session.execute(_WAKE, given)]
    return sorted(woken, key=lambda nudge: nudge.case_id)


def lanes() -> list[str]:
    """Every post office."""
    return [lane.value for lane in Lane]
