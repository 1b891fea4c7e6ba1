"""The units that were accepted: offered beside the shipped ones, and looked up when an answer names one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import FieldError
from services.models import AddedUnit
from services.reference import units
from services.reference.units import Unit
from services.reports.definition import FieldsSection, RowsSection
from services.reports.fields import FormField, UnitField
from services.reports.validation import SectionResult
from services.reports.values import UNKNOWN_UNIT

Answers = Mapping[str, JsonValue]


async def every(session: AsyncSession) -> list[Unit]:
    """The accepted units by name."""
    rows = await session.scalars(select(AddedUnit).order_by(col(AddedUnit.key)))
    return [Unit(row.code, row.name, row.name, None) for row in rows]


async def offered(session: AsyncSession, questions: Sequence[FormField]) -> list[Unit]:
    """As `every` for a page that asks for a unit; nothing, and no statement, for any other."""
    return await every(session) if any(isinstance(one, UnitField) for one in questions) else []


async def checked(
    session: AsyncSession, section: FieldsSection | RowsSection, result: SectionResult
) -> SectionResult:
    """The page as it was judged, less the units that nobody accepted: an error each, and what was typed kept.

    Asked only when an answer names an added unit, and only when a page is saved: a unit that was accepted
    stays, so that what is stored can be sent without asking again.
    """
    fields = [one.id for one in section.fields if isinstance(one, UnitField)]
    parts = _parts(section, result.values)
    named = {str(part.get(name)) for _, part in parts for name in fields}
    wanted = {code for code in named if code.startswith(units.ADDED)}
    if not wanted:
        return result
    query = select(col(AddedUnit.code)).where(col(AddedUnit.code).in_(wanted))
    unknown = wanted - set(await session.scalars(query))
    return _without(section, result, fields, unknown) if unknown else result


def _without(
    section: FieldsSection | RowsSection, result: SectionResult, fields: Sequence[str], unknown: set[str]
) -> SectionResult:
    errors = [
        FieldError(path + name, UNKNOWN_UNIT)
        for path, part in _parts(section, result.raw)
        for name in fields
        if str(part.get(name)).strip() in unknown
    ]
    kept = [
        {name: value for name, value in part.items() if name not in fields or value not in unknown}
        for _, part in _parts(section, result.values)
    ]
    if isinstance(section, FieldsSection):
        return replace(result, values=kept[0], errors=[*result.errors, *errors])
    rows: list[JsonValue] = [row for row in kept if row]
    return replace(result, values={"rows": rows} if rows else {}, errors=[*result.errors, *errors])


def _parts(section: FieldsSection | RowsSection, answers: Answers) -> list[tuple[str, Answers]]:
    """The answers of a page, or of each of its rows, with where they stand."""
    if isinstance(section, FieldsSection):
        return [("", answers)]
    rows = answers.get("rows")
    listed = enumerate(rows) if isinstance(rows, list) else ()
    return [(f"rows.{number}.", row) for number, row in listed if isinstance(row, dict)]
