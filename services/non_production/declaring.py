"""What a company does: declare a whole period without production with its letter, and take the letter back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.deadlines import store
from services.deadlines.derivation import derive
from services.deadlines.office_time import derive_share
from services.deadlines.periods import Period
from services.deadlines.zones import WIB
from services.errors import Conflict, FieldError, InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.models import (
    Account,
    CaseFile,
    CaseKind,
    Document,
    LicenceScale,
    NonProductionLetter,
    NonProductionStatus,
    Outcome,
    ReportStatus,
    ScanState,
    Signer,
    new_id,
)
from services.periods.planning import sending_opens_at
from services.reports.classification import Stage

TARGET: Final = "non_production_target"
REMINDER: Final = "non_production_reminder"
MAX_REASON: Final = 2000
UNSENT: Final = (ReportStatus.UPCOMING, ReportStatus.NOT_STARTED, ReportStatus.DRAFT)


@dataclass(frozen=True)
class Declaration:
    """What the letter says: its date, in which position it was signed, why nothing was produced."""

    letter_date: date
    signed_by: Signer
    reason: str


async def may_declare(session: AsyncSession, report: CaseFile, *, now: datetime) -> None:
    """Raise what keeps a letter about this report from being taken in, naming the rule."""
    if report.kind != CaseKind.REPORT or report.account_id is None or report.period is None:
        raise NotFound
    if report.stage != Stage.PRODUCTION:
        raise TransitionRefused(
            N_("Surat tidak berproduksi hanya untuk laporan tahap produksi (kebijakan layanan).")
        )
    if report.closed_at is not None or report.status not in UNSENT:
        raise TransitionRefused(N_("Laporan ini sudah dikirim atau ditutup; tidak ada yang dibebaskan."))
    if sending_opens_at(Period.parse(report.period)) > now:
        raise TransitionRefused(
            N_("Yang dinyatakan ialah satu periode penuh tanpa produksi; periode ini belum berakhir "
               "(kebijakan layanan).")
        )  # fmt: skip
    waiting = select(col(NonProductionLetter.case_id)).where(
        col(NonProductionLetter.report_id) == report.id,
        col(NonProductionLetter.status) == NonProductionStatus.SUBMITTED,
    )
    if (await session.execute(waiting)).first() is not None:
        raise Conflict(N_("Surat tidak berproduksi untuk laporan ini sedang menunggu keputusan."))


async def declare(
    session: AsyncSession,
    report_id: UUID,
    declared: Declaration,
    document: Document | None,
    *,
    actor: str,
    now: datetime,
) -> NonProductionLetter:
    """Take in a letter. InvalidInput names every wrong field; a refusal names the rule and its source."""
    report = await cases.lock(session, report_id)
    await may_declare(session, report, now=now)
    account = await session.get(Account, report.account_id)
    if account is None:
        raise NotFound
    _check(declared, document, account, Period.parse(report.period or ""), now)
    number = (
        await session.execute(
            text("SELECT nextval(pg_get_serial_sequence('non_production_letter', 'number'))")
        )
    ).scalar_one()
    own = await cases.open_case(session, _case(report, number, now))
    letter = NonProductionLetter(
        case_id=own.id,
        number=number,
        account_id=account.id,
        report_id=report.id,
        letter_date=declared.letter_date,
        signed_by=declared.signed_by,
        reason=declared.reason.strip(),
        document_id=_belongs(document, own),
        submitted_at=now,
        submitted_by=actor,
    )
    session.add(letter)
    await _set_target(session, own, now)
    data = {"number": number, "document": str(letter.document_id)}
    await cases.record(session, own, "submitted", now=now, actor=actor, data=data)
    await cases.record(session, report, "non_production_declared", now=now, actor=actor, data=data)
    cases.wake(own, now)
    await session.flush()
    return letter


async def withdraw(
    session: AsyncSession, letter_id: UUID, *, actor: str, now: datetime
) -> NonProductionLetter:
    """The company takes its letter back."""
    report, own, letter = await load(session, letter_id)
    if own.status != NonProductionStatus.SUBMITTED:
        raise TransitionRefused(N_("Surat ini sudah diputuskan atau ditarik."))
    cases.move(own, NonProductionStatus.WITHDRAWN)
    letter.status = NonProductionStatus.WITHDRAWN
    await store.meet(session, own.id, None, now=now)
    await cases.record(session, own, "withdrawn", now=now, actor=actor)
    data = {"number": letter.number}
    await cases.record(session, report, "non_production_withdrawn", now=now, actor=actor, data=data)
    cases.close(own, Outcome.VOID, now)
    return letter


async def load(session: AsyncSession, letter_id: UUID) -> tuple[CaseFile, CaseFile, NonProductionLetter]:
    """The report, the letter's own case and the letter; both cases locked, in id order."""
    found = await session.get(NonProductionLetter, letter_id)
    if found is None:
        raise NotFound
    await cases.lock_many(session, [found.report_id, found.case_id])
    report, own = await cases.lock(session, found.report_id), await cases.lock(session, found.case_id)
    await session.refresh(found)
    return report, own, found


def _check(
    declared: Declaration, document: Document | None, account: Account, period: Period, now: datetime
) -> None:
    errors = []
    if declared.letter_date > now.astimezone(WIB).date():
        errors.append(FieldError("letter_date", N_("Tanggal surat belum terjadi.")))
    elif declared.letter_date < period.end:
        errors.append(
            FieldError("letter_date", N_("Surat dibuat sebelum periode berakhir; yang dinyatakan satu periode penuh."))
        )  # fmt: skip
    if declared.signed_by is Signer.OWNER and account.licence_scale != LicenceScale.SMALL:
        only = N_(
            "Pemilik hanya menandatangani untuk industri kecil; selain itu paling rendah direktur (panduan SIINas)."
        )
        errors.append(FieldError("signed_by", only))
    if not declared.reason.strip():
        errors.append(FieldError("reason", N_("Wajib diisi.")))
    if len(declared.reason) > MAX_REASON:
        errors.append(FieldError("reason", N_("Paling banyak {longest} karakter."), {"longest": MAX_REASON}))
    if document is None:
        errors.append(FieldError("letter", N_("Unggah surat yang ditandatangani (panduan SIINas).")))
    elif document.account_id != account.id:
        raise NotFound
    elif document.scan_state == ScanState.REJECTED:
        errors.append(FieldError("letter", N_("Berkas ini tidak lolos pemeriksaan.")))
    if errors:
        raise InvalidInput(N_("Periksa kembali isian yang ditandai."), fields=errors)


def _belongs(document: Document | None, case: CaseFile) -> UUID:
    if document is None:
        raise NotFound
    document.case_id = document.case_id or case.id
    return document.id


def _case(report: CaseFile, number: int, now: datetime) -> CaseFile:
    return CaseFile(
        id=new_id(),
        kind=CaseKind.NON_PRODUCTION,
        key=f"non-production/{number}",
        title=report.title,
        account_id=report.account_id,
        region_code=report.region_code,
        zone=report.zone,
        kbli=report.kbli,
        period=report.period,
        stage=report.stage,
        status=NonProductionStatus.SUBMITTED,
        opened_at=now,
    )


async def _set_target(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The office that decides keeps the working days of the company's region."""
    rules = await rulebook.current(session, now=now)
    case.policy_version_id = rules.version_id
    calendars = rules.calendars(case.region_code)
    target = derive(rules.policies.rule(TARGET), now, calendars)
    half = derive_share(
        rules.policies.share(REMINDER), target, rules.policies.targets.office_hours, calendars
    )
    await store.set_deadline(session, case.id, REMINDER, half, now=now)
    await store.set_deadline(session, case.id, TARGET, target, now=now)
