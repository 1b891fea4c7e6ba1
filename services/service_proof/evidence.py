"""Recording that something was received: what each kind of evidence needs, and when it cannot be true."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.casework import add_note
from services.deadlines.zones import WIB
from services.errors import FieldError, InvalidInput, NotFound
from services.i18n import N_
from services.models import CaseFile, Document, EvidenceKind, ScanState, ServiceEvidence

LABELS: Final = {
    EvidenceKind.PORTAL_READ: N_("Dibuka di portal"),
    EvidenceKind.EMAIL_CONFIRMED: N_("Dikonfirmasi lewat tautan surel"),
    EvidenceKind.CALL_NOTE: N_("Catatan telepon"),
    EvidenceKind.VISIT_MINUTES: N_("Berita acara kunjungan"),
    EvidenceKind.LETTER_RECEIPT: N_("Tanda terima surat"),
    EvidenceKind.OFFICER_RECORD: N_("Keterangan petugas"),
}
# What officers record; the other kinds come about when the company reads or confirms.
BY_OFFICERS: Final = (
    EvidenceKind.CALL_NOTE,
    EvidenceKind.VISIT_MINUTES,
    EvidenceKind.LETTER_RECEIPT,
    EvidenceKind.OFFICER_RECORD,
)
NEEDS_NOTE: Final = (EvidenceKind.CALL_NOTE, EvidenceKind.OFFICER_RECORD)
BEFORE_SENDING: Final = N_(
    "Tanda terima bertanggal {received}, sebelum pengiriman {sent}: yang belum dikirim belum dapat diterima "
    "(kebijakan layanan)."
)
CHECK_FIELDS: Final = N_("Periksa kembali isian yang ditandai.")


@dataclass(frozen=True)
class About:
    """What was received, within its case: a mail, a numbered letter, or a question of a data request."""

    message_id: UUID | None = None
    issued_id: UUID | None = None
    question: int | None = None


@dataclass(frozen=True)
class Receipt:
    """What somebody says happened. `received_at` None: now."""

    kind: EvidenceKind
    received_at: datetime | None = None
    note: str = ""
    document: Document | None = None


def check(
    receipt: Receipt,
    *,
    sent_at: datetime,
    now: datetime,
    documented: tuple[EvidenceKind, ...] = (),
    early: str = BEFORE_SENDING,
) -> datetime:
    """The moment of receipt; InvalidInput names every field that cannot be accepted, with its rule.

    `early` says why nothing is received before it is sent, where a regulation counts from the receipt.

    Days count, not hours: a receipt of the day of sending without an hour is no earlier than the sending.
    """
    received = receipt.received_at or now
    errors = []
    if received > now:
        errors.append(
            FieldError("received_at", N_("Waktu penerimaan tidak dapat lebih lambat dari sekarang."))
        )
    if _day(received) < _day(sent_at):
        errors.append(
            FieldError(
                "received_at",
                early,
                {"received": f"{_day(received):%d-%m-%Y}", "sent": f"{_day(sent_at):%d-%m-%Y}"},
            )
        )
    if receipt.kind in NEEDS_NOTE and not receipt.note.strip():
        errors.append(FieldError("note", N_("Tuliskan siapa yang dihubungi, bagaimana, dan jawabannya.")))
    if receipt.kind in documented and receipt.document is None:
        errors.append(FieldError("document", N_("Unggah pindaian buktinya.")))
    if errors:
        raise InvalidInput(CHECK_FIELDS, fields=errors)
    return max(received, sent_at)


async def record(
    session: AsyncSession,
    case: CaseFile,
    about: About,
    receipt: Receipt,
    *,
    sent_at: datetime,
    actor: str,
    now: datetime,
    author_id: UUID | None = None,
    documented: tuple[EvidenceKind, ...] = (),
    early: str = BEFORE_SENDING,
) -> ServiceEvidence:
    """Keep one piece of evidence of a locked case. InvalidInput as `check`; NotFound for another case's file."""
    received_at = check(receipt, sent_at=sent_at, now=now, documented=documented, early=early)
    note = None
    if receipt.note.strip():
        note = await add_note(session, case.id, receipt.note, author_id=author_id, actor=actor, now=now)
    if receipt.document is not None:
        _attach(receipt.document, case)
    row = ServiceEvidence(
        case_id=case.id,
        message_id=about.message_id,
        issued_id=about.issued_id,
        question=about.question,
        kind=receipt.kind,
        received_at=received_at,
        recorded_at=now,
        recorded_by=actor,
        document_id=receipt.document.id if receipt.document else None,
        note_id=note.id if note else None,
    )
    session.add(row)
    await session.flush()
    return row


async def of_case(session: AsyncSession, case_id: UUID) -> list[ServiceEvidence]:
    """The evidence of a case, in the order in which it was recorded."""
    query = select(ServiceEvidence).where(col(ServiceEvidence.case_id) == case_id)
    return list((await session.execute(query.order_by(col(ServiceEvidence.id)))).scalars())


def _attach(document: Document, case: CaseFile) -> None:
    if document.scan_state == ScanState.REJECTED or document.case_id not in (None, case.id):
        raise NotFound
    document.case_id = case.id


def _day(at: datetime) -> date:
    return at.astimezone(WIB).date()
