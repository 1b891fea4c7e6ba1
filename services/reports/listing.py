"""Laporan: every report of a company, with its official status, and what is owed from the past."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.companies import operation
from services.deadlines import of_record
from services.deadlines.periods import Period
from services.deadlines.zones import WIB
from services.errors import NotFound
from services.i18n import N_
from services.models import Account, AccountStatus, CaseFile, Deadline, Report, ReportStatus
from services.periods import obligations, planning
from services.reports.dossier import EDITABLE, UNSTARTED
from services.reports.timeliness import Timeliness, timeliness
from services.rulebook import Rulebook

LABELS: Final[Mapping[ReportStatus, str]] = {
    ReportStatus.UPCOMING: N_("Belum Dibuka"),
    ReportStatus.NOT_STARTED: N_("Belum Diisi"),
    ReportStatus.DRAFT: N_("Konsep (Belum Dikirim Ke Kemenperin)"),
    ReportStatus.SENT: N_("Telah Terkirim"),
    ReportStatus.RETURNED: N_("Pengembalian Data"),
    ReportStatus.VERIFIED: N_("Sudah Terverifikasi"),
    ReportStatus.VALIDATED: N_("Sudah Terverifikasi dan Tervalidasi"),
    ReportStatus.ROLLBACK_REQUESTED: N_("Permohonan Perbaikan Data"),
    ReportStatus.REOPENED: N_("Perbaikan Data"),
    ReportStatus.EXCUSED: N_("Dibebaskan (Tidak Berproduksi)"),
    ReportStatus.CLOSED: N_("Ditutup"),
}
"""Statuses in the words of SIINas where it shows them."""


@dataclass(frozen=True)
class ReportLine:
    """One line. `label` is a gettext id; `receipt`: a Bukti Laporan can be printed; `sent_at` that which counts."""

    id: UUID
    number: int
    period: str
    stage: str
    status: ReportStatus
    label: str
    due_before: datetime
    base_before: datetime
    sent_at: datetime | None
    submission: int
    timeliness: Timeliness
    sending_opens_at: datetime
    editable: bool
    deletable: bool
    receipt: bool


@dataclass(frozen=True)
class Unopened:
    """A report owed for a past period that nobody opened; `due_before` as it was announced for everyone."""

    period: str
    stage: str
    due_before: datetime


async def reports_of(
    session: AsyncSession, account_id: UUID, *, now: datetime, stage: str | None = None
) -> list[ReportLine]:
    """The account's reports, newest period first."""
    query = (
        select(CaseFile, Report, Deadline)
        .join(Report, col(Report.case_id) == col(CaseFile.id))
        .join(Deadline, col(Deadline.case_id) == col(CaseFile.id))
        .where(col(Report.account_id) == account_id, col(Deadline.name) == planning.DUE)
    )
    if stage is not None:
        query = query.where(col(Report.stage) == stage)
    rows = await session.execute(query.execution_options(populate_existing=True))
    lines = [_line(case, report, due, now) for case, report, due in rows]
    return sorted(lines, key=lambda line: (Period.parse(line.period), line.stage), reverse=True)


async def unopened(
    session: AsyncSession, account_id: UUID, *, now: datetime, lock: bool = False
) -> list[Unopened]:
    """What the account owes for periods that ended since it exists, and that were never opened; oldest first.

    `lock` keeps the account as it is until one of them has been opened.
    """
    account = await session.get(Account, account_id)
    if account is None:
        raise NotFound
    if account.status != AccountStatus.ACTIVE:
        return []
    rules = await rulebook.current(session, now=now)
    duties = await obligations.duties_of(session, account, now=now, lock=lock)
    stages = [duty.stage for duty in duties]
    told = await operation.of_account(session, account)
    today, since = (moment.astimezone(WIB).date() for moment in (now, account.created_at))
    standing = select(col(Report.period), col(Report.stage)).where(col(Report.account_id) == account_id)
    opened = {(period, stage) for period, stage in await session.execute(standing)}
    return [
        Unopened(str(period), duty.stage, _due_before(period, rules))
        for period in rules.policies.regimes.periods_owed(today, since)
        for duty in duties
        if (str(period), duty.stage) not in opened and told.asked(duty.stage, stages, period.end)
    ]


def _due_before(period: Period, rules: Rulebook) -> datetime:
    return of_record.due_before(rules.policies, period, planning.due_of(period, rules).due_before)


def _line(case: CaseFile, report: Report, due: Deadline, now: datetime) -> ReportLine:
    status = ReportStatus(case.status)
    return ReportLine(
        id=case.id,
        number=report.number or 0,
        period=report.period,
        stage=report.stage,
        status=status,
        label=LABELS[status],
        due_before=due.due_before,
        base_before=due.base_before,
        sent_at=report.sent_at,
        submission=report.submission,
        timeliness=timeliness(report.sent_at, due.due_before, now),
        sending_opens_at=planning.sending_opens_at(Period.parse(report.period)),
        editable=status in EDITABLE | UNSTARTED,
        deletable=status is ReportStatus.DRAFT,
        receipt=report.submission > 0,
    )
