"""One case: its story and what will happen next, its dates with their reasons, papers, messages and notes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep
from api.pages import deadlines, mail, shapes, views
from api.pages.frame import answer, page_for
from api.pages.officer import baseline_view, case_links, reading
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services import casework, correspondence, unissued
from services.i18n import N_, Translator, translator
from services.identity import people, policy
from services.identity.permissions import ALLOWED, Permission, roles_with
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import Account, CaseFile, CaseKind, Document
from services.timeline.future import FutureLine, future
from services.timeline.past import PastLine, past, reads_as_company

router = routers.pages()
EMPTY: Final = Form()

# Events that change what somebody has to do stand out in the story.
_TONES: Final = {
    "deadline_extended": "warning",
    "deadline_recalculated": "warning",
    "decree_undone": "warning",
    "extension_requested": "warning",
    "granted": "positive",
    "non_production_declared": "warning",
    "reprimanded": "negative",
    "no_show": "warning",
    "session_moved": "warning",
    "outcome_missing": "negative",
    "refused": "negative",
    "extension_undone": "warning",
    "became_overdue": "negative",
    "upp_escalated": "negative",
    "mail_bounced": "negative",
    "step_stuck": "negative",
    "held": "warning",
    "returned": "warning",
    "rejected": "negative",
    "account_voided": "negative",
    "accepted": "positive",
    "licence_valid": "positive",
    "sent": "positive",
    "report_returned": "warning",
    "report_validated": "positive",
    "review_escalated": "negative",
    "correction_lapsed": "negative",
    "rollback_requested": "warning",
    "expired": "negative",
}
# Who may be handed a case of each kind.
_WORKED_BY: Final = {
    CaseKind.REGISTRATION: Permission.DECIDE_REGISTRATION,
    CaseKind.LICENCE_REVIEW: Permission.REVIEW_LICENCE,
    CaseKind.REPORT: Permission.VERIFY_REPORT,
    CaseKind.ROLLBACK: Permission.DECIDE_ROLLBACK,
    CaseKind.PERIOD: Permission.OPEN_PERIOD,
    CaseKind.CAMPAIGN: Permission.APPROVE_EXTENSION,
    CaseKind.EXTENSION_REQUEST: Permission.DECIDE_EXTENSION_REQUEST,
    CaseKind.NON_PRODUCTION: Permission.EXCUSE_OBLIGATION,
    CaseKind.ASSISTANCE: Permission.ASSIST_COMPANY,
    CaseKind.REPRIMAND: Permission.DECIDE_REPRIMAND,
    CaseKind.DECREE: Permission.MANAGE_CALENDAR,
    CaseKind.DATA_REQUEST: Permission.ACCEPT_DATA_REQUEST,
    CaseKind.POLICY_CHANGE: Permission.MANAGE_POLICY,
    CaseKind.WARNING: Permission.APPROVE_WARNING,
    CaseKind.WARNING_BATCH: Permission.APPROVE_WARNING,
}


@router.get(PATHS["case"])
async def show(
    request: Request,
    session: SessionDep,
    now: Now,
    case: UUID,
    user: Annotated[Principal, require(Permission.READ_CASE)],
) -> Response:
    """The case as this official may see it; the reading is logged."""
    opened = await reading.open_case(request, session, user, case)
    return await render(request, session, user, opened, now=now)


async def render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    case: CaseFile,
    *,
    now: datetime,
    status: int = 200,
    note_form: Form = EMPTY,
    hold_form: Form = EMPTY,
    baseline_form: Form = EMPTY,
) -> Response:
    """The page of a case; a refused form is shown again as it was typed."""
    page = await page_for(request, session)
    words = translator(page.locale)
    mine = reads_as_company(user, case)
    told = await correspondence.messages(session, case.id, for_company=mine)
    before = await past(session, case, for_company=mine, locale=page.locale)
    ahead = await future(session, case, now=now, locale=page.locale, for_company=mine)
    files = await correspondence.documents(session, case.id)
    hidden = await unissued.drafts(session, [row.id for row in files]) if mine else ()
    context: dict[str, Any] = {
        "case": await views.case_head(
            session, case, words, operator=_may(user, case, Permission.OPERATE_PROCESSES), for_company=mine
        ),
        "past": [_past(line) for line in before],
        "future": [_future(line) for line in ahead],
        "deadlines_shown": await deadlines.views(session, case, words),
        "facts": await _facts(session, case, words),
        "documents": [document_row(row) for row in files if row.id not in hidden],
        "messages": await mail.rows(request, session, told, words),
        "notes": await _notes(session, user, case),
        "may_note": _may(user, case, Permission.WRITE_NOTES),
        "decision": None,
        "baseline": await baseline_view.shown(session, user, case, baseline_form, words),
        "links": case_links.links(user, case, words),
        "note_form": note_form,
        "hold_form": hold_form,
        "holdable": case.closed_at is None and _may(user, case, Permission.HOLD_CASE),
        "assignees": await _assignees(session, user, case),
    }
    return answer("officer/case.html", page, status=status, **context)


def _may(user: Principal, case: CaseFile, permission: Permission) -> bool:
    return policy.can(user, permission, Target.of_case(case))


def _past(line: PastLine) -> shapes.PastEvent:
    ground = " · ".join(part for part in (line.instrument, line.reason) if part)
    return shapes.PastEvent(
        at=line.at,
        title=line.text,
        actor=line.actor,
        recorded_at=line.recorded_at,
        detail=ground,
        tone=_TONES.get(line.type, ""),
    )


def _future(line: FutureLine) -> shapes.FutureStep:
    return shapes.FutureStep(line.text, line.at, certain=line.certain, reasons=line.why)


async def _facts(session: AsyncSession, case: CaseFile, words: Translator) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = []
    account = await session.get(Account, case.account_id) if case.account_id else None
    if account is not None:
        facts += [(words.gettext(N_("Akun")), f"#{account.number}"), ("NIB", account.nib)]
    if case.kbli:
        facts.append(("KBLI", ", ".join(case.kbli)))
    facts.append((words.gettext(N_("Nomor perkara")), case.key))
    return facts


def document_row(document: Document) -> shapes.DocumentRow:
    """A stored file as lists show it."""
    return shapes.DocumentRow(
        document.filename,
        url("document", document=document.id),
        document.size,
        document.media_type.rpartition("/")[2].upper(),
        document.created_at,
        document.scan_state,
    )


async def _notes(session: AsyncSession, user: Principal, case: CaseFile) -> Sequence[shapes.NoteRow]:
    if not _may(user, case, Permission.READ_NOTES):
        return []
    return [
        shapes.NoteRow(author or "", note.written_at, note.body)
        for note, author in await casework.notes(session, case.id)
    ]


async def _assignees(session: AsyncSession, user: Principal, case: CaseFile) -> list[shapes.Option]:
    """Those who work on cases of this kind in this region."""
    if case.closed_at is not None or not _may(user, case, Permission.ASSIGN_CASE):
        return []
    needed = _WORKED_BY[CaseKind(case.kind)]
    found = {
        person.id: person
        for role in sorted(roles_with(needed))
        if Permission.READ_CASE in ALLOWED[role]
        for person in await people.holding(session, role, region=case.region_code)
    }
    options = [shapes.Option(str(id_), person.name or person.username) for id_, person in found.items()]
    if case.assignee_id is not None and case.assignee_id not in found:
        names = await views.people_names(session, [case.assignee_id])
        options.append(shapes.Option(str(case.assignee_id), names.get(case.assignee_id, "")))
    return sorted(options, key=lambda option: option.label.casefold())
