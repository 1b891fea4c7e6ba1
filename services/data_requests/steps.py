"""What the process of a request does by itself: ask an officer, remind, note lateness, propose a warning."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.contacts import tasks
from services.contacts.tasks import Wanted
from services.data_requests import dates
from services.deadlines import store
from services.errors import NotFound
from services.messages import bulk
from services.messages.bulk import Told
from services.models import CaseFile, ContactReason, DataRequest, DataRequestStatus, Deadline
from services.warnings import proposals, standing


async def ask_officer(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Nothing shows that the request was received: somebody calls, writes or visits."""
    if case.status != DataRequestStatus.SENT:
        return
    request, date = await _request(session, case), await _deadline(session, case, dates.UNPROVEN)
    date.acted_at = now
    task = Wanted(
        f"unproven/{case.id}/{request.question}", request.account_id, ContactReason.RECEIPT_UNPROVEN, case.id
    )
    await tasks.raise_many(session, [task], now=now)
    data = {"question": request.question}
    await cases.record(session, case, "receipt_unproven", now=now, at=date.due_before, data=data)


async def remind(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The company is reminded; if its date was extended meanwhile, at the moment that goes with the new one."""
    if case.status != DataRequestStatus.RECEIVED:
        return
    due, reminder = await _deadline(session, case, dates.DUE), await _deadline(session, case, dates.REMINDER)
    rules = await rulebook.of_case(session, case, now=now)
    moment = dates.notice(rules, due.due_before, case, await rulebook.of_company(session, case, rules))
    if moment.due_before > now:
        await store.set_deadline(session, case.id, dates.REMINDER, moment, now=now)
        return
    reminder.acted_at = now
    if due.due_before <= now:  # the receipt was recorded after the fact: there is nothing left to remind of
        return
    await _tell(session, case, "data_request_reminder", due, now)
    await cases.record(session, case, "company_reminded", now=now, at=reminder.due_before)


async def mark_late(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The strict date has passed without an answer, which is still taken."""
    if case.status != DataRequestStatus.RECEIVED:
        return
    due = await _deadline(session, case, dates.DUE)
    due.acted_at = now
    await cases.record(session, case, "answer_overdue", now=now, at=due.due_before)
    await _tell(session, case, "data_request_late", due, now)


async def propose_warning(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The lenient date has passed too: a warning may be proposed. An officer decides on it (Permenperin 13/2025).

    A ladder that a later date had stopped goes on from where it stood.
    """
    if case.status != DataRequestStatus.RECEIVED:
        return
    due = await _deadline(session, case, dates.DUE)
    at = due.lenient_before or due.due_before
    await cases.record(session, case, "warning_due", now=now, at=at)
    await standing.duties_changed(session, [case.id], now=now)
    await proposals.propose(session, case, now=now)


async def _tell(session: AsyncSession, case: CaseFile, template: str, due: Deadline, now: datetime) -> None:
    request = await _request(session, case)
    context = {"number": request.number, "due_before": due.due_before}
    told = Told(case.id, f"{request.question}:{due.due_before.isoformat()}", context)
    await bulk.intend_each(session, template, [told], now=now)


async def _request(session: AsyncSession, case: CaseFile) -> DataRequest:
    return await session.get_one(DataRequest, case.id, populate_existing=True)


async def _deadline(session: AsyncSession, case: CaseFile, name: str) -> Deadline:
    found = await dates.deadline_of(session, case.id, name)
    if found is None:
        raise NotFound
    return found
