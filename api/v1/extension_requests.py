"""More time asked for by a company: with a reason and evidence, decided by an officer, taken back by the company."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import File, Form, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api import routers
from api.deps import Arrival, Now, PartsDep, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.security import MAX_UPLOAD_BODY
from api.uploads import taken_in
from api.v1 import allowed
from api.v1.cases import DEFAULT_PURPOSE
from api.v1.shapes import FromRow
from services.documents import records
from services.extension_requests import asking, deciding
from services.extension_requests.asking import Asked
from services.extension_requests.deciding import Decision, Verdict
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import ExtensionRequest

router = routers.programs(tags=["extensions"])
Asker = Annotated[Principal, require(Permission.REQUEST_EXTENSION)]


class ExtensionRequestOut(FromRow):
    """A request. `case_id` is its own case and its id; `old_before` is the date in force when it was made."""

    case_id: UUID
    number: int
    status: str
    account_id: UUID
    target_case_id: UUID
    deadline_name: str
    old_before: datetime
    days: int
    reason: str
    document_id: UUID | None
    submitted_at: datetime
    granted_days: int | None
    decision_reason: str | None
    decided_at: datetime | None
    extension_id: UUID | None


class ExtensionDecisionIn(BaseModel):
    """`days` null grants what was asked. A refusal needs a `reason`, which the company reads."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    days: int | None = Field(default=None, ge=1, le=366)
    reason: str = Field(default="", max_length=4000)


@router.post(
    "/cases/{case_id}/extension-requests",
    status_code=201,
    response_model=ExtensionRequestOut,
    max_body_size=MAX_UPLOAD_BODY,
)
async def ask(
    case_id: UUID,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    user: Asker,
    once: OnceDep,
    days: Annotated[int, Form()],
    reason: Annotated[str, Form(max_length=8000)],
    deadline: Annotated[str, Form(max_length=60)] = "report_due",
    evidence: Annotated[UploadFile | None, File()] = None,
) -> JSONResponse:
    """Ask for so many days more, with a reason and (where policy asks for it) evidence as PDF, JPG or PNG."""
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        account_id = await allowed.account_of(early, case_id, user, Permission.REQUEST_EXTENSION)
    accepted = await taken_in(parts.intake, evidence, "evidence") if evidence else None

    async def command() -> ExtensionRequestOut:
        await allowed.account_of(session, case_id, user, Permission.REQUEST_EXTENSION)
        document = await records.add_if(
            session,
            accepted,
            kind="extension_evidence",
            uploaded_by=user.actor,
            now=now,
            account_id=account_id,
        )
        asked = Asked(deadline, days, reason)
        request = await asking.ask(session, case_id, asked, document, actor=user.actor, now=now)
        return ExtensionRequestOut.model_validate(request)

    fingerprint = f"{deadline}/{days}/{reason}/{accepted.sha256 if accepted else ''}"
    return await once(command, status=201, fingerprint=fingerprint)


@router.get("/extension-requests/{request_id}", response_model=ExtensionRequestOut)
async def read(
    request_id: UUID,
    session: SessionDep,
    user: Annotated[Principal, require(Permission.READ_CASE)],
    purpose: ReadPurpose,
) -> ExtensionRequestOut:
    """One request and what was decided."""
    request = await allowed.detail(session, ExtensionRequest, request_id, user, Permission.READ_CASE)
    await log_read(
        session,
        user,
        what="extension_request",
        purpose=purpose or DEFAULT_PURPOSE,
        account_id=request.account_id,
        case_id=request.case_id,
    )
    return ExtensionRequestOut.model_validate(request)


@router.post("/extension-requests/{request_id}/decision", response_model=ExtensionRequestOut)
async def decide(
    request_id: UUID,
    body: ExtensionDecisionIn,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.DECIDE_EXTENSION_REQUEST)],
    once: OnceDep,
) -> JSONResponse:
    """Grant so many days, or refuse with a reason. The company is answered by mail."""

    async def command() -> ExtensionRequestOut:
        await allowed.detail(session, ExtensionRequest, request_id, user, Permission.DECIDE_EXTENSION_REQUEST)
        decision = Decision(body.verdict, body.days, body.reason)
        request = await deciding.decide(session, request_id, decision, actor=user.actor, now=now)
        return ExtensionRequestOut.model_validate(request)

    return await once(command)


@router.post("/extension-requests/{request_id}/withdrawal", response_model=ExtensionRequestOut)
async def withdraw(
    request_id: UUID, session: SessionDep, now: Now, user: Asker, once: OnceDep
) -> JSONResponse:
    """The company takes its request back."""

    async def command() -> ExtensionRequestOut:
        await allowed.detail(session, ExtensionRequest, request_id, user, Permission.REQUEST_EXTENSION)
        request = await asking.withdraw(session, request_id, actor=user.actor, now=now)
        return ExtensionRequestOut.model_validate(request)

    return await once(command)
