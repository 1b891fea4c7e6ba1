"""Registrations: sent by anyone, read by the UPP and whoever holds the link, decided by the UPP."""

from datetime import date, datetime
from io import BytesIO
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, File, Form, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api import routers
from api.applicants import ANYONE, enters_for_others, limited_program
from api.deps import Arrival, Now, PartsDep, SessionDep
from api.idempotency import OnceDep
from api.permissions import public, require
from api.principals import ReadPurpose
from api.security import MAX_UPLOAD_BODY
from api.uploads import taken_in
from api.v1 import versions
from services import cases
from services.documents import records
from services.errors import InvalidInput, NotFound
from services.i18n import N_
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.licences.dates import today
from services.models import CaseFile, Institution, LetterBasis, Registration
from services.registrations import decisions, form, official_letter, submission
from services.registrations.official_letter import GOVERNMENT

router = routers.programs("/registrations", tags=["registrations"])
NO_FILE = UploadFile(BytesIO())
BY_LETTER = N_("Akun instansi pemerintah diajukan dengan surat dinas atau perjanjian kerja sama kepada UPP.")


class LetterOut(BaseModel):
    """What an institution's registration stands on: a `letter` or an `agreement`, by its number and date."""

    basis: LetterBasis
    number: str
    date: date


class RegistrationOut(BaseModel):
    """A registration as the UPP sees it; the company's receipt has the first four fields. `version` is its ETag.

    `kind` is `company`, or `government` for type D, which has `institution` and `letter`.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: int
    status: str
    version: int
    kind: str
    institution: Institution | None
    letter: LetterOut | None
    submitted_at: datetime
    company_name: str
    nib: str | None
    npwp: str | None
    npwp_warning: bool
    email: str
    region_code: str
    address: str
    similar_to: list[str]
    document_id: UUID
    submission: int
    checklist: dict[str, Any]
    decision_reason: str | None
    account_type: str | None
    account_id: UUID | None


class ReceiptOut(BaseModel):
    """Proof of registration: number, time, and where the answer will be sent."""

    id: UUID
    number: int
    status: str
    submitted_at: datetime
    company_name: str
    email: str


class DecisionIn(BaseModel):
    """`account_type` (A, B, C or D) to accept, `reason` to return or reject, every checklist point to accept.

    `version`, if not in If-Match: the registration that was read.
    """

    model_config = ConfigDict(extra="forbid")

    verdict: decisions.Verdict
    account_type: str | None = None
    reason: str = Field(default="", max_length=4000)
    checklist: dict[str, bool] = Field(default_factory=dict)
    version: int | None = None


@router.post(
    "",
    status_code=201,
    response_model=ReceiptOut,
    dependencies=[public()],
    max_body_size=MAX_UPLOAD_BODY,
)
async def register(
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    once: OnceDep,
    user: Annotated[Principal | None, Depends(limited_program)],
    company_name: Annotated[str, Form()] = "",
    nib: Annotated[str, Form()] = "",
    npwp: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    region_code: Annotated[str, Form()] = "",
    factory_address: Annotated[str, Form(alias="address")] = "",
    kind: Annotated[str, Form()] = "company",
    institution: Annotated[str, Form()] = "",
    letter_basis: Annotated[str, Form()] = "",
    letter_number: Annotated[str, Form()] = "",
    letter_date: Annotated[str, Form()] = "",
    document: Annotated[UploadFile | None, File()] = None,
) -> JSONResponse:
    """Take in a registration with the NIB document (PDF, JPG or PNG, at most 64 MB).

    Without a key only a few an hour from one address; with a key of the UPP as many as there are. `kind` is
    `company`, or `government` for an institution, which registers by official letter: the UPP enters it with its
    key, with the letter as `document`, its `letter_basis` (`letter`, `agreement`), `letter_number` and `letter_date`,
    and the `institution` (`ministry`, `agency`, `mission`, `province`, `regency`).
    """
    known = enters_for_others(user)
    actor = user.actor if user is not None and known else ANYONE
    if kind == GOVERNMENT and not known:
        raise InvalidInput(BY_LETTER, field="kind")
    typed = form.RegistrationForm(
        company_name, nib, npwp, email, region_code, factory_address, kind,
        institution, letter_basis, letter_number, letter_date,
    )  # fmt: skip
    checked = form.check(typed, on=today(now), has_document=bool(document and document.filename))
    if kind == GOVERNMENT and user is not None:
        official_letter.within(user, checked.region_code)
    scan = document or NO_FILE
    accepted = await taken_in(parts.intake, scan, "document")

    async def command() -> ReceiptOut:
        sort = official_letter.SCAN if kind == GOVERNMENT else "nib"
        row = await records.add(session, accepted, kind=sort, uploaded_by=actor, now=now)
        registration = await submission.submit(session, checked, row, actor=actor, now=now)
        return _receipt(registration, "submitted")

    fingerprint = f"{typed!r}/{accepted.sha256}"
    return await once(command, status=201, fingerprint=fingerprint)


@router.get("/{registration_id}", response_model=RegistrationOut)
async def read(
    registration_id: UUID,
    session: SessionDep,
    user: Annotated[Principal, require(Permission.READ_CASE)],
    purpose: ReadPurpose,
    response: Response,
) -> RegistrationOut:
    """One registration. Reading it is logged. Its ETag is what a decision must name."""
    case, registration = await _load(session, registration_id, user, Permission.READ_CASE)
    await log_read(
        session, user, what="registration", purpose=purpose or "registration", case_id=registration_id
    )
    response.headers["ETag"] = versions.etag(case.version)
    return _out(case, registration)


@router.post("/{registration_id}/decision", response_model=RegistrationOut)
async def decide(
    registration_id: UUID,
    body: DecisionIn,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.DECIDE_REGISTRATION)],
    once: OnceDep,
    if_match: versions.IfMatch,
) -> JSONResponse:
    """Accept with a type, return for correction, or reject with a reason. 409 when it changed since it was read."""

    async def command() -> RegistrationOut:
        case = await cases.lock(session, registration_id)
        policy.authorise(user, Permission.DECIDE_REGISTRATION, Target.of_case(case))
        versions.unchanged(case, if_match, body.version)
        decision = decisions.Decision(body.verdict, body.account_type, body.reason, body.checklist)
        registration = await decisions.decide(session, registration_id, decision, actor=user.actor, now=now)
        return _out(case, registration)

    return await once(command)


async def _load(
    session: SessionDep, registration_id: UUID, user: Principal, permission: Permission
) -> tuple[CaseFile, Registration]:
    case = await session.get(CaseFile, registration_id)
    registration = await session.get(Registration, registration_id)
    if case is None or registration is None:
        raise NotFound
    policy.authorise(user, permission, Target.of_case(case))
    return case, registration


def _receipt(registration: Registration, status: str) -> ReceiptOut:
    return ReceiptOut.model_validate(
        {**registration.model_dump(), "id": registration.case_id, "status": status}
    )


def _out(case: CaseFile, registration: Registration) -> RegistrationOut:
    return RegistrationOut.model_validate(
        {
            **registration.model_dump(),
            "id": registration.case_id,
            "status": case.status,
            "version": case.version,
            "letter": _letter(registration),
        }
    )


def _letter(registration: Registration) -> dict[str, Any] | None:
    if registration.letter_number is None:
        return None
    return {
        "basis": registration.letter_basis,
        "number": registration.letter_number,
        "date": registration.letter_date,
    }
