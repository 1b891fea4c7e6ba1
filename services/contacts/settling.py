"""An officer says how a company was reached. What still waits for proof of receipt is looked at again."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.contacts import health, tasks
from services.data_requests import dates
from services.deadlines import store
from services.errors import InvalidInput, TransitionRefused
from services.i18n import N_
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import (
    CaseFile,
    CaseKind,
    ContactReason,
    ContactResult,
    ContactTask,
    DataRequest,
    DataRequestStatus,
    RequestChannel,
)
from services.warnings import service

MAX_NOTE: Final = 2000
# What an officer may say of a task; the other results come about by themselves.
BY_HAND: Final = (
    ContactResult.CALLED,
    ContactResult.WROTE,
    ContactResult.VISITED,
    ContactResult.NOT_NEEDED,
)
OF_DISPROVED: Final = (ContactResult.LETTER_STANDS,)


async def settle(
    session: AsyncSession, task_id: UUID, result: ContactResult, *, note: str, actor: str, now: datetime
) -> ContactTask:
    """An officer reached the company, or says why that is not needed.

    InvalidInput for a result that only facts bring about or without a note; TransitionRefused when settled.
    """
    task = await tasks.load(session, task_id)
    case = await cases.lock(session, task.case_id) if task.case_id else None  # before the task, as everywhere
    await session.refresh(task, with_for_update=True)
    _check(task, result, note)
    task.settled_at, task.settled_by, task.result, task.note = now, actor, result, note.strip()
    if case is not None:
        data = {"task": str(task.id), "result": result.value}
        await cases.record(session, case, "contact_settled", now=now, actor=actor, data=data)
        await _look_again(session, case, task, now)
    if task.reason == ContactReason.ADDRESS_BOUNCED and task.address and result is ContactResult.NOT_NEEDED:
        await health.heal(session, task.address)
    await session.flush()
    return task


def offered(reason: str) -> tuple[ContactResult, ...]:
    """What an officer may say of a task of this kind."""
    return OF_DISPROVED if reason == ContactReason.SERVICE_DISPROVED else BY_HAND


async def require_issuer(session: AsyncSession, task_id: UUID, principal: Principal) -> None:
    """Forbidden for another office than the one whose letter it is, where the task is about whether that stands."""
    task = await tasks.load(session, task_id)
    if task.reason == ContactReason.SERVICE_DISPROVED and task.case_id is not None:
        await service.require_issuer(session, task.case_id, principal, Permission.RECORD_SERVICE)


def _check(task: ContactTask, result: ContactResult, note: str) -> None:
    if task.settled_at is not None:
        raise TransitionRefused(N_("Tugas ini sudah selesai."))
    if result not in offered(task.reason):
        raise InvalidInput(N_("Pilih hasil tugas ini."), field="result")
    if not note.strip():
        raise InvalidInput(N_("Tuliskan apa yang dilakukan dan hasilnya."), field="note")
    if len(note) > MAX_NOTE:
        raise InvalidInput(N_("Paling banyak {longest} karakter."), field="note", longest=MAX_NOTE)


async def _look_again(session: AsyncSession, case: CaseFile, task: ContactTask, now: datetime) -> None:
    """What is still unproven does not fall asleep with its task: another date is set."""
    if task.reason == ContactReason.SERVICE_DISPROVED:
        await service.stands(session, case, actor=task.settled_by or cases.SYSTEM, now=now)
    elif case.kind == CaseKind.WARNING:
        await service.look_again(session, case, now)
    elif case.kind == CaseKind.DATA_REQUEST and case.status == DataRequestStatus.SENT:
        await _request_again(session, case, task, now)


async def _request_again(session: AsyncSession, case: CaseFile, task: ContactTask, now: datetime) -> None:
    """Where a letter was posted the date is the letter's."""
    request = await session.get_one(DataRequest, case.id, populate_existing=True)
    if task.reason == ContactReason.POST_LETTER and task.result == ContactResult.WROTE:
        request.channel = RequestChannel.LETTER
    rules = await rulebook.of_case(session, case, now=now)
    again = dates.unproven(rules, RequestChannel(request.channel), now)
    await store.set_deadline(session, case.id, dates.UNPROVEN, again, now=now)
    cases.wake(case, now)
