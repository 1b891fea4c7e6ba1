"""What a report is compared with: the nearest earlier period that was sent, lowered where an officer said so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.deadlines.periods import Period
from services.errors import Conflict, FieldError, InvalidInput, NotFound
from services.i18n import N_
from services.models import BaselineCorrection, Report, ReportStatus
from services.reports import forms, numbers
from services.reports.context import Values
from services.reports.definition import FieldsSection, Form
from services.reports.fields import NumberField
from services.reports.numbers import AnswerError, Notation

MAX_REASON: Final = 2000
WRITABLE: Final = frozenset(
    {
        ReportStatus.UPCOMING, ReportStatus.NOT_STARTED, ReportStatus.DRAFT, ReportStatus.RETURNED,
        ReportStatus.REOPENED,
    }
)  # fmt: skip
"""While a report stands so, its answers are still compared."""

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


@dataclass(frozen=True)
class Compared:
    """A field that may not fall, as "section.field", its label, and the amount it is compared with now."""

    field: str
    label: str
    amount: int


async def previous(session: AsyncSession, report: Report) -> Previous:
    """The nearest earlier period that this account sent for this stage, whenever it was sent."""
    given = {"account_id": report.account_id, "stage": report.stage, "ends": _ends(report.period)}
    row = (await session.execute(_PREVIOUS, given)).one_or_none()
    if row is None:
        return Previous()
    form = forms.shipped().get(row.form_id, row.form_version)
    return Previous(row.period, form, row.size, _lowered(row.sections, row.lowered or {}))


def compared(before: Previous) -> list[Compared]:
    """What a report is compared with, field by field; empty for the first one."""
    sections = before.form.sections if before.form else ()
    return [
        Compared(f"{section.id}.{question.id}", question.label, amount)
        for section in sections
        if isinstance(section, FieldsSection)
        for question in section.fields
        if isinstance(question, NumberField) and question.not_lower_than_previous
        if isinstance(amount := before.sections.get(section.id, {}).get(question.id), int)
    ]


async def corrections(session: AsyncSession, report: Report) -> list[BaselineCorrection]:
    """Every lowering for this account and stage, also for other periods, in the order they were made."""
    query = (
        select(BaselineCorrection)
        .where(
            col(BaselineCorrection.account_id) == report.account_id,
            col(BaselineCorrection.stage) == report.stage,
        )
        .order_by(col(BaselineCorrection.made_at), col(BaselineCorrection.id))
    )
    return list((await session.execute(query)).scalars())


async def lower(
    session: AsyncSession,
    report_id: UUID,
    *,
    field: str,
    value: object,
    reason: str,
    actor: str,
    now: datetime,
    notation: Notation = Notation.PLAIN,
) -> BaselineCorrection:
    """An officer accepts that an investment fell: `field` ("general_data.machine_value") is compared with `value`.

    `value` is a number, or text in `notation`. InvalidInput unless the reason is given and the value really lower
    than what the report is compared with; Conflict once the report is sent or closed.
    """
    case = await cases.lock(session, report_id)
    report = await session.get(Report, report_id)
    if report is None:
        raise NotFound
    if case.status not in WRITABLE:
        raise Conflict(N_("Nilai pembanding hanya dapat diturunkan selama laporan ini masih diisi."))
    amount, problems = _amount(value, notation)
    now_at = {one.field: one.amount for one in compared(await previous(session, report))}
    problems = [*_wrong_amount(now_at.get(field), amount, problems), *_wrong_reason(reason)]
    if problems:
        raise InvalidInput(N_("Nilai pembanding tidak dapat diturunkan."), fields=problems)
    correction = BaselineCorrection(
        account_id=report.account_id,
        stage=report.stage,
        before_period=report.period,
        field=field,
        value=amount,
        reason=reason.strip(),
        made_by=actor,
        made_at=now,
    )
    session.add(correction)
    await session.flush()
    data = {"field": field, "correction": str(correction.id)}
    await cases.record(session, case, "baseline_lowered", now=now, actor=actor, data=data)
    return correction


def _amount(value: object, notation: Notation) -> tuple[int, list[FieldError]]:
    try:
        return int(numbers.read(value, notation, scale=0, currency=True)), []
    except AnswerError as wrong:
        return 0, [FieldError("value", wrong.message, wrong.params)]


def _wrong_amount(before: int | None, value: int, problems: list[FieldError]) -> list[FieldError]:
    if before is None:
        untouched = N_("Isian ini tidak dibandingkan dengan periode sebelumnya.")
        return [FieldError("field", untouched), *problems]
    if not problems and not 0 <= value < before:
        return [FieldError("value", N_("Nilai harus lebih rendah daripada nilai pembanding sekarang."))]
    return problems


def _wrong_reason(reason: str) -> list[FieldError]:
    if not reason.strip():
        return [FieldError("reason", N_("Tuliskan alasan."))]
    if len(reason) > MAX_REASON:
        return [FieldError("reason", N_("Paling banyak {longest} karakter."), {"longest": MAX_REASON})]
    return []


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
