"""What officers do to a case: hold, release, hand over, note down; and an operator, to a stuck process."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api import routers
from api.deps import Now, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1 import shapes, versions
from api.v1.cases import load, noted
from services import cases, casework, processes
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile


class Resolution(StrEnum):
    RETRY = "retry"
    SKIP = "skip"


router = routers.programs("/cases/{case_id}", tags=["casework"])


class Reason(BaseModel):
    """`version`, if not in If-Match: the case that was read."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=4000)
    version: int | None = None


class Assignment(BaseModel):
    """`assignee_id` null gives the case back to the desk. `version`, if not in If-Match: the case that was read."""

    model_config = ConfigDict(extra="forbid")

    assignee_id: UUID | None
    version: int | None = None


class NoteIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    body: str = Field(max_length=20_000)


class NoteOut(BaseModel):
    """A note; `author` is the name of the official, empty for a program."""

    id: UUID
    body: str
    author: str
    written_at: datetime


@router.post("/hold", response_model=shapes.CaseOut)
async def hold(
    case_id: UUID,
    body: Reason,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.HOLD_CASE)],
    once: OnceDep,
    if_match: versions.IfMatch,
) -> JSONResponse:
    """Stop everything that would happen to the case by itself. 409 when it changed since it was read."""

    async def command() -> shapes.CaseOut:
        case = await _locked(session, case_id, user, Permission.HOLD_CASE)
        versions.unchanged(case, if_match, body.version)
        return _out(await casework.hold(session, case_id, reason=body.reason, actor=user.actor, now=now))

    return await once(command)


@router.post("/release", response_model=shapes.CaseOut)
async def release(
    case_id: UUID,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.HOLD_CASE)],
    once: OnceDep,
) -> JSONResponse:
    """Let a held case go on."""

    async def command() -> shapes.CaseOut:
        await _locked(session, case_id, user, Permission.HOLD_CASE)
        return _out(await casework.release(session, case_id, actor=user.actor, now=now))

    return await once(command)


@router.post("/assignment", response_model=shapes.CaseOut)
async def assign(
    case_id: UUID,
    body: Assignment,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.ASSIGN_CASE)],
    once: OnceDep,
    if_match: versions.IfMatch,
) -> JSONResponse:
    """Hand the case to an official. 409 when it changed since it was read."""

    async def command() -> shapes.CaseOut:
        case = await _locked(session, case_id, user, Permission.ASSIGN_CASE)
        versions.unchanged(case, if_match, body.version)
        return _out(await casework.assign(session, case_id, body.assignee_id, actor=user.actor, now=now))

    return await once(command)


@router.post("/notes", status_code=201, response_model=NoteOut)
async def write_note(
    case_id: UUID,
    body: NoteIn,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.WRITE_NOTES)],
    once: OnceDep,
) -> JSONResponse:
    """Write something down for colleagues; companies do not see it."""

    async def command() -> NoteOut:
        await _locked(session, case_id, user, Permission.WRITE_NOTES)
        note = await casework.add_note(
            session, case_id, body.body, author_id=user.person_id, actor=user.actor, now=now
        )
        return NoteOut(id=note.id, body=note.body, author=user.name, written_at=note.written_at)

    return await once(command, status=201)


@router.get("/notes", response_model=list[NoteOut])
async def notes(
    case_id: UUID,
    session: SessionDep,
    user: Annotated[Principal, require(Permission.READ_NOTES)],
    purpose: ReadPurpose,
) -> list[NoteOut]:
    """What officials wrote about the case, the newest first."""
    case = await load(session, case_id, user, Permission.READ_NOTES)
    await noted(session, user, case, purpose)
    return [
        NoteOut(id=note.id, body=note.body, author=author or "", written_at=note.written_at)
        for note, author in await casework.notes(session, case_id)
    ]


@router.post("/stuck/{resolution}", response_model=shapes.CaseOut)
async def resolve(
    case_id: UUID,
    resolution: Resolution,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.OPERATE_PROCESSES)],
    once: OnceDep,
) -> JSONResponse:
    """Let a stuck step run again (`retry`), or go on without it this time (`skip`)."""

    async def command() -> shapes.CaseOut:
        await _locked(session, case_id, user, Permission.OPERATE_PROCESSES)
        skip = resolution is Resolution.SKIP
        case = await processes.resolve_stuck(
            session, case_id, skip=skip, by=user.person_id, actor=user.actor, now=now
        )
        return _out(case)

    return await once(command)


async def _locked(session: SessionDep, case_id: UUID, user: Principal, permission: Permission) -> CaseFile:
    case = await cases.lock(session, case_id)
    policy.authorise(user, permission, Target.of_case(case))
    return case


def _out(case: CaseFile) -> shapes.CaseOut:
    return shapes.case_out(case, for_company=False)
