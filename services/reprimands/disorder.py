"""Whose reporting is disorderly, and what of it: counted from the rows by the rules in force, never stored."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Select, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.deadlines.periods import Period, PeriodKind
from services.deadlines.zones import WIB
from services.identity.permissions import Permission
from services.identity.policy import allowed_filter
from services.identity.principal import Principal
from services.models import (
    Account,
    CaseFile,
    CaseKind,
    Deadline,
    Disorder,
    Report,
    Reprimand,
    ReprimandStatus,
)
from services.policies.supervision import SupervisionPolicy

MOST: Final = 200
DUE: Final = "report_due"
WAITING: Final = (ReprimandStatus.PROPOSED, ReprimandStatus.APPROVED)

_LAPSED: Final = (
    "EXISTS (SELECT FROM case_event e WHERE e.case_id = report.case_id AND e.type = 'correction_lapsed')"
)
# Over `report` and its `case_file` and `deadline`, past due by the lenient reading. One report is held against a
# company for one thing: what came back late is not also counted as returned.
_RULES: Final[dict[Disorder, str]] = {
    Disorder.MISSING: (
        "report.sent_at IS NULL AND deadline.met_at IS NULL AND case_file.held_at IS NULL AND NOT EXISTS ("
        "SELECT FROM warning_ladder w JOIN warning_letter l ON l.case_id = w.case_id"
        " WHERE w.obligation_id = report.case_id AND l.voided_at IS NULL)"
    ),
    Disorder.LATE: f"report.sent_at >= deadline.due_before AND NOT {_LAPSED}",
    Disorder.UNCORRECTED: _LAPSED,
    Disorder.RETURNED: (
        f"report.sent_at < deadline.due_before AND NOT {_LAPSED} AND EXISTS ("
        "SELECT FROM report_review v WHERE v.case_id = report.case_id AND v.returned_at IS NOT NULL)"
    ),
}
_UNUSED: Final = (
    " AND NOT EXISTS (SELECT FROM reprimand_finding f WHERE f.report_id = report.case_id"
    " AND f.disorder = '{disorder}' AND f.released_at IS NULL{others})"
)


@dataclass(frozen=True)
class Found:
    """One report, and what is disorderly about it."""

    report_id: UUID
    period: str
    stage: str
    due_before: datetime
    sent_at: datetime | None
    disorder: Disorder


@dataclass(frozen=True)
class Disorderly:
    """A company, and how many of its reports are disorderly in which way; `waiting` is a reprimand not yet sent."""

    account: Account
    counts: dict[Disorder, int]
    waiting: UUID | None


def looked_at(policy: SupervisionPolicy, now: datetime) -> list[str]:
    """The codes of the quarters that are looked at, the newest first."""
    period = Period.containing(now.astimezone(WIB).date(), PeriodKind.QUARTER).previous()
    codes = [str(period)]
    while len(codes) < policy.periods:
        period = period.previous()
        codes.append(str(period))
    return codes


async def of_account(
    session: AsyncSession, account_id: UUID, *, now: datetime, also: Sequence[UUID] = ()
) -> list[Found]:
    """A company's disorders that no reprimand has named yet (`also`: or that these named), the oldest first."""
    policy = (await rulebook.current(session, now=now)).policies.orderly
    columns = [
        col(Report.case_id),
        col(Report.period),
        col(Report.stage),
        col(Deadline.due_before),
        col(Report.sent_at),
    ]
    flags = [_flag(disorder, also).label(disorder) for disorder in Disorder]
    query = _overdue(select(*columns, *flags), policy, now).where(col(Report.account_id) == account_id)
    rows = await session.execute(query.order_by(col(Deadline.due_before), col(Report.case_id)))
    return [
        Found(row.case_id, row.period, row.stage, row.due_before, row.sent_at, disorder)
        for row in rows
        for disorder in Disorder
        if getattr(row, disorder)
    ]


def counted(found: Sequence[Found]) -> dict[Disorder, int]:
    """How many reports of each disorder."""
    return dict(Counter(one.disorder for one in found))


async def listed(
    session: AsyncSession,
    principal: Principal,
    *,
    now: datetime,
    region: str | None = None,
    after: UUID | None = None,
    limit: int = MOST,
) -> list[Disorderly]:
    """The companies one may see whose reporting is disorderly by the rules in force, in account order."""
    policy = (await rulebook.current(session, now=now)).policies.orderly
    counts = {disorder: func.count().filter(_flag(disorder)) for disorder in Disorder}
    account = col(Report.account_id)
    query = _overdue(select(account, *[counts[one].label(one) for one in Disorder]), policy, now)
    query = query.where(allowed_filter(principal, Permission.PROPOSE_REPRIMAND, CaseFile))
    if region:
        code = col(CaseFile.region_code)
        query = query.where(or_(code == region, code.startswith(f"{region}.", autoescape=True)))
    if after is not None:
        query = query.where(account > after)
    enough = or_(*(counts[one] >= policy.enough(one) for one in Disorder))
    rows = (
        await session.execute(query.group_by(account).having(enough).order_by(account).limit(limit))
    ).all()
    return await _with_accounts(session, rows)


def _overdue(
    query: Select[*tuple[Any, ...]], policy: SupervisionPolicy, now: datetime
) -> Select[*tuple[Any, ...]]:
    lenient = func.coalesce(col(Deadline.lenient_before), col(Deadline.due_before))
    return (
        query.select_from(Report)
        .join(CaseFile, col(CaseFile.id) == col(Report.case_id))
        .join(Deadline, (col(Deadline.case_id) == col(Report.case_id)) & (col(Deadline.name) == DUE))
        .where(
            col(CaseFile.kind) == CaseKind.REPORT,
            col(CaseFile.period).in_(looked_at(policy, now)),
            col(CaseFile.status).not_in(("excused", "closed")),
            lenient <= now,
        )
    )


def _flag(disorder: Disorder, also: Sequence[UUID] = ()) -> ColumnElement[Any]:
    named = ", ".join(f"'{case_id}'" for case_id in also)
    others = f" AND f.case_id NOT IN ({named})" if named else ""
    unused = _UNUSED.format(disorder=disorder.value, others=others)
    return literal_column(f"({_RULES[disorder]}{unused})", Boolean)


async def _with_accounts(session: AsyncSession, rows: Sequence[Any]) -> list[Disorderly]:
    ids = [row.account_id for row in rows]
    accounts = (await session.execute(select(Account).where(col(Account.id).in_(ids)))).scalars()
    known = {account.id: account for account in accounts}
    waiting = select(col(Reprimand.account_id), col(Reprimand.case_id)).where(
        col(Reprimand.account_id).in_(ids), col(Reprimand.status).in_(WAITING)
    )
    cases = {row.account_id: row.case_id for row in await session.execute(waiting)}
    return [
        Disorderly(
            known[row.account_id],
            {one: number for one in Disorder if (number := getattr(row, one))},
            cases.get(row.account_id),
        )
        for row in rows
    ]
