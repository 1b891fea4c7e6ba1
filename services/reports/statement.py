"""Surat Pernyataan: numbered by the company, printed, signed and stamped on paper, its scan bound to the data."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import case, func, null, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.deadlines.periods import Period
from services.documents import registry
from services.documents.letters import LetterKind, StatementLetter, SummaryLine
from services.errors import FieldError, InvalidInput, NotFound
from services.i18n import N_, format_number, format_rupiah
from services.models import Document, IssuedDocument, Report, ScanState
from services.reports import dossier
from services.reports.completeness import LICENCES_SECTION, STATEMENT_SECTION, Gap
from services.reports.definition import Total
from services.reports.dossier import Dossier
from services.reports.opening import begin, check_version
from services.reports.validation import validate_section

DOCUMENT_KIND: Final = "statement_letter"
MAX_NUMBER: Final = 100
SIGNATORY, OWNER_NAME = "signatory_data", "owner_name"
_POSITION: Final = N_(
    "Pemilik"
)  # who signs the report of a small company, in the words of the ministry's form
_CHANGED: Final = "data_changed"


async def set_number(
    session: AsyncSession, report_id: UUID, number: str, *, expected_version: int, actor: str, now: datetime
) -> Report:
    """The company's own number of its letter. A letter printed under another number no longer holds."""
    held = await dossier.lock(session, report_id, now=now)
    await begin(session, held, actor=actor, now=now)
    check_version(held.report, expected_version)
    held.report.statement_number = _number(number)
    held.report.content_version += 1
    await follow_data(session, held, now=now)
    await session.flush()
    return held.report


async def letter(
    session: AsyncSession, report_id: UUID, *, public_url: str, now: datetime, specimen: bool
) -> StatementLetter:
    """What the letter of the present data says, entered in the registry; render it after the commit.

    Asked again for the same data, it is the same letter. InvalidInput lists what must be filled in first.
    """
    held = await dossier.lock(session, report_id, now=now)
    await begin(session, held, actor=cases.SYSTEM, now=now)
    _printable(held)
    report = held.report
    if not held.letter_holds:
        if report.statement_letter_version == report.content_version:
            report.content_version += 1  # company data changed what applies: another letter, another version
        report.statement_letter_hash = held.bound_hash
        report.statement_letter_version = report.content_version
        await cases.record(session, held.case, "statement_printed", now=now, data={"hash": held.content_hash})
    number = _registered(report)
    owner = {"account_id": report.account_id, "case_id": report_id}
    issued = await registry.issue(session, LetterKind.STATEMENT_LETTER, number, now=now, **owner)
    await registry.void(
        session, kind=LetterKind.STATEMENT_LETTER, case_id=report_id, now=now, reason="replaced",
        except_number=number,
    )  # fmt: skip
    await session.flush()
    return _letter(held, issued, public_url=public_url, specimen=specimen)


async def attach_scan(
    session: AsyncSession,
    report_id: UUID,
    document: Document,
    *,
    expected_version: int,
    actor: str,
    now: datetime,
) -> Report:
    """The signed letter comes back as a scan (a `Document` of kind DOCUMENT_KIND, already entered).

    It counts as long as data and number are those of the letter that was printed.
    """
    held = await dossier.lock(session, report_id, now=now)
    await begin(session, held, actor=actor, now=now)
    check_version(held.report, expected_version)
    if document.account_id != held.report.account_id or document.kind != DOCUMENT_KIND:
        raise NotFound
    if document.scan_state == ScanState.REJECTED:
        raise InvalidInput(N_("Berkas ini ditolak karena mengandung virus."), field="scan")
    if not held.letter_holds:
        outdated = held.report.statement_letter_hash is not None
        first = N_(
            "Cetak Surat Pernyataan lebih dahulu, lalu unggah pindaian surat yang sudah ditandatangani."
        )
        raise InvalidInput(dossier.LETTER_OUTDATED if outdated else first, field="scan")
    document.case_id = report_id
    held.report.statement_document_id, held.report.statement_hash = document.id, held.bound_hash
    held.report.content_version += 1
    await session.flush()
    data = {"document": str(document.id), "hash": held.content_hash}
    await cases.record(session, held.case, "statement_attached", now=now, actor=actor, data=data)
    return held.report


async def follow_data(session: AsyncSession, held: Dossier, *, now: datetime) -> None:
    """The public check of the printed letter says at once whether it still speaks of the present data."""
    if held.report.statement_letter_version is None:
        return
    row = update(IssuedDocument).where(col(IssuedDocument.number) == _registered(held.report))
    holds = held.letter_holds
    voided_at = null() if holds else func.coalesce(col(IssuedDocument.voided_at), now)
    reason = case(
        (col(IssuedDocument.void_reason).is_(None), _CHANGED), else_=col(IssuedDocument.void_reason)
    )
    await session.execute(row.values(voided_at=voided_at, void_reason=null() if holds else reason))


async def forget(session: AsyncSession, held: Dossier, *, now: datetime) -> None:
    """The draft is thrown away: its letter is void, number and scan are gone."""
    await registry.void(
        session, kind=LetterKind.STATEMENT_LETTER, case_id=held.report.case_id, now=now, reason=_CHANGED
    )
    report = held.report
    report.statement_number = report.statement_letter_hash = report.statement_hash = None
    report.statement_letter_version = report.statement_document_id = None


def begin_again(report: Report) -> None:
    """A report came back to its company: whatever is sent next is signed anew, on a letter of its own."""
    report.statement_number = report.statement_letter_hash = report.statement_hash = None
    report.statement_letter_version = report.statement_document_id = None
    report.content_version += 1


def _number(typed: str) -> str:
    number = " ".join(typed.split())
    if not number:
        raise InvalidInput(N_("Isi nomor Surat Pernyataan."), field="statement_number")
    if len(number) > MAX_NUMBER or not number.isprintable():
        refusal = N_("Nomor surat paling banyak {longest} huruf, angka, dan tanda yang dapat dicetak.")
        raise InvalidInput(refusal, field="statement_number", longest=MAX_NUMBER)
    return number


def _printable(held: Dossier) -> None:
    """A letter about an unfinished report would be signed for nothing."""
    if held.report.statement_number is None:
        raise InvalidInput(N_("Isi nomor Surat Pernyataan."), field="statement_number")
    gaps = [gap for gap in held.gaps() if gap.section not in {STATEMENT_SECTION, LICENCES_SECTION}]
    if gaps:
        raise InvalidInput(N_("Lengkapi laporan sebelum mencetak Surat Pernyataan."), fields=gap_errors(gaps))


def gap_errors(gaps: list[Gap]) -> list[FieldError]:
    """Gaps as errors: the field is the section of the report where the gap is closed."""
    return [FieldError(gap.section, gap.message, gap.params) for gap in gaps]


def _registered(report: Report) -> str:
    """Our number of the letter: the report's, and the version of its content when it was printed."""
    return registry.number_of(
        LetterKind.STATEMENT_LETTER, report.number or 0, report.statement_letter_version or 0
    )


def _letter(held: Dossier, issued: IssuedDocument, *, public_url: str, specimen: bool) -> StatementLetter:
    report, account, form = held.report, held.company.account, held.require_form()
    return StatementLetter(
        number=report.statement_number or "",
        issued_at=issued.issued_at,
        check=registry.check_of(issued, public_url),
        specimen=specimen,
        company_name=account.name,
        nib=account.nib or "",
        address=account.address,
        signatory_name=str(held.sections.get(SIGNATORY, {}).get(OWNER_NAME, "")),
        signatory_position=_POSITION,
        report_title=form.title,
        period_label=Period.parse(report.period).label(),
        data_version=report.statement_letter_version or 0,
        data_sha256=held.content_hash,
        summary=tuple(_summary(held)),
    )


def _summary(held: Dossier) -> Iterator[SummaryLine]:
    """Every total of the form, as the signatory should see it again."""
    form = held.require_form()
    for section in form.sections:
        answers = held.sections.get(section.id, {})
        sums = validate_section(form, section.id, answers, held.context(), "complete").computed
        for total in section.totals:
            yield SummaryLine(label=total.label, value=_amount(total, str(sums[total.id])))


def _amount(total: Total, value: str) -> str:
    if total.unit == "Rp":
        return format_rupiah(int(value))
    return f"{format_number(Decimal(value))} {total.unit or ''}".strip()
