"""Bukti Laporan: the receipt of a submission, printed when first asked for and kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.deadlines.derivation import ONE_SECOND
from services.deadlines.periods import Period
from services.documents import records, registry
from services.documents.letters import LetterKind, ReportReceipt
from services.errors import NotFound
from services.i18n import N_
from services.models import Account, Deadline, Document, IssuedDocument, Report, ReportVersion
from services.periods import planning
from services.reports import forms
from services.reports.canonical import data_hash


@dataclass(frozen=True)
class Receipt:
    """A receipt in the registry. `document` is the stored PDF; None: render `letter` and `records.keep_letter`."""

    issued: IssuedDocument
    letter: ReportReceipt
    document: Document | None


async def receipt(
    session: AsyncSession,
    report_id: UUID,
    submission: int | None = None,
    *,
    public_url: str,
    now: datetime,
    specimen: bool,
) -> Receipt:
    """The receipt of a submission (None: the latest), entered in the registry once. NotFound before it is sent."""
    report, version, account, due = await _submission(session, report_id, submission)
    issued = await registry.issue(
        session,
        LetterKind.REPORT_RECEIPT,
        registry.number_of(LetterKind.REPORT_RECEIPT, report.number or 0, version.submission),
        now=now,
        account_id=report.account_id,
        case_id=report_id,
    )
    letter = ReportReceipt(
        number=issued.number,
        issued_at=issued.issued_at,
        check=registry.check_of(issued, public_url),
        specimen=specimen,
        company_name=account.name,
        nib=account.nib or "",
        address=account.address,
        report_title=forms.shipped().get(version.form_id, version.form_version).title,
        period_label=Period.parse(report.period).label(),
        submission=version.submission,
        sent_at=version.sent_at,
        due_at=due.due_before - ONE_SECOND,
        on_time=report.sent_at is not None and report.sent_at < due.due_before,
        data_sha256=version.content_hash,
    )
    return Receipt(issued, letter, await records.letter_of(session, issued.id))


async def versions(session: AsyncSession, report_id: UUID) -> Sequence[ReportVersion]:
    """Everything that was sent for this report, first to last."""
    query = select(ReportVersion).where(col(ReportVersion.case_id) == report_id)
    return (await session.execute(query.order_by(col(ReportVersion.submission)))).scalars().all()


def is_unchanged(version: ReportVersion) -> bool:
    """Whether the stored content still gives the fingerprint that was recorded when it arrived."""
    return data_hash(version.content) == version.content_hash


async def _submission(
    session: AsyncSession, report_id: UUID, submission: int | None
) -> tuple[Report, ReportVersion, Account, Deadline]:
    wanted = col(Report.submission) if submission is None else submission
    query = (
        select(Report, ReportVersion, Account, Deadline)
        .join(ReportVersion, col(ReportVersion.case_id) == col(Report.case_id))
        .join(Account, col(Account.id) == col(Report.account_id))
        .join(Deadline, col(Deadline.case_id) == col(Report.case_id))
        .where(col(Report.case_id) == report_id, col(Deadline.name) == planning.DUE)
        .where(col(ReportVersion.submission) == wanted)
    )
    row = (await session.execute(query.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise NotFound(N_("Bukti laporan ada setelah laporan terkirim."))
    report, version, account, due = row
    return report, version, account, due
