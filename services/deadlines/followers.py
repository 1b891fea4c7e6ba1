"""Whose process must look again when dates have moved. Set-based: only `wake_at` is lowered, the sweep nudges."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases import FOLLOWED_SINCE, HAS_PROCESS
from services.database import uuids
from services.warnings import standing

# A process that sleeps until a date needs no word of a later one: it wakes, reads and sleeps again. It must look now
# when its date came nearer, or had passed and lies ahead again. A report that was never sent has no process.
_ROUSE: Final = text(
    """
    UPDATE case_file SET wake_at = :now, nudged_at = NULL, nudges = 0
    WHERE id = ANY(CAST(:ids AS uuid[])) AND closed_at IS NULL AND stuck IS NULL AND held_at IS NULL
      AND kind = ANY(:kinds) AND (kind <> 'report' OR jsonb_exists(milestones, :followed))
      AND (wake_at IS NULL OR wake_at > :now)
    """
)
_WARNED_ABOUT: Final = frozenset({"report_due", "data_request_due"})


async def rouse(session: AsyncSession, case_ids: Sequence[UUID], *, now: datetime) -> None:
    """Let the processes of these locked cases look at their rows."""
    if case_ids:
        given = {
            "ids": uuids(case_ids),
            "kinds": sorted(HAS_PROCESS),
            "followed": FOLLOWED_SINCE,
            "now": now,
        }
        await session.execute(_ROUSE, given)


async def rouse_ladders(session: AsyncSession, case_ids: Sequence[UUID], name: str, *, now: datetime) -> None:
    """A warning ladder follows the date of another case: a later one stops it at once, the old one lets it go on."""
    if case_ids and name in _WARNED_ABOUT:
        await standing.duties_changed(session, case_ids, now=now)
