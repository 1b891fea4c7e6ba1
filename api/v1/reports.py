"""Reports: begun, filled in page by page, checked for completeness, sent once, with their receipt."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import letters, routers
from api.deps import IN_TURN, Arrival, LocaleDep, Now, PartsDep, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1 import versions
from api.v1.cases import DEFAULT_PURPOSE
from api.v1.report_shapes import (
    CompletenessOut,
    ReportIn,
    ReportLineOut,
    ReportList,
    ReportOut,
    SectionIn,
    SectionOut,
    SubmissionIn,
    SubmissionOut,
    UnopenedOut,
    gap_out,
    report_out,
    spoken,
)
from services import cases
from services.errors import InvalidInput, NotFound
from services.i18n import N_, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import CaseFile, CaseKind
from services.reports import dossier, drafting, listing, opening, receipts, sending
from services.reports.dossier import Dossier
from services.reports.receipts import Receipt

router = routers.programs("/reports", tags=["reports"])
Reader = Annotated[Principal, require(Permission.READ_CASE)]
Writer = Annotated[Principal, require(Permission.WRITE_REPORT)]


@router.post("", status_code=201, response_model=ReportOut)
async def begin(
    body: ReportIn, session: SessionDep, now: Now, locale: LocaleDep, user: Writer, once: OnceDep
) -> JSONResponse:
    """Begin a report, or go on with the one begun; one for a past period may still be begun."""
    account_id = own_account(user, body.account_id)

    async def command() -> ReportOut:
        policy.authorise(user, Permission.WRITE_REPORT, await policy.account_target(session, account_id))
        report = await opening.open_draft(
            session, account_id, body.period, body.stage, actor=user.actor, now=now
        )
        return report_out(await held_report(session, report.case_id, user, now=now), locale)

    return await once(command, status=201)


@router.get("", response_model=ReportList)
async def find(
    session: SessionDep,
    now: Now,
    locale: LocaleDep,
    user: Reader,
    purpose: ReadPurpose,
    account_id: UUID | None = None,
    stage: Annotated[str | None, Query(max_length=40)] = None,
) -> ReportList:
    """The reports of an account."""
    account = own_account(user, account_id)
    policy.authorise(user, Permission.READ_CASE, await policy.account_target(session, account))
    await log_read(session, user, what="list:reports", purpose=purpose or DEFAULT_PURPOSE, account_id=account)
    speak = translator(locale).gettext
    lines = await listing.reports_of(session, account, now=now, stage=stage)
    return ReportList(
        items=[ReportLineOut.model_validate({**vars(line), "label": speak(line.label)}) for line in lines],
        unopened=[UnopenedOut.model_validate(u) for u in await listing.unopened(session, account, now=now)],
    )


@router.get("/{report_id}", response_model=ReportOut)
async def read(
    report_id: UUID, session: SessionDep, now: Now, locale: LocaleDep, user: Reader, purpose: ReadPurpose,
    response: Response,
) -> ReportOut:  # fmt: skip
    """One report. Its ETag is its content version."""
    held = await held_report(session, report_id, user, now=now)
    await noted(session, user, held, purpose)
    response.headers["ETag"] = versions.etag(held.report.content_version)
    return report_out(held, locale)


@router.get("/{report_id}/sections/{section}", response_model=SectionOut)
async def read_section(
    report_id: UUID,
    section: str,
    session: SessionDep,
    now: Now,
    locale: LocaleDep,
    user: Reader,
    purpose: ReadPurpose,
    response: Response,
) -> SectionOut:
    """One page as it was last saved; an empty one before that."""
    held = await held_report(session, report_id, user, now=now)
    if held.require_form().section(section) is None:
        raise NotFound
    await noted(session, user, held, purpose)
    page, version = held.stored.get(section), held.report.content_version
    response.headers["ETag"] = versions.etag(version)
    return SectionOut(
        section=section,
        typed=page.typed if page else {},
        values=page.data if page else {},
        computed={},
        errors=spoken(held.rejected.get(section, []), locale),
        warnings=[],
        content_version=version,
        form_available=held.own_form is not None,
    )


@router.put("/{report_id}/sections/{section}", response_model=SectionOut)
async def save_section(
    report_id: UUID,
    section: str,
    body: SectionIn,
    session: SessionDep,
    now: Now,
    locale: LocaleDep,
    user: Writer,
    if_match: versions.IfMatch,
    response: Response,
) -> SectionOut:
    """Save a page as it is, right or wrong; `errors` says what is wrong with it. 409 when it was changed meanwhile."""
    expected = versions.required_version(if_match, body.version)
    await authorised(session, report_id, user, Permission.WRITE_REPORT)
    saved = await drafting.save_section(
        session, report_id, section, body.values,
        expected_version=expected, actor=user.actor, now=now, notation=body.notation,
    )  # fmt: skip
    response.headers["ETag"] = versions.etag(saved.content_version)
    return SectionOut(
        section=section,
        typed=dict(saved.typed),
        values=dict(saved.values),
        computed=dict(saved.computed),
        errors=spoken(saved.errors, locale),
        warnings=spoken(saved.warnings, locale),
        content_version=saved.content_version,
        form_available=saved.form_available,
    )


@router.get("/{report_id}/completeness", response_model=CompletenessOut)
async def completeness(
    report_id: UUID, session: SessionDep, now: Now, locale: LocaleDep, user: Reader, purpose: ReadPurpose
) -> CompletenessOut:
    """What still stands between this report and sending, in page order, in the ministry's words."""
    held = await held_report(session, report_id, user, now=now)
    await noted(session, user, held, purpose)
    gaps = [gap_out(gap, locale) for gap in held.gaps()]
    return CompletenessOut(complete=not gaps, content_version=held.report.content_version, gaps=gaps)


@router.post("/{report_id}/submission", status_code=201, response_model=SubmissionOut, dependencies=[IN_TURN])
async def send(
    report_id: UUID,
    body: SubmissionIn,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.SEND_REPORT)],
    if_match: versions.IfMatch,
    once: OnceDep,
) -> JSONResponse:
    """Send the report. Received when this answers 201, whatever else is down; the time is that of arrival."""
    expected = versions.required_version(if_match, body.version)

    async def command() -> SubmissionOut:
        case = await authorised(session, report_id, user, Permission.SEND_REPORT)
        sent = await sending.send(
            session, case, command_id=f"{report_id}/{user.actor}/{once.key}",
            expected_version=expected, actor=user.actor, now=now,
        )  # fmt: skip
        return SubmissionOut(
            id=report_id,
            number=sent.report.number or 0,
            submission=sent.submission,
            sent_at=sent.sent_at,
            content_hash=sent.content_hash,
            on_time=sent.on_time,
        )

    return await once(command, status=201)


@router.delete("/{report_id}", status_code=204)
async def discard(
    report_id: UUID, session: SessionDep, now: Now, user: Writer, if_match: versions.IfMatch
) -> None:
    """Throw the draft away; the duty and its date remain. Needs If-Match."""
    expected = versions.required_version(if_match, None)
    await authorised(session, report_id, user, Permission.WRITE_REPORT)
    await drafting.discard(session, report_id, expected_version=expected, actor=user.actor, now=now)


@router.get("/{report_id}/receipt", response_class=Response)
async def receipt(
    report_id: UUID,
    parts: PartsDep,
    now: Arrival,
    user: Reader,
    purpose: ReadPurpose,
    submission: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Bukti Laporan of a submission (by default the latest) as PDF."""

    async def find(session: AsyncSession) -> Receipt:
        case = await authorised(session, report_id, user, Permission.READ_CASE, lock=False)
        await log_read(
            session, user, what="receipt", purpose=purpose or DEFAULT_PURPOSE,
            account_id=case.account_id, case_id=case.id,
        )  # fmt: skip
        return await receipts.receipt(
            session, report_id, submission, public_url=parts.settings.public_url, now=now,
            specimen=parts.specimen,
        )  # fmt: skip

    return await letters.kept(parts, user, find)


def own_account(user: Principal, named: UUID | None) -> UUID:
    """The account that was named, or the caller's only one."""
    if named is not None:
        return named
    if len(user.accounts) != 1:
        raise InvalidInput(N_("Sebutkan akunnya."), field="account_id")
    return next(iter(user.accounts))


async def authorised(
    session: AsyncSession, report_id: UUID, user: Principal, permission: Permission, *, lock: bool = True
) -> CaseFile:
    """The report's case, locked if something is to change. NotFound comes before Forbidden."""
    case = await cases.lock(session, report_id) if lock else await session.get(CaseFile, report_id)
    if case is None or case.kind != CaseKind.REPORT:
        raise NotFound
    policy.authorise(user, permission, Target.of_case(case))
    return case


async def held_report(session: AsyncSession, report_id: UUID, user: Principal, *, now: datetime) -> Dossier:
    """The report with everything that judging it needs, if this principal may read it."""
    case = await authorised(session, report_id, user, Permission.READ_CASE, lock=False)
    return await dossier.of_case(session, case, now=now)


async def noted(session: AsyncSession, user: Principal, held: Dossier, purpose: str | None) -> None:
    """Log an official's reading."""
    await log_read(
        session, user, what="report", purpose=purpose or DEFAULT_PURPOSE,
        account_id=held.case.account_id, case_id=held.case.id,
    )  # fmt: skip
