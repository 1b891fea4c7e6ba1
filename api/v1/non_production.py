"""Letters of non-production: handed in by a company, accepted or refused by an officer, taken back by the company."""

from datetime import date, datetime
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
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import NonProductionLetter, Signer
from services.non_production import deciding, declaring
from services.non_production.deciding import Decision, Verdict
from services.non_production.declaring import Declaration

router = routers.programs(tags=["non-production"])
Declarer = Annotated[Principal, require(Permission.WRITE_REPORT)]


class NonProductionOut(FromRow):
    """A letter. `case_id` is its own case and its id; `report_id` the report it asks to be excused from."""

    case_id: UUID
    number: int
    status: str
    account_id: UUID
    report_id: UUID
    letter_date: date
    signed_by: str
    reason: str
    document_id: UUID
    submitted_at: datetime
    decision_reason: str | None
    decided_at: datetime | None


class NonProductionDecisionIn(BaseModel):
    """A refusal needs a `reason`, which the company reads."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    reason: str = Field(default="", max_length=4000)


@router.post(
    "/cases/{case_id}/non-production",
    status_code=201,
    response_model=NonProductionOut,
    max_body_size=MAX_UPLOAD_BODY,
)
async def declare(
    case_id: UUID,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    user: Declarer,
    once: OnceDep,
    letter_date: Annotated[date, Form()],
    signed_by: Annotated[Signer, Form()],
    reason: Annotated[str, Form(max_length=8000)],
    letter: Annotated[UploadFile | None, File()] = None,
) -> JSONResponse:
    """Declare that nothing was produced in the whole period of this report; the signed letter as PDF, JPG or PNG."""
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        account_id = await allowed.account_of(early, case_id, user, Permission.WRITE_REPORT)
    accepted = await taken_in(parts.intake, letter, "letter") if letter else None

    async def command() -> NonProductionOut:
        await allowed.account_of(session, case_id, user, Permission.WRITE_REPORT)
        document = await records.add_if(
            session,
            accepted,
            kind="non_production_letter",
            uploaded_by=user.actor,
            now=now,
            account_id=account_id,
        )
        declared = Declaration(letter_date, signed_by, reason)
        made = await declaring.declare(session, case_id, declared, document, actor=user.actor, now=now)
        return NonProductionOut.model_validate(made)

    fingerprint = f"{letter_date}/{signed_by}/{reason}/{accepted.sha256 if accepted else ''}"
    return await once(command, status=201, fingerprint=fingerprint)


@router.get("/non-production/{non_production}", response_model=NonProductionOut)
async def read(
    non_production: UUID,
    session: SessionDep,
    user: Annotated[Principal, require(Permission.READ_CASE)],
    purpose: ReadPurpose,
) -> NonProductionOut:
    """One letter and what was decided."""
    letter = await allowed.detail(session, NonProductionLetter, non_production, user, Permission.READ_CASE)
    await log_read(
        session,
        user,
        what="non_production",
        purpose=purpose or DEFAULT_PURPOSE,
        account_id=letter.account_id,
        case_id=letter.case_id,
    )
    return NonProductionOut.model_validate(letter)


@router.post("/non-production/{non_production}/decision", response_model=NonProductionOut)
async def decide(
    non_production: UUID,
    body: NonProductionDecisionIn,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.EXCUSE_OBLIGATION)],
    once: OnceDep,
) -> JSONResponse:
    """Accept the letter, which excuses the report and ends its warnings, or refuse it with a reason."""

    async def command() -> NonProductionOut:
        await allowed.detail(session, NonProductionLetter, non_production, user, Permission.EXCUSE_OBLIGATION)
        decision = Decision(body.verdict, body.reason)
        letter = await deciding.decide(session, non_production, decision, actor=user.actor, now=now)
        return NonProductionOut.model_validate(letter)

    return await once(command)


@router.post("/non-production/{non_production}/withdrawal", response_model=NonProductionOut)
async def withdraw(
    non_production: UUID, session: SessionDep, now: Now, user: Declarer, once: OnceDep
) -> JSONResponse:
    """The company takes its letter back."""

    async def command() -> NonProductionOut:
        await allowed.detail(session, NonProductionLetter, non_production, user, Permission.WRITE_REPORT)
        letter = await declaring.withdraw(session, non_production, actor=user.actor, now=now)
        return NonProductionOut.model_validate(letter)

    return await once(command)
