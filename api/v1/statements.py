"""Surat Pernyataan: its number, the letter to print, and the signed scan."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import File, Form, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api import letters, routers
from api.deps import Arrival, LocaleDep, Now, PartsDep, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.security import MAX_UPLOAD_BODY
from api.uploads import taken_in
from api.v1 import versions
from api.v1.report_shapes import ReportOut, report_out
from api.v1.reports import Writer, authorised, held_report
from services.documents import records
from services.errors import Conflict
from services.i18n import N_
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.reports import dossier, statement

router = routers.programs("/reports/{report_id}", tags=["reports"])


class NumberIn(BaseModel):
    """The company's own number of its letter."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(max_length=400)
    version: int | None = Field(default=None, ge=0)


class LetterOut(BaseModel):
    """The letter that holds for the present data. Print it from GET …/statement-letter, sign it, scan it."""

    number: str
    issued_at: datetime
    data_sha256: str
    content_version: int
    check_url: str


@router.put("/statement-number", response_model=ReportOut)
async def set_number(
    report_id: UUID,
    body: NumberIn,
    session: SessionDep,
    now: Now,
    locale: LocaleDep,
    user: Writer,
    if_match: versions.IfMatch,
    response: Response,
) -> ReportOut:
    """Number the letter. One printed under another number no longer holds."""
    expected = versions.required_version(if_match, body.version)
    await authorised(session, report_id, user, Permission.WRITE_REPORT)
    report = await statement.set_number(
        session, report_id, body.number, expected_version=expected, actor=user.actor, now=now
    )
    response.headers["ETag"] = versions.etag(report.content_version)
    return report_out(await held_report(session, report_id, user, now=now), locale)


@router.post("/statement-letter", response_model=LetterOut)
async def prepare(
    report_id: UUID, session: SessionDep, parts: PartsDep, now: Now, user: Writer, once: OnceDep
) -> JSONResponse:
    """Bind the letter to the present data. 422 lists what must be filled in first."""

    async def command() -> LetterOut:
        await authorised(session, report_id, user, Permission.WRITE_REPORT)
        letter = await statement.letter(
            session, report_id, public_url=parts.settings.public_url, now=now,
            specimen=parts.specimen,
        )  # fmt: skip
        return LetterOut(
            number=letter.number,
            issued_at=letter.issued_at,
            data_sha256=letter.data_sha256,
            content_version=letter.data_version,
            check_url=letter.check.url,
        )

    return await once(command)


@router.get("/statement-letter", response_class=Response)
async def print_letter(report_id: UUID, parts: PartsDep, user: Writer, now: Arrival) -> Response:
    """The letter as PDF. 409 when none was prepared for the present data."""
    async with parts.sessions.begin() as session:
        await authorised(session, report_id, user, Permission.WRITE_REPORT)
        held = await dossier.lock(session, report_id, now=now)
        if not held.letter_holds:
            raise Conflict(
                dossier.LETTER_OUTDATED
                if held.report.statement_letter_hash
                else N_("Siapkan Surat Pernyataan lebih dahulu.")
            )
        letter = await statement.letter(
            session, report_id, public_url=parts.settings.public_url, now=now,
            specimen=parts.specimen,
        )  # fmt: skip
    return await letters.fresh(parts, letter)


@router.post("/statement-scan", response_model=ReportOut, max_body_size=MAX_UPLOAD_BODY)
async def attach_scan(
    report_id: UUID,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    locale: LocaleDep,
    user: Annotated[Principal, require(Permission.UPLOAD_DOCUMENT)],
    if_match: versions.IfMatch,
    once: OnceDep,
    scan: Annotated[UploadFile, File()],
    version: Annotated[int | None, Form(ge=0)] = None,
) -> JSONResponse:
    """Hand in the signed letter as PDF or picture (at most 64 MB). It counts while data and number stay the same."""
    expected = versions.required_version(if_match, version)
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await authorised(early, report_id, user, Permission.UPLOAD_DOCUMENT, lock=False)
    accepted = await taken_in(parts.intake, scan, "scan")

    async def command() -> ReportOut:
        case = await authorised(session, report_id, user, Permission.UPLOAD_DOCUMENT)
        document = await records.add(
            session, accepted, kind=statement.DOCUMENT_KIND, uploaded_by=user.actor, now=now,
            account_id=case.account_id,
        )  # fmt: skip
        await statement.attach_scan(
            session, report_id, document, expected_version=expected, actor=user.actor, now=now
        )
        return report_out(await held_report(session, report_id, user, now=now), locale)

    return await once(command, fingerprint=f"{expected}/{accepted.sha256}")
