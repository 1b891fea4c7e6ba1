"""A report as it lies before its officers: locked, its review at hand, and who may do what to it."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.errors import Conflict, Forbidden, NotFound, TransitionRefused
from services.i18n import N_
from services.identity.permissions import Permission
from services.identity.principal import Grant, Principal
from services.models import (
    CaseFile,
    CaseKind,
    Report,
    ReportReview,
    ReportStatus,
    ReportValidation,
    ReviewDesk,
)

NOT_EXAMINED: Final = N_("Pemeriksaan otomatis atas kiriman ini belum selesai. Coba lagi sebentar lagi.")
_STATUS: Final = {
    ReviewDesk.VERIFICATION: ReportStatus.SENT,
    ReviewDesk.VALIDATION: ReportStatus.VERIFIED,
}
_NOT_HERE: Final = {
    ReviewDesk.VERIFICATION: N_("Laporan ini tidak sedang menunggu verifikasi."),
    ReviewDesk.VALIDATION: N_("Laporan ini tidak sedang menunggu validasi."),
}


@dataclass(frozen=True)
class OnDesk:
    """A locked report with the review of its last submission."""

    case: CaseFile
    report: Report
    review: ReportReview
    validations: list[ReportValidation]

    @property
    def waiting(self) -> list[ReportValidation]:
        """The directorates that have not approved yet."""
        return [one for one in self.validations if one.approved_at is None]


async def lock(session: AsyncSession, report_id: UUID, desk: ReviewDesk, *, submission: int) -> OnDesk:
    """A report that waits at this desk, in the submission the officer has seen.

    TransitionRefused when it waits elsewhere, Conflict before it was examined and when it was sent again.
    """
    case = await cases.lock(session, report_id)
    if case.kind != CaseKind.REPORT:
        raise NotFound
    if case.status != _STATUS[desk] or case.closed_at is not None:
        raise TransitionRefused(_NOT_HERE[desk])
    report = await session.get_one(Report, report_id, populate_existing=True)
    if report.submission != submission:
        raise Conflict(
            N_("Laporan ini sudah dikirim lagi (kiriman ke-{submission})."), submission=report.submission
        )
    review = await session.get(ReportReview, (report_id, submission), populate_existing=True)
    if review is None:
        raise Conflict(NOT_EXAMINED)
    return OnDesk(case, report, review, await validations(session, report_id, submission))


async def validations(session: AsyncSession, report_id: UUID, submission: int) -> list[ReportValidation]:
    """Each directorate's part, in order of their codes."""
    query = (
        select(ReportValidation)
        .where(col(ReportValidation.case_id) == report_id, col(ReportValidation.submission) == submission)
        .order_by(col(ReportValidation.directorate))
    )
    return list((await session.execute(query.execution_options(populate_existing=True))).scalars())


def validates_for(principal: Principal, validation: ReportValidation, region: str | None) -> bool:
    """Whether this official is a validator of one of the divisions that this directorate supervises here."""
    return any(
        _reaches(grant, validation, region) for grant in principal.grants_with(Permission.VALIDATE_REPORT)
    )


def require_validator(principal: Principal, validation: ReportValidation, region: str | None) -> None:
    """Forbidden unless this official validates for this directorate."""
    if not validates_for(principal, validation, region):
        raise Forbidden(N_("Validasi ini wewenang direktorat pembina lain."))


def _reaches(grant: Grant, validation: ReportValidation, region: str | None) -> bool:
    if grant.region_prefix and not f"{region or ''}.".startswith(f"{grant.region_prefix}."):
        return False
    return not grant.kbli_divisions or bool(set(grant.kbli_divisions) & set(validation.divisions))
