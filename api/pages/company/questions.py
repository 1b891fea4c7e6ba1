"""Questions of a form definition as fields of a page: their kinds, choices, conditions."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final

from pydantic import JsonValue

from api.pages import places, shapes
from api.pages.company import ways_out
from services.companies.definition import FormattedText
from services.errors import FieldError
from services.i18n import Translator, format_date
from services.reference import countries, kbli, units
from services.reference.kbli import Kbli
from services.reference.units import Unit
from services.reports import conditions, display, fields, values
from services.reports.conditions import AllOf, AnyOf, Condition, Lookup, Not
from services.reports.context import CertificateRef, Values
from services.reports.definition import FieldsSection, Grid
from services.reports.fields import FormField

_FEW: Final = 4
"""So many answers are all shown at once; more of them open on demand."""
_TYPES: Final[Mapping[type, str]] = {
    fields.IntegerField: "integer",
    fields.DecimalField: "number",
    fields.PercentField: "number",
    fields.RupiahField: "money",
    fields.YearField: "year",
    fields.YesNoField: "yes_no",
    fields.ChoicesField: "checkboxes",
    fields.CountryField: "select",
    fields.CountriesField: "multiple",
    fields.UnitField: "select",
    fields.KbliField: "select",
    fields.CertificateField: "select",
}


@dataclass(frozen=True)
class Asking:
    """What the questions of one page depend on.

    elsewhere   answers on other pages, for conditions: references with a dot in them
    previous    the page's answers in the report before
    given       what the report itself answers
    hidden      ids that no person fills in
    added       units that were accepted beside the shipped ones
    fell        ids whose amount is refused because it is below that of the report before
    """

    words: Translator
    business_fields: Sequence[Kbli] = ()
    certificates: Sequence[CertificateRef] = ()
    elsewhere: Lookup = lambda _: None
    previous: Values = field(default_factory=dict)
    given: Mapping[str, JsonValue] = field(default_factory=dict)
    hidden: Collection[str] = ()
    added: Sequence[Unit] = ()
    fell: Collection[str] = ()


def shown(questions: Sequence[FormField], asking: Asking) -> list[shapes.Field]:
    """The fields of a page or of one row, without those that answers on other pages rule out."""
    asked = [question for question in questions if question.id not in asking.hidden]
    described = (_described(question, asking) for question in asked)
    return [*_given(asked, asking), *(one for one in described if one is not None)]


def arranged(
    described: Sequence[shapes.Field], section: Any, words: Translator
) -> list[shapes.Field | shapes.Grid]:
    """The same with the section's grids in the place of their first cells."""
    known = {one.name: one for one in described}
    every: Sequence[Grid] = section.grids if isinstance(section, FieldsSection) else ()
    grids = {grid.cells[0]: grid for grid in every if known.keys() >= set(grid.cells)}
    within = {cell for grid in grids.values() for cell in grid.cells}
    shown: list[shapes.Field | shapes.Grid] = []
    for one in described:
        if one.name in grids:
            shown.append(_grid(grids[one.name], known, words))
        elif one.name not in within:
            shown.append(one)
    return shown


def _grid(grid: Grid, known: Mapping[str, shapes.Field], words: Translator) -> shapes.Grid:
    say = words.gettext
    return shapes.Grid(
        say(grid.label),
        [(say(group.label), [say(column) for column in group.columns]) for group in grid.groups],
        [(say(row.label), [known[cell] for cell in row.cells]) for row in grid.rows],
    )


def boxes(questions: Sequence[FormField], clean: Values) -> dict[str, Any]:
    """Clean answers as the inputs of a page show them."""
    return {q.id: values.to_input(q, clean[q.id]) for q in questions if q.id in clean}


def cell(question: FormField, clean: Values, typed: Mapping[str, Any], words: Translator) -> str:
    """An answer in an overview; what was not understood as it was typed."""
    if question.id in clean:
        found = _named(question, str(clean[question.id]), words)
        return found or display.shown(question, clean[question.id], words)
    raw = typed.get(question.id) or ""
    return ", ".join(map(str, raw)) if isinstance(raw, list) else str(raw)


def columns(section: Any, words: Translator) -> list[shapes.Column]:
    """The columns of a table's overview."""
    found = [section.by_id[name] for name in section.columns]
    return [shapes.Column(words.gettext(q.label), numeric=isinstance(q, fields.NumberField)) for q in found]


def spoken(section: Any, error: FieldError, words: Translator) -> str:
    """A remark in words, after the row and the label it is about: "Baris 2, Jumlah: Wajib diisi."."""
    said = words.gettext(error.message, **error.params)
    parts = error.field.split(".")
    question = section.by_id.get(parts[-1])
    about = words.gettext(question.label) if question else ""
    if parts[0] == "rows" and len(parts) > 1:
        row = words.gettext("Baris {number}", number=int(parts[1]) + 1)
        about = f"{row}, {about}" if about else row
    return f"{about}: {said}" if about else said


def _given(asked: Sequence[FormField], asking: Asking) -> Iterator[shapes.Field]:
    """What the report itself answers, in one line above the questions."""
    known = [question for question in asked if isinstance(question, fields.GivenField)]
    said = [f"{asking.words.gettext(q.label)}: {asking.given.get(q.id, '')}" for q in known]
    if known:
        yield shapes.Field(known[0].id, "note", " · ".join(said))


def _described(question: FormField, asking: Asking) -> shapes.Field | None:
    condition = _settled(question.visible_when, asking.elsewhere) if question.visible_when else True
    if condition is False or isinstance(question, fields.GivenField):
        return None
    say = asking.words.gettext
    options = _options(question, asking)
    before = asking.previous.get(question.id)
    aside, elsewhere = ways_out.of(question, asking.fell, asking.words)
    return shapes.Field(
        question.id,
        _type(question, options),
        say(question.label),
        say(question.help) if question.help else "",
        required=question.required and question.required_when is None,
        options=options,
        unit=_unit(question),
        previous=before if isinstance(before, int) and isinstance(question, fields.RupiahField) else None,
        visible_when=None if condition is True else conditions.as_data(condition),
        elsewhere=elsewhere,
        aside=aside,
    )


def _type(question: FormField, options: Sequence[shapes.Option]) -> str:
    match question:
        case FormattedText(format="date"):
            return "date"
        case FormattedText(format="region"):
            return "select"
        case fields.TextField():
            return "textarea" if question.multiline else "text"
        case fields.ChoiceField():
            return "radios" if len(options) <= _FEW else "select"
        case _:
            return _TYPES.get(type(question), "text")


def _options(question: FormField, asking: Asking) -> Sequence[shapes.Option]:
    words = asking.words
    match question:
        case fields.ChoiceField() | fields.ChoicesField():
            return [shapes.Option(o.value, words.gettext(o.label)) for o in question.options]
        case fields.CountryField() | fields.CountriesField():
            return _countries(words.locale)
        case fields.UnitField():
            every = (*units.every(), *asking.added)
            return [shapes.Option(unit.code, unit.label(words.locale)) for unit in every]
        case fields.KbliField() | fields.CertificateField():
            return _own(question, asking)
        case _:
            region = isinstance(question, FormattedText) and question.format == "region"
            return places.choices() if region else ()


def _own(question: fields.KbliField | fields.CertificateField, asking: Asking) -> list[shapes.Option]:
    """Choices out of the company's own data."""
    if isinstance(question, fields.CertificateField):
        fitting = [known for known in asking.certificates if known.kind == question.kind]
        return [shapes.Option(known.id, known.number) for known in fitting]
    codes = filter(kbli.under_ministry, asking.business_fields)
    return [shapes.Option(code.key, f"{code.code} – {kbli.title(code)}") for code in codes]


@cache
def _countries(locale: str) -> tuple[shapes.Option, ...]:
    return tuple(shapes.Option(code, name) for code, name in countries.every(locale, abroad=True))


def _unit(question: FormField) -> str:
    """Money has its sign before the box already."""
    if isinstance(question, fields.NumberField) and not isinstance(question, fields.RupiahField):
        return question.unit or ""
    return ""


def _named(question: FormField, code: str, words: Translator) -> str:
    """What a formatted text's code stands for."""
    if not isinstance(question, FormattedText):
        return ""
    if question.format == "date":
        return format_date(date.fromisoformat(code), words.locale)
    if question.format == "region":
        by_code = {o.value: o.label for group in places.choices() for o in group.options}
        return by_code.get(code, code)
    if question.format == "kbli" and (found := Kbli.parse(code)) is not None:
        return f"{found.code} – {kbli.title(found)} (KBLI {found.version})"
    return ""


def _settled(condition: Condition, elsewhere: Lookup) -> Condition | bool:
    """The condition with what other pages answer settled: a yes, a no, or what this page still decides."""
    match condition:
        case AllOf() | AnyOf():
            decisive = isinstance(condition, AnyOf)
            parts = [_settled(part, elsewhere) for part in condition.conditions]
            if decisive in parts:
                return decisive
            open_ = [part for part in parts if not isinstance(part, bool)]
            return type(condition)(**{"any" if decisive else "all": tuple(open_)}) if open_ else not decisive
        case Not():
            inner = _settled(condition.condition, elsewhere)
            return not inner if isinstance(inner, bool) else Not(**{"not": inner})
        case _:
            return conditions.holds(condition, elsewhere) if "." in condition.field else condition
