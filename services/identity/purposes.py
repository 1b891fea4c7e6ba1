"""Why an official opens the data of one company: it follows from the task at hand, or it is stated."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import FieldError, InvalidInput
from services.i18n import N_
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import MAX_PURPOSE
from services.models import CaseFile, CaseKind, ReadLog

# A purpose once stated holds for the rest of the working day, in real time.
HOLDS: Final = timedelta(hours=8)

PURPOSES: Final = {
    "registration": N_("Pemeriksaan pendaftaran"),
    "licence": N_("Validasi perizinan"),
    "verification": N_("Verifikasi laporan"),
    "validation": N_("Validasi laporan"),
    "supervision": N_("Pengawasan kepatuhan pelaporan"),
    "extension": N_("Pertimbangan perpanjangan batas waktu"),
    "assistance": N_("Asistensi kepada perusahaan"),
    "objection": N_("Menjawab keberatan atau pertanyaan perusahaan"),
    "operations": N_("Perbaikan proses atau surat yang gagal"),
    "audit": N_("Pemeriksaan internal"),
    "other": N_("Keperluan lain (jelaskan)"),
}
OTHER: Final = "other"

# Whoever may take this decision on an open case of this kind opens it for just that.
_TASKS: Final = {
    CaseKind.REGISTRATION: ((Permission.DECIDE_REGISTRATION, "registration"),),
    CaseKind.LICENCE_REVIEW: ((Permission.REVIEW_LICENCE, "licence"),),
    CaseKind.REPORT: (
        (Permission.VERIFY_REPORT, "verification"),
        (Permission.VALIDATE_REPORT, "validation"),
        (Permission.EXCUSE_OBLIGATION, "supervision"),
    ),
    CaseKind.WARNING: (
        (Permission.APPROVE_WARNING, "supervision"),
        (Permission.RECORD_SERVICE, "supervision"),
    ),
    CaseKind.DATA_REQUEST: (
        (Permission.ACCEPT_DATA_REQUEST, "supervision"),
        (Permission.RECORD_SERVICE, "supervision"),
    ),
    CaseKind.ROLLBACK: ((Permission.DECIDE_ROLLBACK, "verification"),),
    CaseKind.NON_PRODUCTION: ((Permission.EXCUSE_OBLIGATION, "supervision"),),
    CaseKind.ASSISTANCE: ((Permission.ASSIST_COMPANY, "assistance"),),
    CaseKind.REPRIMAND: ((Permission.DECIDE_REPRIMAND, "supervision"),),
    CaseKind.EXTENSION_REQUEST: ((Permission.DECIDE_EXTENSION_REQUEST, "extension"),),
}


def of_task(principal: Principal, case: CaseFile) -> str | None:
    """The purpose that follows from what this official has to do with an open case, if anything."""
    if case.closed_at is not None:
        return None
    target = Target.of_case(case)
    tasks = _TASKS.get(CaseKind(case.kind), ())
    return next((purpose for needed, purpose in tasks if policy.can(principal, needed, target)), None)


def check(code: str, explanation: str) -> str:
    """The purpose as the log keeps it. InvalidInput when none is chosen, or the other one is not explained."""
    if code not in PURPOSES:
        raise InvalidInput(N_("Sebutkan keperluan membuka data ini."), field="purpose")
    explained = " ".join(explanation.split())
    if code == OTHER and not explained:
        raise InvalidInput(
            N_("Keputusan belum lengkap."),
            fields=[FieldError("purpose_text", N_("Jelaskan keperluannya."))],
        )
    return f"{code}: {explained}"[:MAX_PURPOSE] if explained else code


async def stated(
    session: AsyncSession, principal: Principal, *, account_id: UUID | None, case_id: UUID | None
) -> str | None:
    """The purpose under which this official opened the same company (or the same case) a short while ago."""
    # A registration that was opened before it became an account is the same company.
    same = and_(col(ReadLog.account_id).is_(None), col(ReadLog.case_id) == case_id)
    query = (
        select(col(ReadLog.purpose))
        .where(
            or_(col(ReadLog.account_id) == account_id, same) if account_id else same,
            col(ReadLog.at) > func.now() - HOLDS,
            col(ReadLog.reader) == principal.actor,
        )
        .order_by(col(ReadLog.at).desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()
