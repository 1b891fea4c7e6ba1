"""What differs between two submissions of one report, page by page, in the words of its form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import NotFound
from services.i18n import N_, Translator
from services.models import ReportVersion
from services.reports import forms
from services.reports.canonical import canonical_json
from services.reports.context import Values, rows_of
from services.reports.definition import FieldsSection, RowsSection
from services.reports.display import shown

_ROW = N_("Baris {number}: {label}")


@dataclass(frozen=True)
class Line:
    """One answer that differs. An empty text is no answer."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Changed:
    """One page of the form with what differs on it."""

    section: str
    title: str
    lines: tuple[Line, ...]


async def between(
    session: AsyncSession, report_id: UUID, before: int, after: int, words: Translator
) -> list[Changed]:
    """The pages that differ between two submissions, in page order. NotFound when there is no such submission."""
    query = select(ReportVersion).where(
        col(ReportVersion.case_id) == report_id, col(ReportVersion.submission).in_([before, after])
    )
    found = {version.submission: version for version in (await session.execute(query)).scalars()}
    if before not in found or after not in found:
        raise NotFound
    return list(compare(found[before], found[after], words))


def compare(before: ReportVersion, after: ReportVersion, words: Translator) -> Iterator[Changed]:
    """The pages that differ, on the form of the later one."""
    form = forms.shipped().get(after.form_id, after.form_version)
    old, new = before.content["sections"], after.content["sections"]
    for section in form.sections:
        lines = tuple(_lines(section, old.get(section.id, {}), new.get(section.id, {}), words))
        if lines:
            yield Changed(section.id, words.gettext(section.title), lines)


def _lines(
    section: FieldsSection | RowsSection, before: Values, after: Values, words: Translator
) -> Iterator[Line]:
    if isinstance(section, FieldsSection):
        yield from _answers(section, before, after, words)
        return
    old, new = rows_of(before), rows_of(after)
    spelled = [[canonical_json(row) for row in rows] for rows in (old, new)]
    for what, i, until_i, j, until_j in SequenceMatcher(
        None, spelled[0], spelled[1], autojunk=False
    ).get_opcodes():
        if what == "equal":
            continue
        for step in range(max(until_i - i, until_j - j)):
            row = old[i + step] if i + step < until_i else {}
            other = new[j + step] if j + step < until_j else {}
            number = (j + step if other else i + step) + 1
            for line in _answers(section, row, other, words):
                label = words.gettext(_ROW, number=number, label=line.label)
                yield Line(label, line.before, line.after)


def _answers(
    section: FieldsSection | RowsSection,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    words: Translator,
) -> Iterator[Line]:
    for name, field in section.by_id.items():
        if before.get(name) != after.get(name):
            yield Line(
                words.gettext(field.label),
                shown(field, before.get(name), words),
                shown(field, after.get(name), words),
            )
