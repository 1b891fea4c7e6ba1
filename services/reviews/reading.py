"""A review as people see it: the list of a desk, one submission page by page, and the company's tracking."""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import InvalidInput, NotFound
from services.i18n import N_, Translator
from services.identity.principal import Principal
from services.models import (
    CaseFile,
    CaseKind,
    Deadline,
    Report,
    ReportCorrection,
    ReportReview,
    ReportValidation,
    ReportVersion,
)
from services.reports import forms
from services.reports.context import Values, rows_of
from services.reports.definition import FieldsSection, Form, RowsSection
from services.reports.display import shown
from services.reviews import bulk, corrections, dates, desk
from services.reviews.bulk import Which

PAGE: Final = 50


@dataclass(frozen=True)
class FlagLine:
    """A finding in the reader's language, and the page it is about."""

    section: str
    title: str
    text: str


@dataclass(frozen=True)
class Waiting:
    """A report that waits at a desk, and what was found in it."""

    case: CaseFile
    report: Report
    submission: int
    flags: tuple[FlagLine, ...]
    target: Deadline | None


@dataclass(frozen=True)
class WaitingPage:
    """Some of a desk's reports, oldest first; `next_cursor` leads to more."""

    rows: Sequence[Waiting]
    next_cursor: str | None


@dataclass(frozen=True)
class Answer:
    """One answer of a submission: label, what was sent, what the report before said."""

    label: str
    now: str
    before: str


@dataclass(frozen=True)
class SentPage:
    """One page of a submission. A table has `columns` and `rows`, a page of fields `answers`."""

    section: str
    title: str
    flags: tuple[FlagLine, ...]
    answers: tuple[Answer, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    rows_before: int = 0


@dataclass(frozen=True)
class ReviewView:
    """One report before its officers: its last submission, what was found and decided, and all notes so far."""

    case: CaseFile
    report: Report
    version: ReportVersion
    review: ReportReview | None
    validations: Sequence[ReportValidation]
    notes: Sequence[ReportCorrection]
    submissions: Sequence[ReportVersion]
    form: Form


async def waiting(
    session: AsyncSession,
    user: Principal,
    which: Which,
    words: Translator,
    *,
    flagged: bool | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> WaitingPage:
    """A desk's reports: all, those with flags, or those without."""
    query = bulk.waiting(user, which)
    if flagged is not None:
        query = query.where(col(ReportReview.flagged).is_(flagged))
    if cursor:
        query = query.where(col(CaseFile.id) > _read(cursor))
    ids = [row.id for row in await session.execute(query.limit(limit + 1))]
    target = dates.VERIFICATION if which.directorate is None else dates.VALIDATION
    rows = (
        select(CaseFile, Report, ReportReview, Deadline)
        .join(Report, col(Report.case_id) == col(CaseFile.id))
        .join(ReportReview, col(ReportReview.case_id) == col(CaseFile.id))
        .outerjoin(Deadline, (col(Deadline.case_id) == col(CaseFile.id)) & (col(Deadline.name) == target))
        .where(col(CaseFile.id).in_(ids[:limit]), col(ReportReview.submission) == col(Report.submission))
        .order_by(col(CaseFile.id))
    )
    found = [
        Waiting(case, report, review.submission, tuple(flags(review, _form_of(report), words)), due)
        for case, report, review, due in await session.execute(rows)
    ]
    return WaitingPage(found, _cursor(ids[limit - 1]) if len(ids) > limit else None)


def flags(review: ReportReview | None, form: Form | None, words: Translator) -> Iterator[FlagLine]:
    """The findings in the reader's language, with amounts as people write them."""
    for flag in review.flags if review else ():
        section = form.section(flag["section"]) if form else None
        title = words.gettext(section.title) if section else flag["section"]
        given = {name: _said(name, value, words) for name, value in flag["params"].items()}
        yield FlagLine(flag["section"], title, words.gettext(flag["message"], **given))


def _said(name: str, value: Any, words: Translator) -> Any:
    return words.gettext(value) if name.endswith("label") and isinstance(value, str) else value


async def view(session: AsyncSession, report_id: UUID) -> ReviewView:
    """Everything about the review of a report that was sent. NotFound before that."""
    case = await session.get(CaseFile, report_id, populate_existing=True)
    report = await session.get(Report, report_id, populate_existing=True)
    if case is None or report is None or case.kind != CaseKind.REPORT or report.submission == 0:
        raise NotFound
    query = select(ReportVersion).where(col(ReportVersion.case_id) == report_id)
    submissions = (await session.execute(query.order_by(col(ReportVersion.submission)))).scalars().all()
    last = submissions[-1]
    return ReviewView(
        case=case,
        report=report,
        version=last,
        review=await session.get(ReportReview, (report_id, last.submission), populate_existing=True),
        validations=await desk.validations(session, report_id, last.submission),
        notes=await corrections.of_report(session, report_id),
        submissions=submissions,
        form=forms.shipped().get(last.form_id, last.form_version),
    )


def pages(seen: ReviewView, previous: Mapping[str, Values], words: Translator) -> list[SentPage]:
    """The submission page by page, each with its findings and with what the report before said."""
    found = list(flags(seen.review, seen.form, words))
    sections = seen.version.content["sections"]
    return [
        _page(
            section,
            sections.get(section.id, {}),
            previous.get(section.id, {}),
            tuple(flag for flag in found if flag.section == section.id),
            words,
        )
        for section in seen.form.sections
    ]


def _page(
    section: FieldsSection | RowsSection,
    now: Values,
    before: Values,
    found: tuple[FlagLine, ...],
    words: Translator,
) -> SentPage:
    title = words.gettext(section.title)
    if isinstance(section, FieldsSection):
        answers = tuple(
            Answer(
                words.gettext(field.label),
                shown(field, now.get(name), words),
                shown(field, before.get(name), words),
            )
            for name, field in section.by_id.items()
            if now.get(name) is not None or before.get(name) is not None
        )
        return SentPage(section.id, title, found, answers)
    rows = rows_of(now)
    named = [name for name in section.by_id if any(row.get(name) is not None for row in rows)]
    return SentPage(
        section.id,
        title,
        found,
        columns=tuple(words.gettext(section.by_id[name].label) for name in named),
        rows=tuple(tuple(shown(section.by_id[name], row.get(name), words) for name in named) for row in rows),
        rows_before=len(rows_of(before)),
    )


def _form_of(report: Report) -> Form | None:
    if report.form_id is None or report.form_version is None:
        return None
    return forms.shipped().get(report.form_id, report.form_version)


def _cursor(last: UUID) -> str:
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def _read(cursor: str) -> UUID:
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        refusal = N_("Penunjuk halaman tidak sah. Mulai lagi dari halaman pertama.")
        raise InvalidInput(refusal, field="cursor") from None
