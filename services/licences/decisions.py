"""What the UPP finds: valid or not, and apart from that whether the standard certificate is verified."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.companies.profile import lock_account
from services.deadlines import store
from services.errors import FieldError, InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.licences import dates, determination, replacing
from services.licences.notices import WHILE_IT_LASTS, tell_company
from services.messages.intents import cancel_for_case
from services.models import (
    Account,
    CaseFile,
    Document,
    Licence,
    LicenceScale,
    Outcome,
    ScanState,
    StandardCertificateStatus,
    UppValidation,
)
from services.transitions import LicenceStatus

MAX_NOTE = 2000


@dataclass(frozen=True)
class Decision:
    """What the UPP found. `note` is read by the company and needed when not valid.

    `scale` and `cross_region` say who supervises the company, as far as the licence shows it; None leaves both
    as they are. `ss_verification` likewise.
    """

    valid: bool
    note: str = ""
    ss_verification: StandardCertificateStatus | None = None
    scale: LicenceScale | None = None
    cross_region: bool | None = None


async def decide(
    session: AsyncSession, licence_id: UUID, decision: Decision, *, actor: str, now: datetime
) -> Licence:
    """Carry out the UPP's decision: first, or another one after it. Never taken by the passing of time.

    InvalidInput when a note lacks or the document has expired, TransitionRefused when the licence has been
    replaced, has expired, or has been decided so already.
    """
    case, licence, account = await _load(session, licence_id)
    _check(licence, decision, now)
    if decision.valid:
        await _require_clean(session, licence)
    cases.move(case, LicenceStatus.VALID if decision.valid else LicenceStatus.INVALID)
    licence.upp_validation = UppValidation.VALID if decision.valid else UppValidation.INVALID
    licence.note = decision.note.strip() or None
    licence.verified_at, licence.verified_by = now, actor
    await _take_over(session, account, licence, decision, actor, now)
    cases.reach(case, "decided_at", now)
    await store.meet(session, case.id, None, now=now)
    await cancel_for_case(session, case.id, WHILE_IT_LASTS, reason="already_answered", now=now)
    data = {"licence": str(licence.id)}
    await cases.record(session, case, f"licence_{case.status}", now=now, actor=actor, data=data)
    await _tell(session, case, licence, now)
    await _go_on(session, case, licence, now)
    if decision.valid:
        await replacing.replace_earlier(session, licence, actor=actor, now=now)
    await session.flush()
    return licence


async def record_verification(
    session: AsyncSession,
    licence_id: UUID,
    status: StandardCertificateStatus,
    *,
    evidence: str,
    document: Document | None = None,
    actor: str,
    now: datetime,
) -> Licence:
    """Record what is known of the standard certificate, independently of the UPP's finding.

    `evidence` says how it is known (a number in OSS, a letter), `document` may show it.
    """
    case, licence, _ = await _load(session, licence_id)
    if status is StandardCertificateStatus.VERIFIED and not evidence.strip():
        raise InvalidInput(N_("Sebutkan bukti verifikasi Sertifikat Standar."), field="evidence")
    if document is not None and document.account_id != licence.account_id:
        raise NotFound
    _set_verification(licence, status, evidence.strip()[:MAX_NOTE] or None, actor, now)
    licence.ss_evidence_id = document.id if document else None
    data = {"licence": str(licence.id), "status": status.value}
    if document is not None:
        data["document"] = str(document.id)
    await cases.record(session, case, "standard_certificate_recorded", now=now, actor=actor, data=data)
    await session.flush()
    return licence


async def _load(session: AsyncSession, licence_id: UUID) -> tuple[CaseFile, Licence, Account]:
    """A licence with its case and account, locked. Account before case: as when an account is voided."""
    found = await session.get(Licence, licence_id)
    if found is None or found.case_id is None:
        raise NotFound
    account = await lock_account(session, found.account_id)
    case = await cases.lock(session, found.case_id)
    await session.refresh(found)
    return case, found, account


def _check(licence: Licence, decision: Decision, now: datetime) -> None:
    errors: list[FieldError] = []
    if not decision.valid and not decision.note.strip():
        errors.append(FieldError("note", N_("Tuliskan catatan: apa yang perlu diperbaiki perusahaan.")))
    if len(decision.note) > MAX_NOTE:
        errors.append(FieldError("note", N_("Paling banyak {longest} karakter."), {"longest": MAX_NOTE}))
    if decision.valid and licence.expires_on is not None and licence.expires_on < dates.today(now):
        errors.append(FieldError("verdict", N_("Masa berlaku dokumen ini sudah berakhir.")))
    if errors:
        raise InvalidInput(N_("Keputusan belum lengkap."), fields=errors)


async def _require_clean(session: AsyncSession, licence: Licence) -> None:
    document = await session.get(Document, licence.document_id) if licence.document_id else None
    if document is None or document.scan_state != ScanState.CLEAN:
        raise TransitionRefused(N_("Dokumen belum lolos pemeriksaan keamanan."))


async def _take_over(
    session: AsyncSession,
    account: Account,
    licence: Licence,
    decision: Decision,
    actor: str,
    now: datetime,
) -> None:
    """What the licence shows beyond its validity."""
    if decision.ss_verification is not None and decision.ss_verification != licence.ss_verification:
        _set_verification(licence, decision.ss_verification, licence.note, actor, now)
        licence.ss_evidence_id = licence.document_id  # the document that was looked at
    await determination.shown_by(
        session, account, licence, decision.scale, decision.cross_region, actor=actor, now=now
    )


def _set_verification(
    licence: Licence, status: StandardCertificateStatus, evidence: str | None, actor: str, now: datetime
) -> None:
    licence.ss_verification, licence.ss_evidence = status, evidence
    licence.ss_verified_at, licence.ss_verified_by = now, actor


async def _tell(session: AsyncSession, case: CaseFile, licence: Licence, now: datetime) -> None:
    if licence.upp_validation == UppValidation.VALID:
        await tell_company(session, case, licence, "licence_valid", now=now)
    else:
        await tell_company(session, case, licence, "licence_invalid", now=now, note=licence.note)


async def _go_on(session: AsyncSession, case: CaseFile, licence: Licence, now: datetime) -> None:
    """A valid licence that expires is followed until then; any other case ends here, until somebody reopens it."""
    case.outcome = case.closed_at = None
    if case.status == LicenceStatus.VALID and licence.expires_on is not None:
        await dates.set_expiry(session, case, licence.expires_on, now=now)
        cases.wake(case, now)
        return
    cases.close(case, Outcome.DONE if case.status == LicenceStatus.VALID else Outcome.REFUSED, now)
