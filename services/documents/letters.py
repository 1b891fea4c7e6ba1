"""What each letter says: its facts, complete and typed. How it looks is in templates/letters/<name>.typ."""

import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from services.i18n import WIB, format_date


class LetterKind(StrEnum):
    """The documents we answer for; also the names of their templates."""

    REGISTRATION_RECEIPT = "registration_receipt"
    ACCOUNT_OWNERSHIP_PROOF = "account_ownership_proof"
    STATEMENT_LETTER = "statement_letter"
    REPORT_RECEIPT = "report_receipt"
    DEADLINE_EXPLANATION = "deadline_explanation"
    WARNING_LETTER = "warning_letter"
    DATA_REQUEST_LETTER = "data_request_letter"
    REPRIMAND_LETTER = "reprimand_letter"


def official_time(at: datetime) -> str:
    """ "25 Jun 2024, Pkl. 10:14:00 WIB", as receipts of SIINas write it."""
    local = at.astimezone(WIB)
    return f"{format_date(local.date(), style='medium')}, Pkl. {local:%H:%M:%S} WIB"


def official_date(at: datetime) -> str:
    """ "25 Juni 2024", the day in Jakarta."""
    return format_date(at.astimezone(WIB).date())


def _plain(text: str) -> str:
    """One line of signs that can be seen: no controls, no turned reading direction, no private signs."""
    seen = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    kept = "".join(sign for sign in seen if unicodedata.category(sign) not in ("Cf", "Cs", "Cn", "Co"))
    return " ".join(unicodedata.normalize("NFC", kept).split())


def _sha256(text: str) -> str:
    if len(text) != 64 or not set(text) <= set("0123456789abcdef"):
        raise ValueError("a SHA-256 is 64 small hexadecimal digits")
    return text


Moment = Annotated[AwareDatetime, PlainSerializer(official_time)]
Day = Annotated[AwareDatetime, PlainSerializer(official_date)]
Words = Annotated[str, AfterValidator(_plain)]
Sha256 = Annotated[str, AfterValidator(_sha256)]


class Check(BaseModel):
    """The public check: the page its QR code opens, and the code for those who type it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern=r"^https?://")
    code: Words


class Letter(BaseModel):
    """Common to all. A `specimen` says on its face that it is none of the ministry's documents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[LetterKind]

    number: Words
    issued_at: Moment
    check: Check
    specimen: bool = False


class RegistrationReceipt(Letter):
    """Bukti Pendaftaran Akun: shown and mailed when a registration has been received."""

    kind = LetterKind.REGISTRATION_RECEIPT

    registration_number: int
    registered_at: Moment
    company_name: Words
    nib: Words
    address: Words
    email: Words
    decision_due: Moment


class AccountOwnershipProof(Letter):
    """Bukti Kepemilikan Akun: needed to apply for technical verification."""

    kind = LetterKind.ACCOUNT_OWNERSHIP_PROOF

    issued_on: Day
    company_name: Words
    nib: Words
    address: Words


class SummaryLine(BaseModel):
    """One figure of the report as the signatory should see it again, already written out with its unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Words
    value: Words


class StatementLetter(Letter):
    """Surat Pernyataan: `number` is the company's own; signed and stamped on paper, then scanned.

    `data_sha256` is the fingerprint of the data it speaks of; `data_version` the version they had.
    """

    kind = LetterKind.STATEMENT_LETTER

    company_name: Words
    nib: Words
    address: Words
    signatory_name: Words
    signatory_position: Words
    report_title: Words
    period_label: Words
    data_version: int
    data_sha256: Sha256
    summary: tuple[SummaryLine, ...]


class ReportReceipt(Letter):
    """Bukti Laporan: for the company itself, so it may say whether the report came in time.

    `due_at` is the last second of the due date in force.
    """

    kind = LetterKind.REPORT_RECEIPT

    company_name: Words
    nib: Words
    address: Words
    report_title: Words
    period_label: Words
    submission: int
    sent_at: Moment
    due_at: Moment
    on_time: bool
    data_sha256: Sha256


class ExplanationLine(BaseModel):
    """One reason in both languages, and the regulation or decree it rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Words
    text_en: Words
    basis: Words = ""


class DeadlineExplanation(Letter):
    """Penjelasan Batas Waktu: why a date is what it is, for an objection.

    `due_at` is the last second that counts, or the first of a start; `lenient_at` that of the second clock.
    """

    kind = LetterKind.DEADLINE_EXPLANATION

    case_key: Words
    company_name: Words
    deadline: Words
    deadline_en: Words
    due_at: Moment
    lenient_at: Moment | None
    lines: tuple[ExplanationLine, ...]
    calendar_version: Words
    policy_sha256: Sha256 | None
    derivation_sha256: Sha256


class EarlierWarning(BaseModel):
    """A warning that went before: its number and day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Words
    letter_date: Words


class WarningLetter(Letter):
    """Surat Peringatan: of the competent office about a duty that is not met. `rung` is 1, 2 or 3.

    `due_at` is the last second of the due date in force; `following` says whether another letter may come.
    """

    kind = LetterKind.WARNING_LETTER

    rung: int = Field(ge=1, le=3)
    letter_date: Words
    office: Words
    place: Words
    company_name: Words
    nib: Words
    address: Words
    duty: Words
    duty_en: Words
    due_at: Moment
    basis: Words
    earlier: tuple[EarlierWarning, ...] = ()
    following: bool
    portal_url: str = Field(pattern=r"^https?://")
    approver: Words


class DataRequestLetter(Letter):
    """Surat Permintaan Data: the question of a request for Data Lain, for the post. `question` in paragraphs."""

    kind = LetterKind.DATA_REQUEST_LETTER

    letter_date: Day
    company_name: Words
    nib: Words
    address: Words
    request_number: int
    kinds: tuple[Words, ...]
    mandate: Words
    question: tuple[Words, ...]
    portal_url: str = Field(pattern=r"^https?://")


class ReprimandLine(BaseModel):
    """One report that was not in order, and in which way, in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period: Words
    period_en: Words
    disorder: Words
    disorder_en: Words
    due: Words


class ReprimandLetter(Letter):
    """Surat Teguran: of the competent office about disorderly reporting. It is no administrative sanction."""

    kind = LetterKind.REPRIMAND_LETTER

    letter_date: Words
    office: Words
    place: Words
    company_name: Words
    nib: Words
    address: Words
    findings: tuple[ReprimandLine, ...] = Field(min_length=1)
    basis: Words
    portal_url: str = Field(pattern=r"^https?://")
    approver: Words
