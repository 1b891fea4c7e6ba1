"""What all pages of one report share: whether it is theirs, its head, its sections, and what was refused."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.pages import labels, shapes
from api.pages.frame import answer, page_for
from api.pages.urls import url
from api.permissions import require
from services import cases
from services.deadlines.periods import Period
from services.errors import DomainError, InvalidInput, NotFound
from services.i18n import N_, Translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, CaseKind, Deadline
from services.periods import planning
from services.reports.completeness import LICENCES_SECTION, STATEMENT_SECTION, Gap
from services.reports.dossier import BUSINESS_FIELDS
from services.reports.reading import Page as Section
from services.reports.reading import ReportView

Writer = Annotated[Principal, require(Permission.WRITE_REPORT)]
STATEMENT: Final = "statement"
SEND: Final = "send"
TRACKING: Final = "tracking"


async def authorised(
    session: AsyncSession,
    user: Principal,
    report_id: UUID,
    permission: Permission = Permission.WRITE_REPORT,
    *,
    lock: bool = False,
) -> CaseFile:
    """The report's case if it is this company's; NotFound otherwise. Locked where something is to change."""
    case = await cases.lock(session, report_id) if lock else await session.get(CaseFile, report_id)
    if case is None or case.kind != CaseKind.REPORT:
        raise NotFound
    policy.authorise(user, permission, Target.of_case(case))
    return case


async def render(
    request: Request,
    session: AsyncSession,
    template: str,
    view: ReportView,
    current: str,
    words: Translator,
    *,
    status: int = 200,
    **context: Any,
) -> Response:
    """A page of the report in its frame. `current` is a section's id, STATEMENT or SEND."""
    page = await page_for(request, session, account_id=view.report.account_id)
    head = await _head(session, view, words)
    return answer(
        template, page, status=status, report=head, sections=_sections(view, current, words), **context
    )


def first_open(view: ReportView) -> str:
    """Where to go on: the first page that still lacks something, the letter, or the sending."""
    if not view.form_available or not view.editable:
        return url("report_send", report=view.case.id)
    for section in view.pages:
        if not section.complete:
            return url("report_section", report=view.case.id, section=section.section.id)
    page = "report_send" if view.statement.scan_holds else "report_statement"
    return url(page, report=view.case.id)


def following(view: ReportView, section: str, words: Translator) -> dict[str, str]:
    """The page after this one."""
    ids = [page.section.id for page in view.pages]
    place = ids.index(section) + 1
    if place < len(ids):
        title = words.gettext(view.pages[place].section.title)
        return {"label": title, "href": url("report_section", report=view.case.id, section=ids[place])}
    return {
        "label": words.gettext(N_("Surat Pernyataan")),
        "href": url("report_statement", report=view.case.id),
    }


def closes(view: ReportView, gap: Gap) -> str:
    """The page on which a gap is closed."""
    match gap.section:
        case str(section) if section == STATEMENT_SECTION:
            return url("report_statement", report=view.case.id)
        case str(section) if section == LICENCES_SECTION:
            return url("licences")
        case str(section) if section == BUSINESS_FIELDS:
            return url("profile_section", section=BUSINESS_FIELDS)
        case _:
            return url("report_section", report=view.case.id, section=gap.section)


def class_message(view: ReportView, words: Translator) -> str:
    """How the amounts classify the company, and what follows when there is no form for it yet."""
    kind = view.classification
    said = words.gettext(kind.message, **kind.params) if kind and kind.message else ""
    if view.form_available:
        return said
    return " ".join([said, *(words.gettext(gap.message, **gap.params) for gap in view.gaps)]).strip()


def without_foreign_fields(refused: DomainError) -> DomainError:
    """A refusal because of other pages (company data, other sections) is a sentence here, not a field's error."""
    if not any(error.field.startswith("profile.") for error in refused.fields):
        return refused
    return InvalidInput(refused.message, **refused.params)


async def _head(session: AsyncSession, view: ReportView, words: Translator) -> dict[str, Any]:
    query = select(Deadline).where(col(Deadline.case_id) == view.case.id, col(Deadline.name) == planning.DUE)
    due = (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
    saved: list[datetime] = [page.saved_at for page in view.pages if page.saved_at]
    return {
        "id": view.case.id,
        "number": view.report.number,
        "period": Period.parse(view.report.period).label(words.locale),
        "stage": view.report.stage,
        "status": view.case.status,
        "deadline": shapes.DeadlineView(
            words.gettext(labels.word("deadline", planning.DUE)),
            due.due_before,
            base_before=due.base_before,
            met_at=due.met_at,
        ),
        "saved_at": max(saved, default=None),
    }


def _sections(view: ReportView, current: str, words: Translator) -> list[dict[str, Any]]:
    listed = [
        {
            "label": words.gettext(page.section.title),
            "href": url("report_section", report=view.case.id, section=page.section.id),
            "state": _state(page),
            "current": page.section.id == current,
        }
        for page in view.pages
    ]
    letter, sent = (
        view.statement,
        view.case.status not in ("draft", "not_started", "upcoming") and not view.editable,
    )
    outdated = letter.printed and not letter.letter_holds
    listed.append(
        {
            "label": words.gettext(N_("Surat Pernyataan")),
            "href": url("report_statement", report=view.case.id),
            "state": "done" if letter.scan_holds else "problem" if outdated else "todo",
            "current": current == STATEMENT,
        }
    )
    listed.append(
        {
            "label": words.gettext(N_("Kirim Laporan")),
            "href": url("report_send", report=view.case.id),
            "state": "done" if sent else "todo",
            "current": current == SEND,
        }
    )
    if view.report.submission:
        listed.append(
            {
                "label": words.gettext(N_("Tracking Pemrosesan")),
                "href": url("report_tracking", report=view.case.id),
                "state": "problem" if view.case.status == "returned" else "done",
                "current": current == TRACKING,
            }
        )
    return listed


def _state(page: Section) -> str:
    """A page that nobody saved is never ticked, also where nothing on it is compulsory or its form is missing."""
    if page.complete and page.saved_at is not None:
        return "done"
    return "problem" if page.errors else "todo"
