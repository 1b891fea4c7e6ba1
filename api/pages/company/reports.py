"""Laporan: all reports of a company; beginning one, throwing a draft away, printing a receipt."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import letters, routers
from api.deps import Arrival, Now, PartsDep, SessionDep, locale_of
from api.pages import flash, forms, labels, shapes
from api.pages.acting import ActingAccount
from api.pages.company import duties, report_frame
from api.pages.company.report_frame import Writer, authorised
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.urls import PATHS, url
from api.permissions import require
from services.companies import completeness
from services.deadlines.periods import Period
from services.errors import DomainError
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import Report, ReportStatus
from services.reports import drafting, listing, opening, reading, receipts
from services.reports.listing import ReportLine, Unopened
from services.reports.receipts import Receipt

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_CASE)]
_UNSTARTED = frozenset({ReportStatus.UPCOMING, ReportStatus.NOT_STARTED})


@router.get(PATHS["reports"])
async def listed(
    request: Request,
    session: SessionDep,
    now: Now,
    account_id: ActingAccount,
    user: Writer,
    tahap: str = "",
) -> Response:
    """Every report with its official status, and those of past periods that nobody opened."""
    policy.authorise(user, Permission.WRITE_REPORT, await policy.account_target(session, account_id))
    page = await page_for(request, session, account_id=account_id)
    words = translator(page.locale)
    lines = await listing.reports_of(session, account_id, now=now)
    stages = sorted({line.stage for line in lines}, reverse=True)
    stage = tahap if tahap in stages else ""
    rows = [_row(line, words) for line in lines if not stage or line.stage == stage]
    owed = await listing.unopened(session, account_id, now=now)
    return answer(
        "company/reports.html",
        page,
        reports=rows,
        unopened=[_unopened(one, words) for one in owed],
        stage_tabs=_tabs(stages, stage, words),
        paging=shapes.Paging(len(rows), len(rows)),
    )


@router.post(PATHS["reports"])
async def begin(
    request: Request, session: SessionDep, now: Now, account_id: ActingAccount, user: Writer
) -> Response:
    """Begin a report for a past period that nobody opened in time."""
    typed = await forms.typed(request)

    async def command() -> Done:
        policy.authorise(user, Permission.WRITE_REPORT, await policy.account_target(session, account_id))
        period, stage = forms.text(typed, "period"), forms.text(typed, "stage")
        report = await opening.open_draft(session, account_id, period, stage, actor=user.actor, now=now)
        return Done(to=url("report", report=report.case_id))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    incomplete = any(error.field.startswith("profile.") for error in outcome.fields)
    back = url("profile") if incomplete else url("reports")
    flash.leave(request, outcome.message, "warning", **outcome.params)
    return RedirectResponse(back, 303)


@router.get(PATHS["report"])
async def go_on(request: Request, session: SessionDep, now: Now, report: UUID, user: Writer) -> Response:
    """To the first page of the report that still lacks something. Company data come before any report."""
    case = await authorised(session, user, report)
    if case.status in _UNSTARTED and case.account_id is not None:
        wanting = await completeness.completeness(session, case.account_id)
        if wanting:
            missing = ", ".join(
                dict.fromkeys(translator(locale_of(request)).gettext(i.title) for i in wanting)
            )
            flash.leave(request, completeness.INCOMPLETE, "warning", missing=missing)
            return RedirectResponse(url("profile"), 303)
    view = await reading.read(session, report, now=now)
    return RedirectResponse(report_frame.first_open(view), 303)


@router.post(PATHS["report_delete"])
async def discard(request: Request, session: SessionDep, now: Now, report: UUID, user: Writer) -> Response:
    """Throw the draft away; the duty and its date remain."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await authorised(session, user, report, lock=True)
        kept = await session.get_one(Report, report, populate_existing=True)
        seen = forms.number(typed, "version")
        await drafting.discard(
            session, report, expected_version=kept.content_version if seen is None else seen,
            actor=user.actor, now=now,
        )  # fmt: skip
        return Done(
            to=url("reports"), message=N_("Isi laporan dihapus. Kewajiban dan batas waktunya tetap ada.")
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    flash.leave(request, outcome.message, "negative", **outcome.params)
    return RedirectResponse(url("reports"), 303)


@router.get(PATHS["report_receipt"])
async def receipt(parts: PartsDep, now: Arrival, report: UUID, user: Reader) -> StreamingResponse:
    """Bukti Laporan of the latest submission as PDF."""

    async def find(session: AsyncSession) -> Receipt:
        case = await authorised(session, user, report, Permission.READ_CASE)
        await log_read(
            session, user, what="receipt", purpose="receipt", account_id=case.account_id, case_id=case.id
        )
        return await receipts.receipt(
            session, report, public_url=parts.settings.public_url, now=now,
            specimen=parts.specimen,
        )  # fmt: skip

    return await letters.kept(parts, user, find)


def _row(line: ReportLine, words: Translator) -> dict[str, Any]:
    return {
        "id": line.id,
        "number": line.number,
        "period": Period.parse(line.period).label(words.locale),
        "stage": line.stage,
        "status": line.status,
        "sent_at": line.sent_at,
        "deadline": duties.short_deadline(line, words),
        "action": duties.actions(line, words)[-1],
        "receipt": url("report_receipt", report=line.id) if line.receipt else "",
        "deletable": line.deletable,
    }


def _unopened(one: Unopened, words: Translator) -> dict[str, Any]:
    label = words.gettext(labels.word("deadline", "report_due"))
    return {
        "period": Period.parse(one.period).label(words.locale),
        "code": one.period,
        "stage": one.stage,
        "deadline": shapes.DeadlineView(label, one.due_before),
    }


def _tabs(stages: list[str], chosen: str, words: Translator) -> list[shapes.Tab]:
    every = shapes.Tab(words.gettext(N_("Semua tahap")), url("reports"), not chosen)
    named = [
        shapes.Tab(
            words.gettext(labels.word("stage", stage)),
            url("reports", query={"tahap": stage}),
            stage == chosen,
        )
        for stage in stages
    ]
    return [every, *named] if len(stages) > 1 else []
