"""A request for more time that ends undecided: its company takes it back, or the duty it asks about is over."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.deadlines import store
from services.messages.intents import cancel_for_case
from services.models import CaseFile, ExtensionRequest, ExtensionRequestStatus, Outcome

_TO_THE_OFFICE: Final = ("extension_request_waiting", "extension_request_escalation")


async def duty_over(session: AsyncSession, case: CaseFile, *, actor: str, now: datetime) -> None:
    """Close the requests that wait about a locked case whose dates ask for nothing more.

    A request's case is locked after the one it asks about, as `asking.load` does: it is the younger of the two.
    """
    query = select(col(ExtensionRequest.case_id)).where(
        col(ExtensionRequest.target_case_id) == case.id,
        col(ExtensionRequest.status) == ExtensionRequestStatus.SUBMITTED,
    )
    for waiting in (await session.execute(query.order_by(col(ExtensionRequest.case_id)))).scalars().all():
        own = await cases.lock(session, waiting)
        request = await session.get_one(ExtensionRequest, waiting, populate_existing=True)
        await end(session, case, own, request, ExtensionRequestStatus.MOOT, actor=actor, now=now)


async def end(
    session: AsyncSession,
    target: CaseFile,
    own: CaseFile,
    request: ExtensionRequest,
    status: ExtensionRequestStatus,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Nobody decides it any more: both cases say so, and the office hears no more of it. Both are locked."""
    cases.move(own, status)
    request.status = status
    await store.meet(session, own.id, None, now=now)
    await cancel_for_case(session, own.id, _TO_THE_OFFICE, reason="already_answered", now=now)
    data = {"number": request.number}
    await cases.record(session, own, status, now=now, actor=actor, data=data)
    await cases.record(session, target, f"extension_request_{status}", now=now, actor=actor, data=data)
    cases.close(own, Outcome.VOID, now)
