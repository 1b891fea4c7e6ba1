"""Judging one section: what the answers mean, what is wrong with them, what is worth a second look."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from pydantic import JsonValue

from services.errors import FieldError
from services.i18n import N_
from services.reports import values
from services.reports.conditions import Lookup, holds
from services.reports.consistency import Answers, check_totals, check_weight, compare_with_previous, compute
from services.reports.context import FormContext, Values
from services.reports.definition import FieldsSection, Form, Questionnaire, RowsSection
from services.reports.fields import FormField, GivenField
from services.reports.numbers import AnswerError, Notation
from services.reports.typed import json_safe, safe_text

Mode = Literal["draft", "complete"]

MISSING = N_("Wajib diisi.")
_UNKNOWN = N_("Isian ini tidak dikenal dalam formulir ini.")
_NOT_APPLICABLE = N_("Isian ini tidak berlaku untuk jawaban Anda dan tidak ikut dikirim.")
_TOO_MANY = N_("Paling banyak {max} baris pada halaman ini; yang dikirim {count} baris.")


@dataclass(frozen=True, slots=True)
class SectionResult:
    """A judged section.

    values    clean answers, JSON-able: money and counts int, decimals str. In `draft` also well-formed
              answers to questions that are hidden now, so that an answer changed back finds them again
    computed  totals and given values, by id: shown, never typed, not part of `values`
    errors    by path: `machine_value`, `rows.3.quantity`, `rows`
    warnings  the same shape; they never block
    raw       what was typed, safe to store as JSON and to show again
    refused   the input cannot be a filled form at all (too many rows): store nothing, answer with the errors
    """

    values: dict[str, JsonValue]
    computed: dict[str, JsonValue]
    errors: list[FieldError]
    warnings: list[FieldError]
    raw: dict[str, JsonValue]
    refused: bool = False


def validate_section(
    form: Questionnaire,
    section_id: str,
    raw: Mapping[str, object],
    context: FormContext,
    mode: Mode = "draft",
) -> SectionResult:
    """Judges what was typed into a section; it never raises because of what was typed.

    `draft` reports what cannot be understood and accepts what is missing. `complete` also reports what is
    missing and totals out of bounds, and leaves out answers to questions that do not apply. Judging clean
    values in PLAIN notation gives the same values again. KeyError for a section the form does not have.
    """
    section = form.by_id[section_id]
    if isinstance(section, RowsSection):
        return _judge_table(section, raw, context, mode)
    answers = _judge_fields(section, raw, context, mode)
    compare_with_previous(section, answers, context)
    sums = compute(section, [answers.shown], context)
    check_totals(section, sums, answers, final=mode == "complete")
    kept = answers.values if mode == "draft" else answers.shown
    return SectionResult(kept, sums, answers.errors, answers.warnings, _echo(raw))


def judge(form: Form, sections: Mapping[str, Values], context: FormContext) -> dict[str, SectionResult]:
    """Every section of stored clean answers, in order, as it would be sent now."""
    within = replace(context, sections=sections, notation=Notation.PLAIN)
    return {
        section.id: validate_section(form, section.id, sections.get(section.id, {}), within, "complete")
        for section in form.sections
    }


def applicable(
    form: Form, sections: Mapping[str, Values], context: FormContext
) -> dict[str, dict[str, JsonValue]]:
    """The answers that are sent and hashed: every section in order, without what does not apply now."""
    return {name: result.values for name, result in judge(form, sections, context).items()}


def computed(form: Form, section_id: str, stored: Values, context: FormContext) -> dict[str, JsonValue]:
    """Totals and given values of stored clean answers."""
    plain = replace(context, notation=Notation.PLAIN)
    return validate_section(form, section_id, stored, plain).computed


def _judge_table(
    section: RowsSection, raw: Mapping[str, object], context: FormContext, mode: Mode
) -> SectionResult:
    table = Answers()
    for name in raw.keys() - {"rows"} - {total.id for total in section.totals}:
        table.error(safe_text(name[:60]), _UNKNOWN)
    rows = raw.get("rows") or []
    if not isinstance(rows, list | tuple):
        table.error("rows", N_("Isian ini tidak dapat dibaca."))
        rows = []
    if len(rows) > section.max_rows:
        table.error("rows", _TOO_MANY, max=Decimal(section.max_rows), count=Decimal(len(rows)))
        return SectionResult({}, {}, table.errors, [], {}, refused=True)
    judged = [_judge_row(section, number, row, context, mode) for number, row in _filled(rows)]
    for row in judged:
        table.errors += row.errors
        table.warnings += row.warnings
    if mode == "complete" and len(judged) < section.min_rows:
        table.error("rows", section.empty)
    sums = compute(section, [row.shown for row in judged], context)
    check_totals(section, sums, table, final=mode == "complete")
    kept: list[JsonValue] = [part for row in judged if (part := row.values if mode == "draft" else row.shown)]
    return SectionResult({"rows": kept} if kept else {}, sums, table.errors, table.warnings, _echo(raw))


def _filled(rows: Sequence[object]) -> Iterator[tuple[int, object]]:
    """Rows in which something was typed, with their position on the page."""
    for number, row in enumerate(rows):
        parts = row.values() if isinstance(row, Mapping) else [row]
        if not all(values.is_blank(part) for part in parts):
            yield number, row


def _judge_row(section: RowsSection, number: int, row: object, context: FormContext, mode: Mode) -> Answers:
    if not isinstance(row, Mapping):
        unreadable = Answers()
        unreadable.error(f"rows.{number}", N_("Baris ini tidak dapat dibaca."))
        return unreadable
    answers = _judge_fields(section, row, context, mode, path=f"rows.{number}.")
    for check in section.checks:
        check_weight(check, answers)
    return answers


def _judge_fields(
    section: FieldsSection | RowsSection,
    raw: Mapping[str, object],
    context: FormContext,
    mode: Mode,
    *,
    path: str = "",
) -> Answers:
    answers = Answers(path)
    known = section.by_id.keys() | ({total.id for total in section.totals} if not path else set())
    for name in raw:
        if name not in known:
            answers.error(safe_text(str(name)[:60]), _UNKNOWN)
    lookup = answers.lookup(context)
    blank: list[FormField] = []
    for question in section.fields:
        typed = raw.get(question.id)
        asked = question.visible_when is None or holds(question.visible_when, lookup)
        if values.is_blank(typed):
            blank += [question] if asked else []
        elif asked:
            _judge_shown(question, typed, answers, context)
        else:
            _judge_hidden(question, typed, answers, context)
    for question in blank:  # when all answers are known
        _judge_missing(question, answers, lookup, mode)
    return answers


def _judge_shown(question: FormField, typed: object, answers: Answers, context: FormContext) -> None:
    try:
        value = values.parse(question, typed, context)
    except AnswerError as refusal:
        answers.error(question.id, refusal.message, **refusal.params)
        return
    if not isinstance(question, GivenField):
        answers.values[question.id] = answers.shown[question.id] = value


def _judge_missing(question: FormField, answers: Answers, lookup: Lookup, mode: Mode) -> None:
    wanted = question.required_when
    if mode == "complete" and (holds(wanted, lookup) if wanted else question.required):
        answers.error(question.id, MISSING)
    remark = question.warn_when_empty
    if remark and (remark.when is None or holds(remark.when, lookup)):
        answers.warn(question.id, remark.message)


def _judge_hidden(question: FormField, typed: object, answers: Answers, context: FormContext) -> None:
    """An answer to a question that is not asked now is kept if it can be understood, and never blocks."""
    answers.warn(question.id, _NOT_APPLICABLE)
    try:
        answers.values[question.id] = values.parse(question, typed, context)
    except AnswerError:
        return  # the warning has said it, and what was typed stays in `raw`


def _echo(raw: Mapping[str, object]) -> dict[str, JsonValue]:
    echoed = json_safe(raw)
    return echoed if isinstance(echoed, dict) else {}
