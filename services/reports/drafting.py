"""Writing a report: saved page by page, or thrown away. What was typed is never lost by an error."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.deadlines import store
from services.errors import FieldError, InvalidInput, NotFound, TooLarge, TransitionRefused
from services.extension_requests import ending as more_time
from services.i18n import N_
from services.models import CaseEvent, Document, Outcome, Report, ReportSection, ReportStatus
from services.periods import planning
from services.reports import dossier, statement
from services.reports.classification import Classification, Size
from services.reports.dossier import GENERAL, Dossier
from services.reports.numbers import Notation
from services.reports.opening import begin, check_version, choose_form
from services.reports.stored import dump_errors
from services.reports.validation import SectionResult, validate_section
from services.reports.values import is_blank
from services.unit_proposals import added
from services.warnings import ending

MAX_TYPED: Final = 4_000_000
"""Bytes of JSON that one page may hold."""

_GREW: Final = N_(
    "Klasifikasi perusahaan berubah: Industri Kecil pada laporan sebelumnya, sekarang Industri Menengah Besar."
)
_SHRANK: Final = N_(
    "Klasifikasi perusahaan berubah: Industri Menengah Besar pada laporan sebelumnya, sekarang Industri Kecil."
)


@dataclass(frozen=True)
class Saved:
    """A page as it stands now. Errors and warnings are by path (`machine_value`, `rows.3.quantity`).

    `form_available` is False when the company turned out to need a form that does not exist here yet.
    """

    values: Mapping[str, JsonValue]
    computed: Mapping[str, JsonValue]
    typed: Mapping[str, JsonValue]
    errors: list[FieldError]
    warnings: list[FieldError]
    content_version: int
    saved_at: datetime
    classification: Classification | None
    form_available: bool


async def save_section(
    session: AsyncSession,
    report_id: UUID,
    section: str,
    raw: Mapping[str, object],
    *,
    expected_version: int,
    actor: str,
    now: datetime,
    notation: Notation = Notation.INDONESIAN,
) -> Saved:
    """Save one page as it was typed, wrong answers included; what is wrong comes back beside it.

    StaleVersion when the report was changed in between. NotFound for a page the form does not have.
    InvalidInput and TooLarge, with nothing stored, for what cannot be a filled page at all.
    """
    held = await dossier.lock(session, report_id, now=now)
    await begin(session, held, actor=actor, now=now)
    check_version(held.report, expected_version)
    form = held.require_form()
    asked = form.section(section)
    if asked is None:
        raise NotFound
    judged = validate_section(form, section, _without_blank_rows(raw), held.context(notation))
    _acceptable(judged)
    result = await added.checked(session, asked, judged)
    page = ReportSection(
        case_id=report_id,
        section=section,
        data=result.values,
        typed=result.raw,
        errors=dump_errors(result.errors),
        saved_at=now,
        saved_by=actor,
    )
    await _store(session, page)
    held = held.with_page(page)
    held.report.content_version += 1
    if section == GENERAL:
        await _classify(session, held, actor=actor, now=now)
    await statement.follow_data(session, held, now=now)
    await session.flush()
    return _saved(held, result, now)


async def discard(
    session: AsyncSession, report_id: UUID, *, expected_version: int, actor: str, now: datetime
) -> Report:
    """Hapus: everything typed for that period is deleted; the duty and its date remain.

    A late report that the company itself opened goes altogether: it is owed and unopened again. TransitionRefused
    for a report that was sent before: what came back for correction stays.
    """
    held = await dossier.lock(session, report_id, now=now)
    if held.case.status != ReportStatus.DRAFT:
        raise TransitionRefused(N_("Hanya konsep yang belum pernah dikirim yang dapat dihapus."))
    check_version(held.report, expected_version)
    await statement.forget(session, held, now=now)
    report = held.report
    report.form_id = report.form_version = report.family = report.size = None
    report.content_version += 1
    await session.flush()
    await session.execute(delete(ReportSection).where(col(ReportSection.case_id) == report_id))
    scans = delete(Document).where(
        col(Document.case_id) == report_id, col(Document.kind) == statement.DOCUMENT_KIND
    )
    await session.execute(scans)
    await cases.record(session, held.case, "draft_discarded", now=now, actor=actor)
    if await _opened_by_company(session, report_id):
        await _take_back(session, held, actor=actor, now=now)
    else:
        opened = planning.sending_opens_at(held.period) <= now
        cases.move(held.case, ReportStatus.NOT_STARTED if opened else ReportStatus.UPCOMING)
    return report


async def _opened_by_company(session: AsyncSession, report_id: UUID) -> bool:
    """The cycle opens what is due; only a company opens a period late."""
    query = select(col(CaseEvent.actor)).where(col(CaseEvent.case_id) == report_id, col(CaseEvent.seq) == 1)
    return (await session.execute(query)).scalar_one() != cases.SYSTEM


async def _take_back(session: AsyncSession, held: Dossier, *, actor: str, now: datetime) -> None:
    """The case is over and keeps its history; its key and its place are free for whoever begins again."""
    case = held.case
    cases.move(case, ReportStatus.CLOSED)
    await store.meet(session, case.id, None, now=now)
    await more_time.duty_over(session, case, actor=actor, now=now)
    cases.close(case, Outcome.VOID, now)
    await ending.forget(session, case, now=now)
    case.key = f"{case.key}/{case.id}"
    await session.delete(held.report)
    await session.flush()


async def _classify(session: AsyncSession, held: Dossier, *, actor: str, now: datetime) -> None:
    before = (held.report.family, held.report.size)
    choose_form(held)
    after = (held.report.family, held.report.size)
    if after != before and held.classification is not None:
        data = {"family": after[0], "size": after[1]}
        await cases.record(session, held.case, "classified", now=now, actor=actor, data=data)


def _acceptable(result: SectionResult) -> None:
    if result.refused:
        raise InvalidInput(N_("Halaman ini tidak dapat disimpan."), fields=result.errors)
    if len(json.dumps(result.raw)) > MAX_TYPED:
        raise TooLarge(N_("Isian halaman ini terlalu besar untuk disimpan."))


def _without_blank_rows(raw: Mapping[str, object]) -> Mapping[str, object]:
    """Rows in which something was typed, so that errors count the rows that are stored."""
    rows = raw.get("rows")
    if not isinstance(rows, list | tuple):
        return raw
    return {**raw, "rows": [row for row in rows if not _is_blank_row(row)]}


def _is_blank_row(row: object) -> bool:
    return all(map(is_blank, row.values())) if isinstance(row, Mapping) else is_blank(row)


async def _store(session: AsyncSession, page: ReportSection) -> None:
    row = page.model_dump()
    kept = {name: value for name, value in row.items() if name not in {"case_id", "section"}}
    statement_ = insert(ReportSection).values(row)
    await session.execute(statement_.on_conflict_do_update(index_elements=["case_id", "section"], set_=kept))


def _saved(held: Dossier, result: SectionResult, now: datetime) -> Saved:
    return Saved(
        values=result.values,
        computed=result.computed,
        typed=result.raw,
        errors=result.errors,
        warnings=[*result.warnings, *class_change(held)],
        content_version=held.report.content_version,
        saved_at=now,
        classification=held.classification,
        form_available=held.own_form is not None,
    )


def class_change(held: Dossier) -> list[FieldError]:
    """A remark when the company is of another size than in the report before."""
    kind, before = held.classification, held.previous.size
    if kind is None or before is None or kind.size is None or kind.size == before:
        return []
    return [FieldError(GENERAL, _GREW if kind.size is Size.MEDIUM_LARGE else _SHRANK)]
