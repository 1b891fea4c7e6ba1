"""A newer document takes the place of an earlier licence."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.deadlines import store
from services.errors import Conflict, NotFound
from services.i18n import N_
from services.licences.notices import WHILE_IT_LASTS
from services.messages.intents import cancel_for_case
from services.models import Licence, LicenceEnd, Outcome, UppValidation
from services.transitions import LicenceStatus


async def replaceable(session: AsyncSession, account_id: UUID, licence_id: UUID) -> Licence:
    """The company's licence that a newer one may replace. NotFound; Conflict when a newer one is there already."""
    earlier = await session.get(Licence, licence_id, populate_existing=True)
    if earlier is None or earlier.account_id != account_id:
        raise NotFound
    waiting = select(col(Licence.id)).where(
        col(Licence.replaces_id) == licence_id, col(Licence.upp_validation) == UppValidation.PENDING
    )
    replaced = earlier.end_reason == LicenceEnd.REPLACED
    if replaced or (await session.execute(waiting.limit(1))).first() is not None:
        raise Conflict(N_("Dokumen ini sudah diganti. Ganti dokumen yang terbaru."))
    return earlier


async def replace_earlier(session: AsyncSession, licence: Licence, *, actor: str, now: datetime) -> None:
    """Everything that this licence came to replace, also through documents that were never found valid."""
    earlier_id = licence.replaces_id
    while earlier_id is not None:
        earlier = await session.get(Licence, earlier_id, populate_existing=True)
        if earlier is None:
            raise NotFound
        await replace(session, earlier, licence, actor=actor, now=now)
        earlier_id = earlier.replaces_id


async def replace(
    session: AsyncSession, earlier: Licence, newer: Licence, *, actor: str, now: datetime
) -> None:
    """End a licence in favour of a newer one; what has ended before stays as it is."""
    if earlier.ended_at is not None:
        return
    earlier.ended_at, earlier.end_reason = now, LicenceEnd.REPLACED
    if earlier.case_id is None:  # taken over from older records, without a review here
        return
    case = await cases.lock(session, earlier.case_id)
    cases.move(case, LicenceStatus.REPLACED)
    await store.meet(session, case.id, None, now=now)
    await cancel_for_case(session, case.id, WHILE_IT_LASTS, reason="replaced", now=now)
    await cases.record(session, case, "licence_replaced", now=now, actor=actor, data={"by": str(newer.id)})
    if case.closed_at is None:
        cases.close(case, Outcome.DONE, now)
