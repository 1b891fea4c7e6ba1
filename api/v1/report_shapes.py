"""What reports look like on the wire, and their refusals in the reader's language."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.v1.problems import FieldProblem
from api.v1.shapes import FromRow
from services.errors import FieldError
from services.i18n import translator
from services.models import ReportStatus
from services.reports import listing
from services.reports.completeness import Gap
from services.reports.dossier import Dossier
from services.reports.numbers import Notation


class ReportIn(BaseModel):
    """`account_id` may be left out by whoever acts for one account only."""

    model_config = ConfigDict(extra="forbid")

    period: str = Field(max_length=10)
    stage: str = Field(max_length=40)
    account_id: UUID | None = None


class ReportOut(BaseModel):
    """A report as it stands. `content_version` is its ETag: waves and extensions never touch it."""

    id: UUID
    number: int
    account_id: UUID
    period: str
    stage: str
    status: str
    label: str
    form: str | None
    form_version: int | None
    family: str | None
    size: str | None
    sections: list[str]
    saved_sections: list[str]
    content_version: int
    submission: int
    sent_at: datetime | None
    statement_number: str | None
    letter_holds: bool
    scan_holds: bool


class ReportLineOut(FromRow):
    """A line of the list; `label` is the official status."""

    id: UUID
    number: int
    period: str
    stage: str
    status: str
    label: str
    due_before: datetime
    base_before: datetime
    sent_at: datetime | None
    submission: int
    timeliness: str
    sending_opens_at: datetime
    editable: bool
    deletable: bool
    receipt: bool


class UnopenedOut(FromRow):
    period: str
    stage: str
    due_before: datetime


class ReportList(BaseModel):
    """All reports, newest period first, and what is owed for past periods that nobody opened."""

    items: list[ReportLineOut]
    unopened: list[UnopenedOut]


class SectionIn(BaseModel):
    """A whole page: answers by field; a table as `{"rows": [{…}, …]}`.

    Numbers are JSON numbers, or text in `notation`: plain ("1500000.5") or indonesian ("1.500.000,5").
    """

    model_config = ConfigDict(extra="forbid")

    values: dict[str, JsonValue]
    version: int | None = Field(default=None, ge=0)
    notation: Notation = Notation.PLAIN


class SectionOut(BaseModel):
    """A page as it stands: what was typed, what it means, and what is wrong with it. Wrong answers are kept too."""

    section: str
    typed: dict[str, Any]
    values: dict[str, Any]
    computed: dict[str, Any]
    errors: list[FieldProblem]
    warnings: list[FieldProblem]
    content_version: int
    form_available: bool


class GapOut(BaseModel):
    """One thing to do before sending, on the page `section`."""

    section: str
    message: str
    verbatim: bool
    fields: list[FieldProblem]


class CompletenessOut(BaseModel):
    complete: bool
    content_version: int
    gaps: list[GapOut]


class SubmissionIn(BaseModel):
    """The content version that is sent, unless If-Match says so."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = Field(default=None, ge=0)


class SubmissionOut(BaseModel):
    """What was received: its number, its time, its fingerprint. `on_time` by the date in force."""

    id: UUID
    number: int
    submission: int
    sent_at: datetime
    content_hash: str
    on_time: bool


def spoken(errors: Iterable[FieldError], locale: str) -> list[FieldProblem]:
    """Errors in the reader's language."""
    speak = translator(locale).gettext
    return [FieldProblem(field=error.field, message=speak(error.message, **error.params)) for error in errors]


def gap_out(gap: Gap, locale: str) -> GapOut:
    """One thing to do before sending, in the reader's language."""
    return GapOut(
        section=gap.section,
        message=translator(locale).gettext(gap.message, **gap.params),
        verbatim=gap.verbatim,
        fields=spoken(gap.fields, locale),
    )


def report_out(held: Dossier, locale: str) -> ReportOut:
    """The report on the wire."""
    report, case, form = held.report, held.case, held.form
    return ReportOut.model_validate(
        {
            **report.model_dump(),
            "id": case.id,
            "status": case.status,
            "label": translator(locale).gettext(listing.LABELS[ReportStatus(case.status)]),
            "form": form.form if form else None,
            "form_version": form.version if form else None,
            "sections": [section.id for section in form.sections] if form else [],
            "saved_sections": sorted(held.stored),
            "letter_holds": held.letter_holds if form else False,
            "scan_holds": held.scan_holds if form else False,
        }
    )
