"""Which addresses refuse our mail, by what a server answered or a mail system reported later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.messages import bulk
from services.models import Account, ContactHealth

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


@dataclass(frozen=True)
class Address:
    """Where a company's mail goes, and since when it comes back from there. `notices`: not only credentials."""

    address: str
    notices: bool
    bounced_at: datetime | None
    answer: str | None


async def of_account(session: AsyncSession, account: Account) -> list[Address]:
    """The addresses of one company: of its contact person for notices, of its NIB for credentials; each once."""
    for_notices = (await bulk.addresses(session, [account.id])).get(account.id, account.email or "")
    known = [address for address in dict.fromkeys((for_notices, account.email or "")) if address]
    query = select(ContactHealth).where(col(ContactHealth.address).in_(known))
    rows = (await session.execute(query.execution_options(populate_existing=True))).scalars()
    unwell = {row.address: row for row in rows if row.bounced_at is not None}
    return [
        Address(
            address,
            address == for_notices,
            unwell[address].bounced_at if address in unwell else None,
            unwell[address].answer if address in unwell else None,
        )
        for address in known
    ]


async def mark_refused(session: AsyncSession, address: str, answer: str | None, *, now: datetime) -> None:
    """A mail system reported that this address takes no mail. A relay that accepts more of it heals nothing."""
    await session.execute(_MARK, {"address": address, "now": now, "answer": answer})


async def heal(session: AsyncSession, address: str) -> None:
    """Somebody knows that the address takes mail again."""
    await session.execute(_HEAL, {"address": address})
