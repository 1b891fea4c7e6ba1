"""Companies that mail does not reach: the tasks of officers, and how each ended."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api import routers
from api.deps import Now, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1.cases import DEFAULT_PURPOSE
from services.contacts import desk, settling, tasks
from services.contacts.desk import Line
from services.correspondence import masked
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import ContactReason, ContactResult

router = routers.programs("/contact-tasks", tags=["contacts"])
Recorder = Annotated[Principal, require(Permission.RECORD_SERVICE)]


class ContactTaskOut(BaseModel):
    """One company to be reached. `due_before` (exclusive) is its next open date; `address` is masked."""

    id: UUID
    account_id: UUID
    company: str
    case_id: UUID | None
    reason: str
    address: str | None
    raised_at: datetime
    due_before: datetime | None
    due_name: str | None
    settled_at: datetime | None
    result: str | None


class SettlementIn(BaseModel):
    """How the company was reached, or why that is not needed, in words.

    Of `service_disproved` an officer of the letter's office says `letter_stands`: the next letter stands all the same.
    """

    model_config = ConfigDict(extra="forbid")

    result: ContactResult
    note: str = Field(max_length=20_000)


@router.get("", response_model=list[ContactTaskOut])
async def find(
    session: SessionDep,
    now: Now,
    user: Recorder,
    purpose: ReadPurpose,
    reason: ContactReason | None = None,
    region: Annotated[str | None, Query(max_length=20)] = None,
) -> list[ContactTaskOut]:
    """What is still to be done, of the companies one may see; who has the next date first."""
    lines = await desk.waiting(session, user, now=now, reason=reason, region=region)
    await log_read(session, user, what="list:contacts", purpose=purpose or DEFAULT_PURPOSE)
    return [_out(line) for line in lines]


@router.post("/{task_id}/settlement", response_model=ContactTaskOut)
async def settle(
    task_id: UUID, body: SettlementIn, session: SessionDep, now: Now, user: Recorder, once: OnceDep
) -> JSONResponse:
    """Say how the company was reached."""

    async def command() -> ContactTaskOut:
        task = await tasks.load(session, task_id)
        target = await policy.account_target(session, task.account_id)
        policy.authorise(user, Permission.RECORD_SERVICE, target)
        await settling.require_issuer(session, task_id, user)
        await settling.settle(session, task_id, body.result, note=body.note, actor=user.actor, now=now)
        return _out(await desk.one(session, task_id, now=now))

    return await once(command)


def _out(line: Line) -> ContactTaskOut:
    task = line.task
    return ContactTaskOut(
        id=task.id,
        account_id=task.account_id,
        company=line.account.name,
        case_id=task.case_id,
        reason=task.reason,
        address=masked(task.address) if task.address else None,
        raised_at=task.raised_at,
        due_before=line.due_before,
        due_name=line.due_name,
        settled_at=task.settled_at,
        result=task.result,
    )
