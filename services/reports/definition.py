"""A report form as data: its sections in order, and what must be consistent before it may be used."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import Field, model_validator

from services.deadlines.periods import Period
from services.reports.conditions import Frozen, references
from services.reports.fields import ChoiceField, ChoicesField, FormField, Identifier, IntegerField, TextField

ACCOUNT = "account"
"""Pseudo-section: conditions may ask about `account.<fact>`."""


class Total(Frozen):
    """A sum the reader sees and nobody types: over fields, or over a column of all rows."""

    id: Identifier
    label: str
    sum: tuple[Identifier, ...] = Field(min_length=1)
    unit: str | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    message: str | None = None

    @model_validator(mode="after")
    def _limit_has_message(self) -> "Total":
        if (self.min is not None or self.max is not None) and not self.message:
            raise ValueError(f"total {self.id}: a limit needs a message")
        return self


class WeightCheck(Frozen):
    """Warns when a quantity in kilograms contradicts the same quantity in a unit of known weight."""

    check: Literal["weight"]
    unit: Identifier
    native: Identifier
    standard: Identifier


class Covers(Frozen):
    """Every answer given in another section's column must have a row here."""

    field: Identifier
    of_section: Identifier
    of_field: Identifier
    message: str


class GridGroup(Frozen):
    """Columns of a grid under one heading."""

    label: str
    columns: tuple[str, ...] = Field(min_length=1)


class GridRow(Frozen):
    """A line of a grid: the fields in its cells, from left to right."""

    label: str
    cells: tuple[Identifier, ...] = Field(min_length=1)


class Grid(Frozen):
    """Number fields that are read and typed as a table. Only their arrangement: each stays a field of its own."""

    label: str
    groups: tuple[GridGroup, ...] = Field(min_length=1)
    rows: tuple[GridRow, ...] = Field(min_length=1)

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """The fields in it, row by row."""
        return tuple(cell for row in self.rows for cell in row.cells)

    @model_validator(mode="after")
    def _rows_are_full(self) -> "Grid":
        width = sum(len(group.columns) for group in self.groups)
        if any(len(row.cells) != width for row in self.rows):
            raise ValueError(f"grid {self.label}: every row needs {width} cells")
        return self


class _Section(Frozen):
    """`legal` names the items of the regulation's list of contents that this page answers."""

    id: Identifier
    title: str
    help: str = ""
    legal: tuple[str, ...] = ()
    fields: tuple[FormField, ...] = Field(min_length=1)
    totals: tuple[Total, ...] = ()
    incomplete: str

    @cached_property
    def by_id(self) -> Mapping[str, FormField]:
        """The fields of the section, or of one of its rows, by id."""
        return {field.id: field for field in self.fields}


class FieldsSection(_Section):
    kind: Literal["fields"]
    grids: tuple[Grid, ...] = ()

    @model_validator(mode="after")
    def _cells_are_plain_numbers(self) -> "FieldsSection":
        cells = [cell for grid in self.grids for cell in grid.cells]
        _unique(f"{self.id}: cell", cells)
        for cell in cells:
            field = self.by_id.get(cell)
            if not isinstance(field, IntegerField) or field.visible_when or field.help:
                raise ValueError(
                    f"{self.id}: the cell {cell} is no whole number that is always asked, without a hint"
                )
        return self


class RowsSection(_Section):
    """A table: `columns` are the fields shown in the overview, `empty` the message while there is no row."""

    kind: Literal["rows"]
    row: str
    columns: tuple[Identifier, ...] = Field(min_length=1)
    min_rows: int = Field(default=1, ge=0)
    max_rows: int = Field(default=500, ge=1, le=2000)
    empty: str
    checks: tuple[WeightCheck, ...] = ()
    covers: tuple[Covers, ...] = ()


Section = Annotated[FieldsSection | RowsSection, Field(discriminator="kind")]


class Questionnaire(Frozen):
    """Pages of questions in order: a report form is one, the standing company data are another."""

    title: str
    sections: tuple[Section, ...] = Field(min_length=1)

    @cached_property
    def by_id(self) -> Mapping[str, FieldsSection | RowsSection]:
        """The sections by id."""
        return {section.id: section for section in self.sections}

    def section(self, section_id: str) -> FieldsSection | RowsSection | None:
        """The section of that id; None when there is none."""
        return self.by_id.get(section_id)

    @model_validator(mode="after")
    def _sections_agree(self) -> Self:
        _unique("section", [section.id for section in self.sections])
        for section in self.sections:
            _check_section(self, section)
        return self


class Form(Questionnaire):
    """One version of one report form. A version in use is never edited; a change is a new version."""

    form: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    version: int = Field(ge=1)
    instrument: str
    family: Literal["manufacturing", "service", "shipyard", "estate"]
    size: Literal["small", "medium_large"] | None
    stage: Literal["construction", "production", "commercial"]
    valid_from: str
    valid_to: str | None = None
    statement: str
    official_texts: tuple[str, ...] = ()
    """Messages quoted word for word from the ministry's form."""

    def covers_period(self, period: Period) -> bool:
        """Whether this version is the form for a report on that period."""
        starts = Period.parse(self.valid_from) <= period
        return starts and (self.valid_to is None or period <= Period.parse(self.valid_to))

    @model_validator(mode="after")
    def _periods_exist(self) -> Self:
        Period.parse(self.valid_from)
        if self.valid_to is not None:
            Period.parse(self.valid_to)
        return self


def load(path: Path) -> Form:
    """The form in a YAML file; a pydantic ValidationError names what is wrong with it."""
    return parse(yaml.safe_load(path.read_text(encoding="utf-8")))


def parse(document: dict[str, Any]) -> Form:
    """The form in a parsed YAML document. A field may name a shared list under `options:`."""
    return Form.model_validate(with_shared_options(document))


def texts(form: Questionnaire) -> Iterator[str]:
    """Every text of the form that a person reads, for translation."""
    yield form.title
    if isinstance(form, Form):
        yield form.statement
    for section in form.sections:
        yield from _section_texts(section)


def _section_texts(section: FieldsSection | RowsSection) -> Iterator[str]:
    yield from filter(None, (section.title, section.help, section.incomplete))
    for grid in section.grids if isinstance(section, FieldsSection) else ():
        yield from (grid.label, *(row.label for row in grid.rows))
        for group in grid.groups:
            yield from (group.label, *group.columns)
    if isinstance(section, RowsSection):
        yield from (section.row, section.empty, *(covers.message for covers in section.covers))
    for total in section.totals:
        yield from filter(None, (total.label, total.message))
    for field in section.fields:
        yield from _field_texts(field)


def _field_texts(field: FormField) -> Iterator[str]:
    yield from filter(None, (field.label, field.help))
    if field.warn_when_empty:
        yield field.warn_when_empty.message
    if isinstance(field, ChoiceField | ChoicesField):
        yield from (option.label for option in field.options)
    if isinstance(field, TextField) and field.pattern_message:
        yield field.pattern_message
    message = getattr(field, "not_lower_than_previous", None)
    if message:
        yield message


def with_shared_options(document: dict[str, Any]) -> dict[str, Any]:
    shared = document.get("options", {})
    sections = [
        {**section, "fields": [_with_options(field, shared) for field in section.get("fields", ())]}
        for section in document.get("sections", ())
    ]
    return {key: part for key, part in document.items() if key != "options"} | {"sections": sections}


def _with_options(field: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    named = field.get("options")
    if not isinstance(named, str):
        return field
    if named not in shared:
        raise ValueError(f"field {field.get('id')}: there is no list of options called {named!r}")
    return {**field, "options": shared[named]}


def _check_section(form: Questionnaire, section: FieldsSection | RowsSection) -> None:
    _unique(f"{section.id}: field", [field.id for field in section.fields] + [t.id for t in section.totals])
    earlier: set[str] = set()
    for field in section.fields:
        where = f"{section.id}.{field.id}"
        for reference in references(field.visible_when) if field.visible_when else ():
            _check_reference(form, where, reference, earlier)
        for reference in _asked_when_blank(field):
            _check_reference(form, where, reference, section.by_id.keys())
        earlier.add(field.id)
    named = [name for total in section.totals for name in total.sum]
    if isinstance(section, RowsSection):
        named += [*section.columns, *(covers.field for covers in section.covers)]
        named += [name for check in section.checks for name in (check.unit, check.native, check.standard)]
    unknown = set(named) - set(section.by_id)
    if unknown:
        raise ValueError(f"section {section.id} names unknown fields: {sorted(unknown)}")


def _asked_when_blank(field: FormField) -> Iterator[str]:
    warning = field.warn_when_empty.when if field.warn_when_empty else None
    for condition in (field.required_when, warning):
        if condition is not None:
            yield from references(condition)


def _check_reference(form: Questionnaire, where: str, reference: str, near: Collection[str]) -> None:
    """Shown or not is decided in order, by earlier fields; another section's field must always be shown."""
    section_id, dot, field_id = reference.rpartition(".")
    if not dot:
        if reference not in near:
            raise ValueError(f"{where} asks about {reference!r}, which its section does not have before it")
        return
    if section_id == ACCOUNT:
        return
    section = form.section(section_id)
    field = section.by_id.get(field_id) if section else None
    if field is None or field.visible_when is not None:
        raise ValueError(f"{where} asks about {reference!r}, which is not always shown")


def _unique(what: str, names: list[str]) -> None:
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise ValueError(f"{what} ids occur twice: {sorted(doubled)}")
