"""Which addresses refuse our mail, by what a server answered or a mail system reported later."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.messages import bulk

_REFUSED: Final = text(
    "SELECT address FROM contact_health WHERE address = ANY(:addresses) AND bounced_at IS NOT NULL"
)
_MARK: Final = text(
    """
    INSERT INTO contact_health (address, bounced_at, answer, reported) VALUES (:address, :now, :answer, true)
    ON CONFLICT (address) DO UPDATE
    SET bounced_at = excluded.bounced_at, answer = excluded.answer, reported = true
    """
)
_HEAL: Final = text(
    "UPDATE contact_health SET bounced_at = NULL, answer = NULL, reported = false WHERE address = :address"
)


async def unreachable(session: AsyncSession, account_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Of these companies, those whose address for notices refuses our mail; their letters go by post."""
    found = await bulk.addresses(session, account_ids)
    rows = await session.execute(_REFUSED, {"addresses": sorted(set(found.values()))})
    refused = set(rows.scalars())
    return {account: address for account, address in found.items() if address in refused}


async def mark_refused(session: AsyncSession, address: str, answer: str | None, *, now: datetime) -> None:
    """A mail system reported that this address takes no mail. A relay that accepts more of it heals nothing."""
    await session.execute(_MARK, {"address": address, "now": now, "answer": answer})


async def heal(session: AsyncSession, address: str) -> None:
    """Somebody knows that the address takes mail again."""
    await session.execute(_HEAL, {"address": address})
