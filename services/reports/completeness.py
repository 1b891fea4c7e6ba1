"""What a report still lacks before it may be sent, in the words of the ministry's form where it has them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.errors import FieldError
from services.i18n import N_
from services.reports.context import FormContext, Values, rows_of
from services.reports.definition import Covers, FieldsSection, Form, RowsSection
from services.reports.validation import SectionResult, judge

STATEMENT_SECTION = "statement_letter"
LICENCES_SECTION = "licences"
STATEMENT_MISSING = N_("Surat Pernyataan belum di upload")
LICENCE_MISSING = N_("Perizinan Berusaha Sektor Industri untuk KBLI {missing} belum divalidasi oleh UPP")


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing to do before sending.

    section   a section of the form, or STATEMENT_SECTION or LICENCES_SECTION: where the link leads
    message   Indonesian gettext id, filled with `params`
    verbatim  whether the ministry's form says it word for word
    fields    the boxes it is about; paths count the stored rows from 0
    """

    section: str
    message: str
    params: dict[str, object] = field(default_factory=dict)
    verbatim: bool = False
    fields: tuple[FieldError, ...] = ()


def check(
    form: Form,
    sections: Mapping[str, Values],
    context: FormContext,
    rejected: Mapping[str, Sequence[FieldError]] | None = None,
) -> list[Gap]:
    """Everything that stands between this draft and sending, in page order; empty when it may be sent.

    `sections` are the stored clean answers, judged again under the present facts (company data, previous
    report). `rejected` are the errors stored with a draft: answers that were typed and not understood.
    """
    return of(form, sections, context, judge(form, sections, context), rejected)


def of(
    form: Form,
    sections: Mapping[str, Values],
    context: FormContext,
    judged: Mapping[str, SectionResult],
    rejected: Mapping[str, Sequence[FieldError]] | None = None,
) -> list[Gap]:
    """As `check`, for sections that have been judged already."""
    gaps: list[Gap] = []
    answers: dict[str, Values] = {}
    for section in form.sections:
        result = judged[section.id]
        answers[section.id] = result.values
        gaps += _section_gaps(form, section, result, _not_understood(section.id, sections, rejected or {}))
    for section in form.sections:
        if isinstance(section, RowsSection):
            gaps += _uncovered(section, answers)
    return (
        _in_page_order(form, gaps)
        + list(_statement_gap(context))
        + list(_licence_gap(form, answers, context))
    )


def named_kbli(form: Form, sections: Mapping[str, Values]) -> frozenset[str]:
    """The KBLI codes that the report names in its tables: each needs a valid industry licence."""
    return frozenset(
        str(answer["code"])
        for section in form.sections
        if isinstance(section, RowsSection)
        for question in section.fields
        if question.type == "kbli"
        for answer in _column(sections.get(section.id, {}), question.id)
        if isinstance(answer, dict)
    )


def _not_understood(
    section_id: str, sections: Mapping[str, Values], rejected: Mapping[str, Sequence[FieldError]]
) -> list[FieldError]:
    """Stored errors about answers that have no clean value; the others have just been judged afresh."""
    stored = sections.get(section_id, {})
    return [error for error in rejected.get(section_id, ()) if error.field not in stored]


def _section_gaps(
    form: Form,
    section: FieldsSection | RowsSection,
    result: SectionResult,
    rejected: Sequence[FieldError],
) -> Iterator[Gap]:
    """Official texts stand alone; everything else of a page is one gap that lists its fields."""
    official = [error for error in result.errors if error.message in form.official_texts]
    others = [error for error in result.errors if error not in official]
    others += [error for error in rejected if error not in result.errors]
    totals = {total.id for total in section.totals} | {"rows"}
    for error in official:
        whole_page = error.field in totals
        yield Gap(
            section.id,
            error.message,
            error.params,
            verbatim=True,
            fields=(error, *(others if whole_page else ())),
        )
    if others and not any(error.field in totals for error in official):
        yield Gap(
            section.id,
            section.incomplete,
            verbatim=section.incomplete in form.official_texts,
            fields=tuple(others),
        )


def _uncovered(section: RowsSection, answers: Mapping[str, Values]) -> Iterator[Gap]:
    if not answers[section.id]:
        return  # that there is no row at all has been said
    for rule in section.covers:
        missing = _uncovered_codes(rule, section.id, answers)
        if missing:
            yield Gap(section.id, rule.message, {"missing": ", ".join(missing)})


def _uncovered_codes(rule: Covers, section_id: str, answers: Mapping[str, Values]) -> list[str]:
    here = _column(answers[section_id], rule.field)
    there = _column(answers.get(rule.of_section, {}), rule.of_field)
    return sorted({_written(answer) for answer in there if answer not in here})


def _statement_gap(context: FormContext) -> Iterator[Gap]:
    if not context.statement_uploaded:
        yield Gap(STATEMENT_SECTION, STATEMENT_MISSING, verbatim=True)


def _licence_gap(form: Form, answers: Mapping[str, Values], context: FormContext) -> Iterator[Gap]:
    missing = sorted(named_kbli(form, answers) - context.licence_valid_for)
    if missing:
        yield Gap(LICENCES_SECTION, LICENCE_MISSING, {"missing": ", ".join(missing)})


def _column(answers: Values, name: str) -> list[object]:
    return [row[name] for row in rows_of(answers) if name in row]


def _written(answer: object) -> str:
    return str(answer["code"]) if isinstance(answer, dict) and "code" in answer else str(answer)


def _in_page_order(form: Form, gaps: list[Gap]) -> list[Gap]:
    order = list(form.by_id)
    return sorted(gaps, key=lambda gap: order.index(gap.section))
