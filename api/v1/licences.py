"""Licences: uploaded by the company, found valid or not by the UPP."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import File, Form, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Arrival, Now, PartsDep, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.security import MAX_UPLOAD_BODY
from api.uploads import taken_in
from api.v1 import versions
from api.v1.accounts import Reader, authorised
from api.v1.cases import DEFAULT_PURPOSE
from api.v1.shapes import FromRow
from services import cases
from services.companies import profile, stored
from services.documents import records
from services.errors import NotFound
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.licences import dates, decisions, form, reading, submission
from services.models import CaseFile, Licence, LicenceScale, StandardCertificateStatus

router = routers.programs(tags=["licences"])
Uploader = Annotated[Principal, require(Permission.UPLOAD_DOCUMENT)]
Reviewer = Annotated[Principal, require(Permission.REVIEW_LICENCE)]


class LicenceOut(FromRow):
    """A licence. The UPP's finding and the standard certificate's verification are two statuses.

    `version` is that of its case, which a decision names.
    """

    id: UUID
    account_id: UUID
    case_id: UUID | None
    version: int | None
    type: str
    number: str | None
    document_date: date | None
    expires_on: date | None
    kbli: list[str]
    risk_level: str | None
    upp_validation: str
    ss_verification: str
    note: str | None
    document_id: UUID | None
    uploaded_at: datetime
    verified_at: datetime | None
    replaces_id: UUID | None
    ended_at: datetime | None
    end_reason: str | None
    status: str


class LicenceDecisionIn(BaseModel):
    """`note` is needed when not valid, and read by the company. Null leaves the rest as it is.

    `version`, if not in If-Match: the licence that was read.
    """

    model_config = ConfigDict(extra="forbid")

    valid: bool
    note: str = Field(default="", max_length=4000)
    ss_verification: StandardCertificateStatus | None = None
    scale: LicenceScale | None = None
    cross_region: bool | None = None
    version: int | None = None


class StandardCertificateIn(BaseModel):
    """What is known of the standard certificate; `evidence` says how, and is needed when it is verified."""

    model_config = ConfigDict(extra="forbid")

    status: StandardCertificateStatus
    evidence: str = Field(default="", max_length=2000)


@router.get("/accounts/{account_id}/licences", response_model=list[LicenceOut])
async def of_account(
    account_id: UUID, session: SessionDep, user: Reader, purpose: ReadPurpose
) -> list[LicenceOut]:
    """Every licence the company ever uploaded, the newest first."""
    await authorised(session, account_id, user, Permission.READ_ACCOUNT)
    await log_read(session, user, what="licences", purpose=purpose or DEFAULT_PURPOSE, account_id=account_id)
    return [await _out(session, licence) for licence in await reading.of_account(session, account_id)]


@router.post(
    "/accounts/{account_id}/licences",
    status_code=201,
    response_model=LicenceOut,
    max_body_size=MAX_UPLOAD_BODY,
)
async def upload(
    account_id: UUID,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    user: Uploader,
    once: OnceDep,
    document: Annotated[UploadFile, File()],
    type_: Annotated[str, Form(alias="type")] = "",
    number: Annotated[str, Form()] = "",
    document_date: Annotated[str, Form()] = "",
    expires_on: Annotated[str, Form()] = "",
    kbli: Annotated[list[str] | None, Form()] = None,
    risk_level: Annotated[str, Form()] = "",
    replaces_id: Annotated[UUID | None, Form()] = None,
) -> JSONResponse:
    """Upload a licence (PDF, JPG or PNG, at most 64 MB) for review, also in the place of an earlier one."""
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await authorised(early, account_id, user, Permission.UPLOAD_DOCUMENT)
        fields = profile.kbli_of(await stored.read_all(early, account_id))
    typed = form.LicenceForm(type_, number, document_date, expires_on, tuple(kbli or ()), risk_level)
    checked = form.check(typed, fields, on=dates.today(now))
    accepted = await taken_in(parts.intake, document, "document")

    async def command() -> LicenceOut:
        await authorised(session, account_id, user, Permission.UPLOAD_DOCUMENT)
        row = await records.add(
            session, accepted, kind="licence", uploaded_by=user.actor, now=now, account_id=account_id
        )
        licence = await submission.upload(
            session, account_id, checked, row, actor=user.actor, now=now, replaces_id=replaces_id
        )
        return await _out(session, licence)

    return await once(command, status=201, fingerprint=f"{typed!r}/{replaces_id}/{accepted.sha256}")


@router.post("/licences/{licence_id}/decision", response_model=LicenceOut)
async def decide(
    licence_id: UUID,
    body: LicenceDecisionIn,
    session: SessionDep,
    now: Now,
    user: Reviewer,
    once: OnceDep,
    if_match: versions.IfMatch,
) -> JSONResponse:
    """Find a licence valid or not. 409 when it changed since it was read."""

    async def command() -> LicenceOut:
        licence = await _authorised(session, licence_id, user)
        if licence.case_id is not None:
            case = await cases.lock(session, licence.case_id)
            versions.unchanged(case, if_match, body.version)
        decision = decisions.Decision(**body.model_dump(exclude={"version"}))
        return await _out(
            session, await decisions.decide(session, licence_id, decision, actor=user.actor, now=now)
        )

    return await once(command)


@router.post("/licences/{licence_id}/standard-certificate", response_model=LicenceOut)
async def record_certificate(
    licence_id: UUID,
    body: StandardCertificateIn,
    session: SessionDep,
    now: Now,
    user: Reviewer,
    once: OnceDep,
) -> JSONResponse:
    """Record that the standard certificate has been verified, or is no longer; the licence's validity stays."""

    async def command() -> LicenceOut:
        await _authorised(session, licence_id, user)
        return await _out(
            session,
            await decisions.record_verification(
                session, licence_id, body.status, evidence=body.evidence, actor=user.actor, now=now
            ),
        )

    return await once(command)


async def _authorised(session: AsyncSession, licence_id: UUID, user: Principal) -> Licence:
    licence = await session.get(Licence, licence_id)
    if licence is None:
        raise NotFound
    target = await policy.account_target(session, licence.account_id)
    policy.authorise(user, Permission.REVIEW_LICENCE, target)
    return licence


async def _out(session: AsyncSession, licence: Licence) -> LicenceOut:
    case = await session.get(CaseFile, licence.case_id) if licence.case_id else None
    more = {"status": reading.status(licence), "version": case.version if case else None}
    return LicenceOut.model_validate({**licence.model_dump(), **more})
