"""Lists of accounts: by name, NIB, region, type; stable pages by account number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import InvalidInput
from services.i18n import N_
from services.identity.policy import visible_filter
from services.identity.principal import Principal
from services.models import Account, AccountStatus, AccountType
from services.search import SHORTEST_TEXT

MAX_LIMIT: Final = 200


@dataclass(frozen=True)
class Filters:
    """What to keep. `q` is part of a name, or exactly a NIB or a username."""

    type: AccountType | None = None
    status: AccountStatus | None = None
    region: str | None = None
    q: str | None = None


async def accounts(
    session: AsyncSession, principal: Principal, filters: Filters, *, after: int = 0, limit: int = 50
) -> tuple[Sequence[Account], int | None]:
    """The accounts a principal may see after a number, in order, and the number to go on from (None: all seen)."""
    limit = min(max(limit, 1), MAX_LIMIT)
    query = select(Account).where(visible_filter(principal, Account), col(Account.number) > after)
    if filters.type is not None:
        query = query.where(col(Account.type) == filters.type)
    if filters.status is not None:
        query = query.where(col(Account.status) == filters.status)
    if filters.region:
        region = col(Account.region_code)
        within = region.startswith(f"{filters.region}.", autoescape=True)
        query = query.where(or_(region == filters.region, within))
    q = (filters.q or "").strip()
    if q:
        if len(q) < SHORTEST_TEXT:
            raise InvalidInput(
                N_("Kata pencarian paling sedikit {shortest} karakter."), field="q", shortest=SHORTEST_TEXT
            )
        named = col(Account.name).icontains(q, autoescape=True)
        query = query.where(or_(named, col(Account.nib) == q, col(Account.username) == q.lower()))
    found = (await session.execute(query.order_by(col(Account.number)).limit(limit + 1))).scalars().all()
    shown = found[:limit]
    return shown, shown[-1].number if len(found) > limit else None
