"""A report as its company and its officers see it: every page, what is wrong with it, what still lacks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from services.errors import FieldError, NotFound
from services.models import CaseFile, Document, Report
from services.periods import planning
from services.reports import dossier, values
from services.reports.classification import Classification
from services.reports.completeness import Gap
from services.reports.context import Values, rows_of
from services.reports.definition import FieldsSection, Form, RowsSection
from services.reports.dossier import EDITABLE, UNSTARTED, Dossier
from services.reports.drafting import class_change
from services.reports.fields import FormField
from services.reports.validation import validate_section


@dataclass(frozen=True)
class Page:
    """One section. `boxes` is what its inputs show, in Indonesian notation: by field, or {"rows": [...]}.

    `values` are the clean answers, `previous` those of the nearest earlier period that was sent, with any
    lowered baseline. `errors` and `warnings` are judged by the facts of now; `gaps` is what keeps it from being
    complete.
    """

    section: FieldsSection | RowsSection
    values: Values
    boxes: Mapping[str, JsonValue]
    computed: Mapping[str, JsonValue]
    previous: Values
    errors: list[FieldError]
    warnings: list[FieldError]
    gaps: list[Gap]
    saved_at: datetime | None

    @property
    def complete(self) -> bool:
        """Whether nothing on this page stands between the draft and sending."""
        return not self.gaps


@dataclass(frozen=True)
class StatementState:
    """The letter: its number, whether the one printed and its scan speak of the present data."""

    number: str | None
    printed: bool
    letter_holds: bool
    scan: Document | None
    scan_holds: bool


@dataclass(frozen=True)
class ReportView:
    """Everything about one report. Without a `form` there are no pages, and `gaps` says why.

    `form_available` is False when the company turned out to need a form that does not exist here yet: the
    pages it has filled stay. `sending_opens_at`: midnight WIB after the period's last day.
    """

    case: CaseFile
    report: Report
    form: Form | None
    form_available: bool
    classification: Classification | None
    remarks: list[FieldError]
    pages: list[Page]
    gaps: list[Gap]
    statement: StatementState
    previous_period: str | None
    editable: bool
    sending_opens_at: datetime

    def page(self, section: str) -> Page:
        """One page by its section's id, or NotFound."""
        for page in self.pages:
            if page.section.id == section:
                return page
        raise NotFound


async def read(session: AsyncSession, report_id: UUID, *, now: datetime) -> ReportView:
    """The report as it stands. Nothing is locked or changed. NotFound."""
    held = await dossier.load(session, report_id, now=now)
    gaps = held.gaps()
    return ReportView(
        case=held.case,
        report=held.report,
        form=held.form,
        form_available=held.own_form is not None,
        classification=held.classification,
        remarks=class_change(held),
        pages=list(_pages(held, gaps)),
        gaps=gaps,
        statement=_statement(held),
        previous_period=held.previous.period,
        editable=held.case.status in EDITABLE | UNSTARTED,
        sending_opens_at=planning.sending_opens_at(held.period),
    )


async def completeness(session: AsyncSession, report_id: UUID, *, now: datetime) -> list[Gap]:
    """Everything that stands between this draft and sending, in page order; empty when it may be sent."""
    return (await dossier.load(session, report_id, now=now)).gaps()


def _pages(held: Dossier, gaps: list[Gap]) -> Iterator[Page]:
    if held.form is None:
        return
    for section in held.form.sections:
        stored = held.stored.get(section.id)
        answers = held.sections.get(section.id, {})
        judged = validate_section(held.form, section.id, answers, held.context())
        unread = [error for error in held.rejected.get(section.id, ()) if error.field not in answers]
        yield Page(
            section=section,
            values=answers,
            boxes=_boxes(section, answers, stored.typed if stored else {}),
            computed=judged.computed,
            previous=held.previous.sections.get(section.id, {}),
            errors=[*judged.errors, *(error for error in unread if error not in judged.errors)],
            warnings=judged.warnings,
            gaps=[gap for gap in gaps if gap.section == section.id],
            saved_at=stored.saved_at if stored else None,
        )


def _statement(held: Dossier) -> StatementState:
    printed = held.report.statement_letter_hash is not None
    formed = held.form is not None
    return StatementState(
        number=held.report.statement_number,
        printed=printed,
        letter_holds=formed and printed and held.letter_holds,
        scan=held.scan,
        scan_holds=formed and held.scan_holds,
    )


def _boxes(
    section: FieldsSection | RowsSection, answers: Values, typed: Mapping[str, JsonValue]
) -> Mapping[str, JsonValue]:
    """Answers that were understood, written as Indonesians write them; the others exactly as they were typed."""
    if isinstance(section, FieldsSection):
        return _filled(section.by_id, answers, typed)
    clean, raw = rows_of(answers), typed.get("rows")
    rows = raw if isinstance(raw, list) else []
    return {
        "rows": [
            _filled(section.by_id, clean[n] if n < len(clean) else {}, row if isinstance(row, dict) else {})
            for n, row in enumerate(rows)
        ]
    }


def _filled(
    fields: Mapping[str, FormField], answers: Values, typed: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    boxes = dict(typed)
    for name, field in fields.items():
        if name in answers:
            box = values.to_input(field, answers[name])
            boxes[name] = list(box) if isinstance(box, list) else box
    return boxes
