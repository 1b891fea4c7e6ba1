"""Extensions of deadlines: written down, tried out, approved by whom policy asks for, undone while possible."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import File, UploadFile
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.concerned import csv_of_cases
from api.deps import Arrival, Now, PartsDep, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.security import MAX_UPLOAD_BODY
from api.uploads import taken_in
from api.v1 import versions
from api.v1.shapes import FromRow
from services import cases
from services.deadlines import extensions, undoing
from services.deadlines.extensions import ExtensionDraft
from services.documents import records
from services.errors import NotFound
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, Extension, ExtensionScope

router = routers.programs("/extensions", tags=["extensions"])
MAX_ACCOUNTS = 10_000


class ExtensionIn(BaseModel):
    """`target_date` is the new last day. Region, KBLI, stage and list narrow the scope further."""

    model_config = ConfigDict(extra="forbid")

    scope: ExtensionScope
    target_date: date
    instrument: str = Field(max_length=4000)
    reason: str = Field(max_length=4000)
    period: str | None = Field(default=None, max_length=10)
    stage: str | None = Field(default=None, max_length=40)
    region: str | None = Field(default=None, max_length=20)
    kbli: str | None = Field(default=None, max_length=5, pattern=r"^[0-9]{1,5}$")
    account_ids: list[UUID] = Field(default_factory=list, max_length=MAX_ACCOUNTS)
    case_id: UUID | None = None
    deadline: str = Field(default="report_due", max_length=60)
    notify: bool = True


class ExtensionOut(FromRow):
    """`target_before` is exclusive: the second before is the last that counts. `version` is what is approved."""

    id: UUID
    case_id: UUID
    version: int
    status: str
    scope: str
    period: str | None
    stage: str | None
    region_prefix: str | None
    kbli_prefix: str | None
    target_case_id: UUID | None
    deadline_name: str
    target_before: datetime
    instrument: str
    reason: str
    document_id: UUID | None
    notify: bool
    counts: dict[str, Any]
    previewed_at: datetime | None
    requested_at: datetime
    approved_at: datetime | None
    applied_at: datetime | None
    undone_at: datetime | None


class GroupOut(BaseModel):
    old: datetime
    new: datetime
    cases: int


class SampleOut(BaseModel):
    id: UUID
    title: str
    region_code: str | None
    status: str
    old: datetime
    new: datetime


class PreviewOut(FromRow):
    """What would happen: dates that move and stay, messages, the old and new dates, and some of the cases.

    `version` of the extension: approving names it.
    """

    version: int
    concerned: int
    moving: int
    unchanged: int
    messages: int
    earliest_old: datetime | None
    groups: list[GroupOut]
    sample: list[SampleOut]


class ApprovalIn(BaseModel):
    """`version`, if not in If-Match: the extension that was tried out."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = None


Drafter = Annotated[Principal, require(Permission.DRAFT_EXTENSION)]


@router.post("", status_code=201, response_model=ExtensionOut)
async def draft(
    body: ExtensionIn, session: SessionDep, now: Now, user: Drafter, once: OnceDep
) -> JSONResponse:
    """Write down an extension. Nothing moves before it was tried out and approved."""

    async def command() -> ExtensionOut:
        policy.authorise(user, Permission.DRAFT_EXTENSION, await _concerned(session, body))
        given = body.model_dump() | {"account_ids": tuple(body.account_ids)}
        target = given.pop("target_date")
        wanted = ExtensionDraft(target=target, **given)
        return await _out(session, await extensions.draft(session, wanted, actor=user.actor, now=now))

    return await once(command, status=201)


@router.get("/{extension_id}", response_model=ExtensionOut)
async def read(
    extension_id: UUID,
    session: SessionDep,
    user: Annotated[Principal, require(Permission.READ_EXTENSION)],
    response: Response,
) -> ExtensionOut:
    """One extension and how far it has come. Its ETag is what approving must name."""
    extension = await session.get(Extension, extension_id)
    if extension is None:
        raise NotFound
    case = await session.get_one(CaseFile, extension.case_id)
    policy.authorise(user, Permission.READ_EXTENSION, Target.of_case(case))
    response.headers["ETag"] = versions.etag(case.version)
    return await _out(session, extension)


@router.get("/{extension_id}/cases.csv", response_class=Response)
async def cases_csv(
    extension_id: UUID,
    parts: PartsDep,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.READ_EXTENSION)],
) -> Response:
    """Every case in scope as a file: company, old date, new date, whether it is told, and what clashes."""
    extension = await session.get(Extension, extension_id)
    if extension is None:
        raise NotFound
    case = await session.get_one(CaseFile, extension.case_id)
    policy.authorise(user, Permission.READ_EXTENSION, Target.of_case(case))
    return csv_of_cases(parts, extension, now)


@router.post("/{extension_id}/dry-run", response_model=PreviewOut)
async def dry_run(
    extension_id: UUID, session: SessionDep, now: Now, user: Drafter, once: OnceDep
) -> JSONResponse:
    """Say exactly what would happen. Only what was tried out can be approved."""

    async def command() -> PreviewOut:
        await _authorised(session, extension_id, user, Permission.DRAFT_EXTENSION)
        preview = await extensions.dry_run(session, extension_id, actor=user.actor, now=now)
        case, _ = await extensions.load(session, extension_id)
        return PreviewOut.model_validate({**vars(preview), "version": case.version})

    return await once(command)


@router.post("/{extension_id}/document", response_model=ExtensionOut, max_body_size=MAX_UPLOAD_BODY)
async def attach(
    extension_id: UUID,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    user: Drafter,
    once: OnceDep,
    document: Annotated[UploadFile, File()],
) -> JSONResponse:
    """Attach the instrument itself (PDF, JPG or PNG) to an extension that was not approved yet."""
    async with (
        parts.sessions() as early,
        early.begin(),
    ):  # no transaction stands open while the file is looked at
        await _authorised(early, extension_id, user, Permission.DRAFT_EXTENSION)
    accepted = await taken_in(parts.intake, document, "document")

    async def command() -> ExtensionOut:
        await _authorised(session, extension_id, user, Permission.DRAFT_EXTENSION)
        row = await records.add(session, accepted, kind="instrument", uploaded_by=user.actor, now=now)
        return await _out(
            session, await extensions.attach(session, extension_id, row, actor=user.actor, now=now)
        )

    return await once(command, fingerprint=accepted.sha256)


@router.post("/{extension_id}/approval", response_model=ExtensionOut, status_code=202)
async def approve(
    extension_id: UUID,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.APPROVE_EXTENSION, recent=True)],
    once: OnceDep,
    if_match: versions.IfMatch,
    body: ApprovalIn | None = None,
) -> JSONResponse:
    """Approve; above the size set in policy by somebody other than who asked. It is applied in batches after this.

    409 when it changed since it was read.
    """

    async def command() -> ExtensionOut:
        case = await _authorised(session, extension_id, user, Permission.APPROVE_EXTENSION)
        versions.unchanged(case, if_match, body.version if body else None)
        return await _out(session, await extensions.approve(session, extension_id, actor=user.actor, now=now))

    return await once(command, status=202)


@router.post("/{extension_id}/undo", response_model=ExtensionOut, status_code=202)
async def undo(
    extension_id: UUID,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.UNDO_EXTENSION, recent=True)],
    once: OnceDep,
) -> JSONResponse:
    """Take it back, as long as no old date has passed."""
    step = _step(session, extension_id, user, Permission.UNDO_EXTENSION, undoing.order_undo, now)
    return await once(step, status=202)


@router.post("/{extension_id}/cancellation", response_model=ExtensionOut)
async def cancel(
    extension_id: UUID, session: SessionDep, now: Now, user: Drafter, once: OnceDep
) -> JSONResponse:
    """Drop an extension that was not approved."""
    step = _step(session, extension_id, user, Permission.DRAFT_EXTENSION, extensions.cancel, now)
    return await once(step)


def _step(
    session: AsyncSession,
    extension_id: UUID,
    user: Principal,
    permission: Permission,
    step: Callable[..., Awaitable[Extension]],
    now: datetime,
) -> Callable[[], Awaitable[ExtensionOut]]:
    async def command() -> ExtensionOut:
        await _authorised(session, extension_id, user, permission)
        return await _out(session, await step(session, extension_id, actor=user.actor, now=now))

    return command


async def _out(session: AsyncSession, extension: Extension) -> ExtensionOut:
    case = await session.get_one(CaseFile, extension.case_id)
    return ExtensionOut.model_validate({**extension.model_dump(), "version": case.version})


async def _authorised(
    session: AsyncSession, extension_id: UUID, user: Principal, permission: Permission
) -> CaseFile:
    case, _ = await extensions.load(session, extension_id)
    policy.authorise(user, permission, Target.of_case(case))
    return case


async def _concerned(session: AsyncSession, body: ExtensionIn) -> Target:
    """What an extension would touch: one case, or everything in a region."""
    if body.case_id is not None:
        return Target.of_case(await cases.lock(session, body.case_id))
    return Target(region_code=body.region, individual=False)
