"""What must hold between answers: with the previous report, among totals, between units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic import JsonValue

from services.errors import FieldError
from services.i18n import N_
from services.reference import units
from services.reports import numbers, values
from services.reports.conditions import Lookup
from services.reports.context import FormContext, Values
from services.reports.definition import ACCOUNT, FieldsSection, RowsSection, Total, WeightCheck
from services.reports.fields import GivenField, NumberField

_ROUNDING = Decimal("0.01")  # what two decimals can lose


@dataclass(slots=True)
class Answers:
    """Answers of one section or row while they are judged: all that are clean, and those asked for now."""

    path: str = ""
    values: dict[str, JsonValue] = field(default_factory=dict)
    shown: dict[str, JsonValue] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    warnings: list[FieldError] = field(default_factory=list)

    def error(self, name: str, message: str, **params: object) -> None:
        """Something that cannot stay."""
        self.errors.append(FieldError(self.path + name, message, params))

    def warn(self, name: str, message: str, **params: object) -> None:
        """Something worth a second look."""
        self.warnings.append(FieldError(self.path + name, message, params))

    def lookup(self, context: FormContext) -> Lookup:
        """Answers conditions: about this section or row, about other sections, about the account."""

        def answer(reference: str) -> JsonValue:
            section_id, dot, name = reference.rpartition(".")
            if not dot:
                return self.shown.get(name)
            return (context.account if section_id == ACCOUNT else context.sections.get(section_id, {})).get(
                name
            )

        return answer


def compare_with_previous(section: FieldsSection, answers: Answers, context: FormContext) -> None:
    """Cumulative amounts do not fall from one report to the next."""
    before = context.previous.get(section.id, {})
    for question in section.fields:
        message = question.not_lower_than_previous if isinstance(question, NumberField) else None
        now, then = answers.shown.get(question.id), before.get(question.id)
        if message and now is not None and then is not None and _number(now) < _number(then):
            answers.error(question.id, message)


def compute(
    section: FieldsSection | RowsSection, shown: Iterable[Values], context: FormContext
) -> dict[str, JsonValue]:
    """Given values and totals of a section; a total without any answer is 0."""
    result: dict[str, JsonValue] = {
        question.id: values.given(question, context)
        for question in section.fields
        if isinstance(question, GivenField)
    }
    rows = list(shown)
    return result | {total.id: _sum(total, rows) for total in section.totals}


def check_totals(
    section: FieldsSection | RowsSection, sums: Mapping[str, JsonValue], answers: Answers, *, final: bool
) -> None:
    """A total out of its bounds is an error in the end; before, a warning once it can only be wrong."""
    for total in section.totals:
        amount = _number(sums[total.id])
        low = total.min is not None and amount < total.min
        high = total.max is not None and amount > total.max
        if not total.message or not (low or high):
            continue
        if final:
            answers.error(total.id, total.message)
        elif high or all(name in answers.shown for name in total.sum):
            answers.warn(total.id, total.message)


def check_weight(check: WeightCheck, answers: Answers) -> None:
    """Five tonnes are 5,000 kg; for litres and pieces nothing can be said."""
    unit = units.find(str(answers.shown.get(check.unit)))
    native, standard = answers.shown.get(check.native), answers.shown.get(check.standard)
    if unit is None or unit.kilograms is None or native is None or standard is None:
        return
    expected = _number(native) * unit.kilograms
    if abs(_number(standard) - expected) > _ROUNDING:
        message = N_("{native} {unit} sama dengan {expected} kg. Mohon periksa kembali.")
        shown = Decimal(numbers.plain(expected))
        answers.warn(check.standard, message, native=_number(native), unit=unit.name, expected=shown)


def _sum(total: Total, rows: Iterable[Values]) -> int | str:
    parts = [part for row in rows for name in total.sum if (part := row.get(name)) is not None]
    added = sum((_number(part) for part in parts), Decimal(0))
    return numbers.plain(added) if any(isinstance(part, str) for part in parts) else int(added)


def _number(value: JsonValue) -> Decimal:
    return Decimal(str(value))
