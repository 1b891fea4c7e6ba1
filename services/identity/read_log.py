"""Which official read which company's data, and why. Append-only, in real time."""

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.errors import InvalidInput
from services.i18n import N_
from services.identity.principal import Principal
from services.models import ReadLog

MAX_PURPOSE = 300


async def log_read(
    session: AsyncSession,
    principal: Principal,
    *,
    what: str,
    purpose: str,
    account_id: UUID | None = None,
    case_id: UUID | None = None,
) -> None:
    """Note that an official reads individual data. A company's reading of its own data is not logged.

    `what` names the view ("registration", "report", "list:cases"); InvalidInput when `purpose` says nothing.
    """
    if account_id in principal.accounts or not principal.is_official:
        return
    purpose = " ".join(purpose.split())
    if not purpose:
        raise InvalidInput(N_("Sebutkan keperluan membuka data ini."), field="purpose")
    row = {
        "reader": principal.actor,
        "account_id": account_id,
        "case_id": case_id,
        "what": what,
        "purpose": purpose[:MAX_PURPOSE],
    }
    await session.execute(insert(ReadLog).values(row))
