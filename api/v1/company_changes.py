"""What officials change of a company's data: its head office, its scale; and everything that was changed so."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import File, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api import routers
from api.deps import Arrival, LocaleDep, Now, PartsDep, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.security import MAX_UPLOAD_BODY
from api.uploads import taken_in
from api.v1 import versions
from api.v1.accounts import AccountLine, Reader, SavedOut, authorised
from api.v1.cases import DEFAULT_PURPOSE
from api.v1.correspondence import DocumentOut
from api.v1.report_shapes import spoken
from api.v1.shapes import FromRow
from services.companies import changes, profile
from services.companies.changes import Letter
from services.documents import records
from services.i18n import translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.licences import determination
from services.licences.determination import Determination
from services.models import LicenceScale
from services.reports.numbers import Notation
from services.timeline import actors

router = routers.programs("/accounts", tags=["accounts"])
Officer = Annotated[Principal, require(Permission.CHANGE_COMPANY_DATA)]


class ChangeByLetterIn(BaseModel):
    """The whole page as it shall be, and the company's letter: `document_id` is its scan, uploaded before.

    `version`, if not in If-Match: the page that was read.
    """

    model_config = ConfigDict(extra="forbid")

    values: dict[str, JsonValue]
    letter_number: str = Field(max_length=400)
    letter_date: str = Field(max_length=40)
    document_id: UUID | None = None
    version: int | None = Field(default=None, ge=0)
    notation: Notation = Notation.PLAIN


class DeterminationIn(BaseModel):
    """The scale that the company is licensed for (null: not known), and whether it works across regions."""

    model_config = ConfigDict(extra="forbid")

    scale: LicenceScale | None
    cross_region: bool
    reason: str = Field(max_length=4000)


class AccountChangeOut(FromRow):
    """What a part of the company's data said before and after, who changed it and on what ground.

    That is the company's letter, a licence that shows it, or a reason, which officials read.
    """

    id: UUID
    part: str
    before: dict[str, Any]
    after: dict[str, Any]
    letter_number: str | None
    letter_date: date | None
    document_id: UUID | None
    licence_id: UUID | None
    reason: str | None
    made_by: str
    made_at: datetime


@router.post(
    "/{account_id}/documents", status_code=201, response_model=DocumentOut, max_body_size=MAX_UPLOAD_BODY
)
async def upload(
    account_id: UUID,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    user: Officer,
    once: OnceDep,
    document: Annotated[UploadFile, File()],
) -> JSONResponse:
    """Take in the scan of the company's letter, which a change will name in `document_id`."""
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await authorised(early, account_id, user, Permission.CHANGE_COMPANY_DATA)
    accepted = await taken_in(parts.intake, document, "document")

    async def command() -> DocumentOut:
        await authorised(session, account_id, user, Permission.CHANGE_COMPANY_DATA)
        row = await records.add(
            session, accepted, kind=changes.SCAN, uploaded_by=user.actor, now=now, account_id=account_id
        )
        return DocumentOut.model_validate(row)

    return await once(command, status=201, fingerprint=accepted.sha256)


@router.post("/{account_id}/profile/{section}/change-by-letter", response_model=SavedOut)
async def change_by_letter(
    account_id: UUID,
    section: str,
    body: ChangeByLetterIn,
    session: SessionDep,
    now: Now,
    locale: LocaleDep,
    user: Officer,
    once: OnceDep,
    if_match: versions.IfMatch,
) -> JSONResponse:
    """Change a page that the company enters only once, as its letter asks. The company is told.

    409 when the page was changed since it was read, was never entered, or says so already.
    """

    async def command() -> SavedOut:
        await authorised(session, account_id, user, Permission.CHANGE_COMPANY_DATA)
        named = body.document_id
        scan = await changes.scan_of(session, account_id, named) if named is not None else None
        saved = await profile.change_by_letter(
            session, account_id, section, body.values, Letter(body.letter_number, body.letter_date, scan),
            expected_version=versions.required_version(if_match, body.version),
            actor=user.actor, now=now, notation=body.notation,
        )  # fmt: skip
        remarks = spoken(saved.warnings, locale)
        return SavedOut(
            section=saved.section, values=dict(saved.values), version=saved.version, warnings=remarks
        )

    return await once(command)


@router.post("/{account_id}/determination", response_model=AccountLine)
async def determine(
    account_id: UUID,
    body: DeterminationIn,
    session: SessionDep,
    now: Now,
    user: Officer,
    once: OnceDep,
) -> JSONResponse:
    """Correct what decides whose matter the company is. Proposals of which no letter was approved follow.

    409 when it says so already.
    """

    async def command() -> AccountLine:
        await authorised(session, account_id, user, Permission.CHANGE_COMPANY_DATA)
        found = Determination(body.scale, body.cross_region)
        account = await determination.correct(
            session, account_id, found, reason=body.reason, actor=user.actor, now=now
        )
        return AccountLine.model_validate(account)

    return await once(command)


@router.get("/{account_id}/changes", response_model=list[AccountChangeOut])
async def listed(
    account_id: UUID, session: SessionDep, locale: LocaleDep, user: Reader, purpose: ReadPurpose
) -> list[AccountChangeOut]:
    """What officials changed of the company's data, the newest first."""
    await authorised(session, account_id, user, Permission.READ_ACCOUNT)
    await log_read(session, user, what="account", purpose=purpose or DEFAULT_PURPOSE, account_id=account_id)
    found = await changes.of_account(session, account_id)
    own = account_id in user.accounts
    who = await actors.labels(
        session, [one.made_by for one in found], account_id=account_id,
        for_company=own, speak=translator(locale),
    )  # fmt: skip
    unsaid = {"reason": None} if own else {}
    return [
        AccountChangeOut.model_validate({**one.model_dump(), "made_by": who[one.made_by], **unsaid})
        for one in found
    ]
