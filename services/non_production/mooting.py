"""A letter under review about a report that was sent after all: nothing is left to be excused from."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.deadlines import store
from services.messages.intents import cancel_for_case
from services.models import CaseFile, NonProductionLetter, NonProductionStatus, Outcome
from services.non_production.notices import WAITING


async def report_sent(session: AsyncSession, report: CaseFile, *, actor: str, now: datetime) -> None:
    """Close the letter that waits about a locked report which was just sent; it asks nobody any more.

    The letter's case is locked after the report's, as `declaring.load` does: it is the younger of the two.
    """
    query = select(col(NonProductionLetter.case_id)).where(
        col(NonProductionLetter.report_id) == report.id,
        col(NonProductionLetter.status) == NonProductionStatus.SUBMITTED,
    )
    waiting = (await session.execute(query)).scalar_one_or_none()
    if waiting is None:
        return
    own = await cases.lock(session, waiting)
    letter = await session.get_one(NonProductionLetter, waiting, populate_existing=True)
    cases.move(own, NonProductionStatus.MOOT)
    letter.status = NonProductionStatus.MOOT
    await store.meet(session, own.id, None, now=now)
    await cancel_for_case(session, own.id, (WAITING,), reason="already_answered", now=now)
    data = {"number": letter.number}
    await cases.record(session, own, "moot", now=now, actor=actor, data=data)
    await cases.record(session, report, "non_production_moot", now=now, actor=actor, data=data)
    cases.close(own, Outcome.VOID, now)
    await session.flush()
