"""Rows of the database as officials' pages show them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.pages import labels, shapes
from api.pages.urls import url
from services import unissued
from services.data_requests.kinds import CHANNELS
from services.deadlines.periods import Period
from services.i18n import Translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.licences.kinds import LABELS as LICENCES
from services.models import (
    CaseFile,
    CaseKind,
    Deadline,
    LicenceType,
    Person,
    RequestChannel,
)
from services.reference import regions
from services.search import Row

_DECIDED_ON = (
    (CaseKind.REGISTRATION, Permission.DECIDE_REGISTRATION, "registration_decision"),
    (CaseKind.LICENCE_REVIEW, Permission.REVIEW_LICENCE, "licence_decision"),
    (CaseKind.DATA_REQUEST, Permission.ACCEPT_DATA_REQUEST, "data_request_case"),
    (CaseKind.DATA_REQUEST, Permission.RECORD_SERVICE, "data_request_case"),
    (CaseKind.WARNING, Permission.APPROVE_WARNING, "warning_case"),
    (CaseKind.WARNING, Permission.RECORD_SERVICE, "warning_case"),
    (CaseKind.ROLLBACK, Permission.DECIDE_ROLLBACK, "rollback_decision"),
    (CaseKind.EXTENSION_REQUEST, Permission.DECIDE_EXTENSION_REQUEST, "extension_request_decision"),
    (CaseKind.NON_PRODUCTION, Permission.EXCUSE_OBLIGATION, "non_production_decision"),
    (CaseKind.ASSISTANCE, Permission.ASSIST_COMPANY, "assistance_case"),
    (CaseKind.REPRIMAND, Permission.DECIDE_REPRIMAND, "reprimand_case"),
    (CaseKind.DECREE, Permission.READ_EXTENSION, "decree"),
)

# A number and what it is the number of, from each kind's own table.
_DETAILS = text(
    """
    SELECT case_id, 'registration' AS sort, number::text, nib AS detail FROM registration WHERE case_id = ANY(:ids)
    UNION ALL SELECT case_id, 'report', number::text, stage FROM report WHERE case_id = ANY(:ids)
    UNION ALL SELECT case_id, 'licence', number, type FROM licence WHERE case_id = ANY(:ids)
    UNION ALL SELECT b.case_id, 'report', r.number::text, r.stage
              FROM rollback b JOIN report r ON r.case_id = b.report_id WHERE b.case_id = ANY(:ids)
    UNION ALL SELECT case_id, 'request', number::text, channel FROM data_request WHERE case_id = ANY(:ids)
    UNION ALL SELECT case_id, 'extension', NULL, scope FROM extension WHERE case_id = ANY(:ids)
    UNION ALL SELECT case_id, 'more_time', number::text, deadline_name FROM extension_request WHERE case_id = ANY(:ids)
    UNION ALL SELECT case_id, 'report', number::text, 'production' FROM non_production_letter WHERE case_id = ANY(:ids)
    UNION ALL SELECT case_id, 'topic', number::text, topic FROM assistance_ticket WHERE case_id = ANY(:ids)
    UNION ALL SELECT case_id, 'number', number::text, NULL FROM reprimand WHERE case_id = ANY(:ids)
    UNION ALL SELECT case_id, 'decree', number::text, layer FROM holiday_decree WHERE case_id = ANY(:ids)
    """
)


def deadline_name(name: str, words: Translator) -> str:
    """What people call a deadline."""
    return words.gettext(labels.word("deadline", name))


def period_name(code: str | None, words: Translator) -> str:
    """ "Triwulan IV 2026" for "2026-Q4", "" for none."""
    return Period.parse(code).label(words.locale) if code else ""


def region_name(code: str | None) -> str:
    """The name of a region; its code when it has left the list."""
    if not code:
        return ""
    found = regions.find(code)
    return found.name if found else code


def region_options() -> list[shapes.Option]:
    """All provinces, each with its kabupaten and kota."""
    return [
        shapes.Option(
            province.code,
            province.name,
            options=[
                shapes.Option(province.code, province.name),
                *(shapes.Option(place.code, place.name) for place in regions.within(province.code)),
            ],
        )
        for province in regions.provinces()
    ]


def short_deadline(deadline: Deadline | None, words: Translator) -> shapes.DeadlineView | None:
    """A deadline as lists show it, without its reasons."""
    if deadline is None:
        return None
    return shapes.DeadlineView(
        deadline_name(deadline.name, words),
        deadline.due_before,
        base_before=deadline.base_before,
        met_at=deadline.met_at,
        paused_since=deadline.paused_since,
    )


async def case_rows(
    session: AsyncSession,
    user: Principal,
    rows: Sequence[Row],
    words: Translator,
    half: frozenset[UUID] = frozenset(),
) -> list[shapes.CaseRow]:
    """The lines of a queue or a search, each leading to where this official works on it.

    `half` are the cases for which half of the office's own time is gone.
    """
    names = await people_names(session, {row.case.assignee_id for row in rows if row.case.assignee_id})
    details = await subtitles(session, [row.case for row in rows], words)
    return [
        shapes.CaseRow(
            href=case_href(user, row.case),
            title=row.case.title,
            kind=row.case.kind,
            status=row.case.status,
            subtitle=details.get(row.case.id, ""),
            region=region_name(row.case.region_code),
            period=period_name(row.case.period, words),
            assignee=names.get(row.case.assignee_id, "") if row.case.assignee_id else "",
            deadline=short_deadline(row.deadline, words),
            waiting_since=row.case.opened_at if row.case.closed_at is None else None,
            stuck=row.case.stuck is not None,
            held=row.case.held_at is not None,
            half=row.case.id in half,
        )
        for row in rows
    ]


def case_href(user: Principal, case: CaseFile) -> str:
    """Where the official works on a case: the page of the decision that is theirs, else the case's story."""
    target = Target.of_case(case)
    for kind, permission, page in _DECIDED_ON:
        if case.kind == kind and policy.can(user, permission, target):
            return url(page, decree=case.id, case=case.id)
    if case.kind == CaseKind.REPORT and _reviews(user, case, target):
        return url("review", case=case.id)
    return url("case", case=case.id)


def _reviews(user: Principal, case: CaseFile, target: Target) -> bool:
    """Whether this official decides on the report where it lies now."""
    needed = {"sent": Permission.VERIFY_REPORT, "verified": Permission.VALIDATE_REPORT}.get(case.status)
    return needed is not None and policy.can(user, needed, target)


async def people_names(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of people, or what they sign in with."""
    query = select(col(Person.id), col(Person.name), col(Person.username)).where(col(Person.id).in_(set(ids)))
    return {id_: name or username for id_, name, username in await session.execute(query)}


async def subtitles(session: AsyncSession, cases: Sequence[CaseFile], words: Translator) -> dict[UUID, str]:
    """One line under each case's title: its number and what kind of paper it is."""
    ids = [case.id for case in cases]
    found = await session.execute(_DETAILS, {"ids": ids})
    return {row.case_id: _subtitle(row, words) for row in found}


# What stands behind the number of each sort of case.
_NUMBERED: dict[str, Callable[[str], str]] = {
    "request": lambda channel: CHANNELS[RequestChannel(channel)],
    "topic": lambda topic: labels.word("topic", topic),
    "more_time": lambda name: labels.word("deadline", name),
    "decree": lambda layer: labels.word("layer", layer),
}


def _subtitle(row: Any, words: Translator) -> str:
    if row.sort == "registration":
        return f"#{row.number}" + (f" · NIB {row.detail}" if row.detail else "")
    if row.sort == "report":
        return f"{words.gettext(labels.word('stage', row.detail))} · #{row.number}"
    if row.sort == "number":
        return f"#{row.number}"
    if row.sort in _NUMBERED:
        return f"#{row.number} · {words.gettext(_NUMBERED[row.sort](row.detail))}"
    if row.sort == "licence":
        kind = words.gettext(LICENCES[LicenceType(row.detail)])
        return f"{kind} · {row.number}" if row.number else kind
    return words.gettext(labels.word("scope", row.detail))


async def case_head(
    session: AsyncSession,
    case: CaseFile,
    words: Translator,
    *,
    operator: bool = False,
    for_company: bool = False,
) -> dict[str, Any]:
    """What `_components/casehead.html` shows. Operators may let a stuck step run again or skip it.

    Its company reads neither what the office prepares nor what goes on in it.
    """
    if for_company:
        return await _told_head(session, case, words)
    names = await people_names(session, [case.assignee_id] if case.assignee_id else [])
    subtitle = (await subtitles(session, [case], words)).get(case.id, "")
    return {
        "id": case.id,
        "title": period_name(case.period, words) if case.kind == CaseKind.PERIOD else case.title,
        "kind": case.kind,
        "status": case.status,
        "subtitle": subtitle,
        "version": case.version,
        "region": region_name(case.region_code),
        "period": "" if case.kind == CaseKind.PERIOD else period_name(case.period, words),
        "assignee": str(case.assignee_id or ""),
        "assignee_name": names.get(case.assignee_id, "") if case.assignee_id else "",
        "held": case.hold_reason or "" if case.held_at else "",
        "stuck": stuck(case, words, operator=operator),
    }


async def _told_head(session: AsyncSession, case: CaseFile, words: Translator) -> dict[str, Any]:
    return {
        "id": case.id,
        "title": case.title,
        "kind": case.kind,
        "status": unissued.status_told(case),
        "subtitle": (await subtitles(session, [case], words)).get(case.id, ""),
        "version": case.version,
        "region": region_name(case.region_code),
        "period": period_name(case.period, words),
        "assignee": "",
        "assignee_name": "",
        "held": "",
        "stuck": None,
    }


def stuck(case: CaseFile, words: Translator, *, operator: bool) -> dict[str, Any] | None:
    """The step that waits for an operator, and why."""
    if case.stuck is None:
        return None
    return {
        "step": case.stuck["step"],
        "message": words.gettext(case.stuck["message"]),
        "resolvable": operator,
        "since": datetime.fromisoformat(case.stuck["since"]),
    }
