"""Every case that an extension concerns, one by one, for the file that people check before they approve."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.deadlines.extensions import SCOPE, given
from services.models import Extension

_AT_ONCE: Final = 5000

# `clash` says what somebody should know before approving: the date is later already, the case is held, the account
# is not active (nobody is told), or a warning ladder about it stands and will be suspended.
_CONCERNED: Final = text(
    f"""
    SELECT s.*, a.number AS account_number, a.status = 'active' AND NOT s.met AS told,
           concat_ws(', ',
               CASE WHEN s.old >= :target THEN 'later' END,
               CASE WHEN s.held THEN 'held' END,
               CASE WHEN a.status <> 'active' THEN 'inactive' END,
               CASE WHEN EXISTS (SELECT FROM warning_ladder w WHERE w.obligation_id = s.id AND w.ended_at IS NULL)
                    THEN 'warned' END) AS clash
    FROM (
        SELECT c.id, c.key, c.title, c.account_id, c.region_code, c.stage, c.status, c.held_at IS NOT NULL AS held,
               d.met_at IS NOT NULL AS met, d.due_before AS old, greatest(d.due_before, :target) AS new
        {SCOPE} AND c.id > :after ORDER BY c.id LIMIT :most
    ) s LEFT JOIN account a ON a.id = s.account_id ORDER BY s.id
    """  # noqa: S608 -- built from our own constants
)


async def concerned(session: AsyncSession, extension: Extension, *, now: datetime) -> AsyncIterator[Row[Any]]:
    """Every case in scope with its old and its new date; read in pages, so that none stands in memory."""
    wanted: dict[str, Any] = {**given(extension, now), "after": UUID(int=0), "most": _AT_ONCE}
    while found := (await session.execute(_CONCERNED, wanted)).all():
        for row in found:
            yield row
        wanted["after"] = found[-1].id
