"""The review of reports: what waits, one decision at a time or many after a preview, and the company's answers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import LocaleDep, Now, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1.cases import DEFAULT_PURPOSE
from api.v1.reports import authorised
from api.v1.review_shapes import (
    AnswerIn,
    BatchOut,
    BulkApprovalIn,
    CorrectionOut,
    DifferenceOut,
    PreviewIn,
    ReviewOut,
    ValidationIn,
    Verdict,
    VerificationIn,
    WaitingPage,
    batch_out,
    corrections_out,
    difference_out,
    review_out,
    waiting_out,
)
from services.i18n import translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import CaseFile, ReviewDesk
from services.reviews import bulk, corrections, decisions, desk, differences, reading
from services.reviews.bulk import Which

router = routers.programs(tags=["reviews"])
Reader = Annotated[Principal, require(Permission.READ_CASE)]
Verifier = Annotated[Principal, require(Permission.VERIFY_REPORT)]
Validator = Annotated[Principal, require(Permission.VALIDATE_REPORT)]
Company = Annotated[Principal, require(Permission.SEND_REPORT)]
Cursor = Annotated[str | None, Query(max_length=200)]


@router.get("/reviews/verification", response_model=WaitingPage)
async def verification_desk(
    session: SessionDep,
    locale: LocaleDep,
    user: Verifier,
    period: str | None = None,
    region: str | None = None,
    flagged: bool | None = None,
    cursor: Cursor = None,
) -> WaitingPage:
    """Reports that wait for verification, oldest first; `flagged` keeps those with or without findings."""
    which = Which(ReviewDesk.VERIFICATION, None, period, region)
    return await _waiting(session, user, which, locale, flagged, cursor)


@router.get("/reviews/validation", response_model=WaitingPage)
async def validation_desk(
    session: SessionDep,
    locale: LocaleDep,
    user: Validator,
    directorate: str,
    period: str | None = None,
    region: str | None = None,
    flagged: bool | None = None,
    cursor: Cursor = None,
) -> WaitingPage:
    """Reports that wait for the validation of one directorate, oldest first."""
    which = Which(ReviewDesk.VALIDATION, directorate, period, region)
    return await _waiting(session, user, which, locale, flagged, cursor)


@router.post("/reviews/verification/previews", status_code=201, response_model=BatchOut)
async def preview_verification(
    body: PreviewIn, session: SessionDep, now: Now, user: Verifier, once: OnceDep
) -> JSONResponse:
    """Preview the verification of every report without a finding: which, and how many are not among them."""

    async def command() -> BatchOut:
        which = Which(ReviewDesk.VERIFICATION, body.directorate, body.period, body.region)
        return batch_out(await bulk.preview(session, user, which, now=now))

    return await once(command, status=201)


@router.post("/reviews/validation/previews", status_code=201, response_model=BatchOut)
async def preview_validation(
    body: PreviewIn, session: SessionDep, now: Now, user: Validator, once: OnceDep
) -> JSONResponse:
    """Preview the approval, for one directorate, of every report without a finding."""

    async def command() -> BatchOut:
        which = Which(ReviewDesk.VALIDATION, body.directorate, body.period, body.region)
        return batch_out(await bulk.preview(session, user, which, now=now))

    return await once(command, status=201)


@router.post("/reviews/batches/{batch_id}/approval", response_model=BatchOut)
async def approve_batch(
    batch_id: UUID,
    body: BulkApprovalIn,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.READ_CASE, recent=True)],
    once: OnceDep,
) -> JSONResponse:
    """Approve what a preview of one's own showed. By a person, who has just signed in; never by a program."""

    async def command() -> BatchOut:
        done = await bulk.approve(session, user, batch_id, without=body.without, now=now)
        return batch_out(done.batch)

    return await once(command)


@router.get("/reports/{report_id}/review", response_model=ReviewOut)
async def read(
    report_id: UUID,
    session: SessionDep,
    locale: LocaleDep,
    user: Annotated[Principal, require(Permission.READ_NOTES)],
    purpose: ReadPurpose,
) -> ReviewOut:
    """The review of the last submission: findings, decisions, notes. For officials only."""
    case = await authorised(session, report_id, user, Permission.READ_NOTES, lock=False)
    await _noted(session, user, case, purpose)
    return review_out(await reading.view(session, report_id), translator(locale))


@router.post("/reports/{report_id}/verification", response_model=ReviewOut)
async def verify(
    report_id: UUID,
    body: VerificationIn,
    session: SessionDep,
    now: Now,
    locale: LocaleDep,
    user: Verifier,
    once: OnceDep,
) -> JSONResponse:
    """Verify a report, or return it to the company with notes."""

    async def command() -> ReviewOut:
        await authorised(session, report_id, user, Permission.VERIFY_REPORT)
        if body.verdict is Verdict.ACCEPT:
            await decisions.verify(session, report_id, submission=body.submission, actor=user.actor, now=now)
        else:
            await _give_back(session, report_id, ReviewDesk.VERIFICATION, body, None, user, now)
        return review_out(await reading.view(session, report_id), translator(locale))

    return await once(command)


@router.post("/reports/{report_id}/validation", response_model=ReviewOut)
async def validate(
    report_id: UUID,
    body: ValidationIn,
    session: SessionDep,
    now: Now,
    locale: LocaleDep,
    user: Validator,
    once: OnceDep,
) -> JSONResponse:
    """Approve a report for one supervising directorate, or return it. With the last approval it is final."""

    async def command() -> ReviewOut:
        case = await authorised(session, report_id, user, Permission.VALIDATE_REPORT)
        await _own_directorate(session, case, body, user)
        if body.verdict is Verdict.ACCEPT:
            await decisions.approve(
                session, report_id, body.directorate, submission=body.submission, actor=user.actor, now=now
            )
        else:
            await _give_back(session, report_id, ReviewDesk.VALIDATION, body, body.directorate, user, now)
        return review_out(await reading.view(session, report_id), translator(locale))

    return await once(command)


@router.get("/reports/{report_id}/corrections", response_model=list[CorrectionOut])
async def tracking(
    report_id: UUID, session: SessionDep, user: Reader, purpose: ReadPurpose
) -> list[CorrectionOut]:
    """Tracking Pemrosesan: every note about the report and how the company answered it."""
    case = await authorised(session, report_id, user, Permission.READ_CASE, lock=False)
    await _noted(session, user, case, purpose)
    return corrections_out(await corrections.of_report(session, report_id))


@router.post("/reports/{report_id}/corrections/{correction_id}/answer", response_model=CorrectionOut)
async def answer(
    report_id: UUID,
    correction_id: UUID,
    body: AnswerIn,
    session: SessionDep,
    now: Now,
    user: Company,
    once: OnceDep,
) -> JSONResponse:
    """Perbaiki or Tanggapi one note. Every note is answered before the report is sent again."""

    async def command() -> CorrectionOut:
        await authorised(session, report_id, user, Permission.SEND_REPORT)
        note = await corrections.answer(
            session, report_id, correction_id, body.answer, body.response, actor=user.actor, now=now
        )
        return CorrectionOut.model_validate(note)

    return await once(command)


@router.get("/reports/{report_id}/differences", response_model=DifferenceOut)
async def difference(
    report_id: UUID,
    session: SessionDep,
    locale: LocaleDep,
    user: Reader,
    purpose: ReadPurpose,
    before: Annotated[int, Query(ge=1)],
    after: Annotated[int, Query(ge=1)],
) -> DifferenceOut:
    """What differs between two submissions of a report, page by page."""
    case = await authorised(session, report_id, user, Permission.READ_CASE, lock=False)
    await _noted(session, user, case, purpose)
    changed = await differences.between(session, report_id, before, after, translator(locale))
    return difference_out(before, after, changed)


async def _give_back(
    session: AsyncSession,
    report_id: UUID,
    at: ReviewDesk,
    body: VerificationIn,
    directorate: str | None,
    user: Principal,
    now: datetime,
) -> None:
    notes = [note.note() for note in body.notes]
    await decisions.give_back(
        session, report_id, at, notes,
        submission=body.submission, actor=user.actor, now=now, directorate=directorate,
    )  # fmt: skip


async def _own_directorate(
    session: AsyncSession, case: CaseFile, body: ValidationIn, user: Principal
) -> None:
    for part in await desk.validations(session, case.id, body.submission):
        if part.directorate == body.directorate:
            desk.require_validator(user, part, case.region_code)


async def _waiting(
    session: AsyncSession,
    user: Principal,
    which: Which,
    locale: str,
    flagged: bool | None,
    cursor: str | None,
) -> WaitingPage:
    await log_read(session, user, what="list:reviews", purpose=which.desk.value)
    found = await reading.waiting(session, user, which, translator(locale), flagged=flagged, cursor=cursor)
    return WaitingPage(items=[waiting_out(row) for row in found.rows], next_cursor=found.next_cursor)


async def _noted(session: AsyncSession, user: Principal, case: CaseFile, purpose: str | None) -> None:
    await log_read(
        session, user, what="review", purpose=purpose or DEFAULT_PURPOSE,
        account_id=case.account_id, case_id=case.id,
    )  # fmt: skip
