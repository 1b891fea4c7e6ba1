"""What a report is compared with: the nearest earlier period that was sent, lowered where an officer said so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines.periods import Period
from services.errors import FieldError, InvalidInput, NotFound
from services.i18n import N_
from services.models import BaselineCorrection, Report
from services.reports import forms
from services.reports.context import Values
from services.reports.definition import Form
from services.reports.fields import NumberField

MAX_REASON: Final = 2000

# Semesters and quarters in one order: by the month in which they end, counted from year 0.
_ENDS = (
    "CAST(left({0}, 4) AS int) * 12"
    " + CAST(right({0}, 1) AS int) * CASE substr({0}, 6, 1) WHEN 'S' THEN 6 ELSE 3 END"
)
_PREVIOUS: Final = text(
    f"""
    SELECT r.period, v.size, v.form_id, v.form_version, v.content -> 'sections' AS sections,
           (SELECT jsonb_object_agg(c.field, c.value) FROM (
                SELECT DISTINCT ON (b.field) b.field, b.value FROM baseline_correction b
                WHERE b.account_id = r.account_id AND b.stage = r.stage
                  AND {_ENDS.format("b.before_period")} > {_ENDS.format("r.period")}
                  AND {_ENDS.format("b.before_period")} <= :ends
                ORDER BY b.field, {_ENDS.format("b.before_period")} DESC, b.id DESC) c) AS lowered
    FROM report r JOIN report_version v ON v.case_id = r.case_id AND v.submission = r.submission
    WHERE r.account_id = :account_id AND r.stage = :stage AND {_ENDS.format("r.period")} < :ends
    ORDER BY {_ENDS.format("r.period")} DESC LIMIT 1
    """  # noqa: S608 -- our own constants
)


@dataclass(frozen=True)
class Previous:
    """The report before: its period, form, class and answers, lowered baselines included. Empty for the first."""

    period: str | None = None
    form: Form | None = None
    size: str | None = None
    sections: Mapping[str, Values] = field(default_factory=dict)


async def previous(session: AsyncSession, report: Report) -> Previous:
    """The nearest earlier period that this account sent for this stage, whenever it was sent."""
    given = {"account_id": report.account_id, "stage": report.stage, "ends": _ends(report.period)}
    row = (await session.execute(_PREVIOUS, given)).one_or_none()
    if row is None:
        return Previous()
    form = forms.shipped().get(row.form_id, row.form_version)
    return Previous(row.period, form, row.size, _lowered(row.sections, row.lowered or {}))


async def lower(
    session: AsyncSession,
    report_id: UUID,
    *,
    field: str,
    value: int,
    reason: str,
    actor: str,
    now: datetime,
) -> BaselineCorrection:
    """An officer accepts that an investment fell: `field` ("general_data.machine_value") is compared with `value`.

    InvalidInput unless the reason is given and the value really lower than what the report is compared with.
    """
    case = await cases.lock(session, report_id)
    report = await session.get(Report, report_id)
    if report is None:
        raise NotFound
    problems = _problems(_compared(await previous(session, report), field), value, reason)
    if problems:
        raise InvalidInput(N_("Nilai pembanding tidak dapat diturunkan."), fields=problems)
    correction = BaselineCorrection(
        account_id=report.account_id,
        stage=report.stage,
        before_period=report.period,
        field=field,
        value=value,
        reason=reason.strip(),
        made_by=actor,
        made_at=now,
    )
    session.add(correction)
    await session.flush()
    data = {"field": field, "correction": str(correction.id)}
    await cases.record(session, case, "baseline_lowered", now=now, actor=actor, data=data)
    return correction


def _compared(before: Previous, field: str) -> JsonValue:
    """The amount this field is compared with; None for a field that is not."""
    section_id, _, name = field.partition(".")
    section = before.form.section(section_id) if before.form else None
    question = section.by_id.get(name) if section else None
    compared = isinstance(question, NumberField) and question.not_lower_than_previous
    return before.sections.get(section_id, {}).get(name) if compared else None


def _problems(before: JsonValue, value: int, reason: str) -> list[FieldError]:
    problems = []
    if not isinstance(before, int):
        problems.append(FieldError("field", N_("Isian ini tidak dibandingkan dengan periode sebelumnya.")))
    elif not 0 <= value < before:
        problems.append(
            FieldError("value", N_("Nilai harus lebih rendah daripada nilai pembanding sekarang."))
        )
    if not reason.strip():
        problems.append(FieldError("reason", N_("Tuliskan alasan.")))
    elif len(reason) > MAX_REASON:
        problems.append(
            FieldError("reason", N_("Paling banyak {longest} karakter."), {"longest": MAX_REASON})
        )
    return problems


def _lowered(sections: Mapping[str, Any], corrections: Mapping[str, int]) -> Mapping[str, Values]:
    lowered: dict[str, dict[str, JsonValue]] = {name: dict(part) for name, part in sections.items()}
    for path, value in corrections.items():
        section, _, name = path.partition(".")
        before = lowered.get(section, {}).get(name)
        if isinstance(before, int):
            lowered[section][name] = min(before, value)
    return lowered


def _ends(period: str) -> int:
    last = Period.parse(period).end
    return last.year * 12 + last.month
