"""Beginning a report: the duty that stands, or one for a past period that nobody opened in time."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.companies.completeness import require_complete
from services.deadlines.periods import Period
from services.errors import FieldError, InvalidInput, NotFound, StaleVersion, TransitionRefused
from services.i18n import N_
from services.models import Account, AccountStatus, AccountType, CaseFile, Report, ReportStatus
from services.periods import obligations, planning
from services.periods.obligations import Duty
from services.reports import dossier, listing
from services.reports.dossier import EDITABLE, UNSTARTED, Dossier
from services.rulebook import Rulebook

NOT_OWED: Final = N_(
    "Perusahaan Anda tidak wajib menyampaikan laporan ini: kewajiban berlaku sejak akun ada, untuk tahap yang "
    "ditentukan oleh izin dan kegiatan perusahaan. Periode: {code}."
)


async def open_draft(
    session: AsyncSession, account_id: UUID, period: str, stage: str, *, actor: str, now: datetime
) -> Report:
    """Begin a report, or go on with the one begun. A past period not opened yet is opened late.

    InvalidInput for what the company does not owe, and for a period that lies ahead; Conflict while the company
    data are incomplete.
    """
    wanted = planning.parse(period)
    report_id = await _find(session, account_id, wanted, stage)
    if report_id is None:
        report_id = await _open_late(session, account_id, wanted, stage, actor, now)
    held = await dossier.lock(session, report_id, now=now)
    await begin(session, held, actor=actor, now=now)
    return held.report


async def begin(session: AsyncSession, held: Dossier, *, actor: str, now: datetime) -> None:
    """Make sure that a locked report is being written: a draft, or one that came back. Otherwise refuse.

    TransitionRefused once it was sent; Conflict while the company data, which come first, are incomplete.
    """
    if held.case.status in EDITABLE:
        return
    if held.case.status not in UNSTARTED:
        raise TransitionRefused(N_("Laporan ini sudah dikirim atau ditutup, sehingga tidak dapat diubah."))
    await require_complete(session, held.report.account_id)
    cases.move(held.case, ReportStatus.DRAFT)
    choose_form(held)
    await session.flush()
    await cases.record(session, held.case, "draft_started", now=now, actor=actor)


def check_version(report: Report, expected: int) -> None:
    """StaleVersion unless the caller has seen the latest content."""
    if report.content_version != expected:
        raise StaleVersion(version=report.content_version)


def choose_form(held: Dossier) -> None:
    """Remember the form it is written on, and what the company is at present."""
    report, kind = held.report, held.classification
    if held.form is not None:
        report.form_id, report.form_version = held.form.form, held.form.version
    report.family, report.size = (kind.family, kind.size) if kind else (None, None)


async def _find(session: AsyncSession, account_id: UUID, period: Period, stage: str) -> UUID | None:
    query = select(col(Report.case_id)).where(
        col(Report.account_id) == account_id,
        col(Report.period) == str(period),
        col(Report.stage) == stage,
    )
    return (await session.execute(query)).scalar_one_or_none()


async def _open_late(
    session: AsyncSession, account_id: UUID, period: Period, stage: str, actor: str, now: datetime
) -> UUID:
    """A report owed for a period that has ended, though nobody opened it in time (it is late, and welcome)."""
    account = await session.get(Account, account_id)
    if account is None:
        raise NotFound
    rules = await rulebook.current(session, now=now)
    problems = _never_owed(account, period, stage, rules, now)
    if not problems:
        owed = await listing.unopened(session, account_id, now=now, lock=True)
        if not any((line.period, line.stage) == (str(period), stage) for line in owed):
            problems = [FieldError("period", NOT_OWED, {"code": str(period)})]
    if problems:
        raise InvalidInput(N_("Laporan ini tidak dapat dibuat."), fields=problems)
    await obligations.open_duties(session, period, [Duty(account_id, stage)], rules, now=now, actor=actor)
    opened = await _find(session, account_id, period, stage)
    if opened is None:
        raise NotFound
    await _tell_period(session, period, now)
    return opened


def _never_owed(
    account: Account, period: Period, stage: str, rules: Rulebook, now: datetime
) -> list[FieldError]:
    """What no account of this kind owes, said where it stands."""
    try:
        regime = rules.policies.regime_for(period)
    except LookupError:
        unknown = N_("Tidak ada kewajiban pelaporan untuk periode {code}.")
        return [FieldError("period", unknown, {"code": str(period)})]
    stages = {AccountType.INDUSTRY: regime.stages.industry, AccountType.ESTATE: regime.stages.estate}
    if account.status != AccountStatus.ACTIVE or account.type not in stages:
        return [FieldError("account", N_("Akun ini tidak memiliki kewajiban pelaporan."))]
    problems = []
    if stage not in stages[AccountType(account.type)]:
        problems.append(FieldError("stage", N_("Tahap ini tidak dilaporkan oleh jenis akun Anda.")))
    if planning.sending_opens_at(period) > now:
        ahead = N_("Laporan periode {code} belum dibuka.")
        problems.append(FieldError("period", ahead, {"code": str(period)}))
    return problems


async def _tell_period(session: AsyncSession, period: Period, now: datetime) -> None:
    """The period's process counts with one more, whose date may be another than everyone's."""
    query = select(col(CaseFile.id)).where(col(CaseFile.key) == f"period/{period}")
    found = (await session.execute(query)).scalar_one_or_none()
    if found is not None:
        cases.wake(await cases.lock(session, found), now)
