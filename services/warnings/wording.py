"""What a warning says: the duty, the office, the earlier letters, in words."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from services.deadlines.periods import Period
from services.documents.letters import Check, EarlierWarning, WarningLetter
from services.i18n import N_, format_date, translator
from services.models import AuthorityLevel, CaseKind
from services.models.warnings import LAST_LETTER
from services.warnings.competence import NAMES, Office, office

REPORT: Final = N_("Laporan periode {period}, {stage}")
REQUEST: Final = N_("Jawaban atas permintaan Data Lain {key}")
CAPITAL: Final = "Jakarta"
STAGES: Final = {
    "construction": N_("Tahap Pembangunan"),
    "production": N_("Tahap Produksi"),
    "commercial": N_("Tahap Komersial"),
}


def office_name(of: Office, locale: str = "id") -> str:
    """An office in words: "Pemerintah Kota Samarinda"."""
    return translator(locale).gettext(NAMES[of.level], name=of.region or "")


def duty(kind: str, key: str, period: str | None, stage: str | None, locale: str = "id") -> str:
    """What is owed, in words."""
    speak = translator(locale)
    if kind == CaseKind.REPORT and period is not None:
        label = Period.parse(period).label(locale)
        return speak.gettext(REPORT, period=label, stage=speak.gettext(STAGES.get(stage or "", stage or "")))
    return speak.gettext(REQUEST, key=key)


def letter(row: Row[Any], *, basis: str, public_url: str, specimen: bool) -> WarningLetter:
    """The letter of a numbered row."""
    issuer = office(row.authority)
    place = CAPITAL if issuer.level is AuthorityLevel.MINISTRY else issuer.region or ""
    url = public_url.rstrip("/")
    return WarningLetter(
        number=row.number,
        issued_at=row.issued_at,
        check=Check(url=f"{url}/periksa/{row.code}", code=row.code),
        specimen=specimen,
        rung=row.rung,
        letter_date=format_date(row.letter_date),
        office=office_name(issuer),
        place=place,
        company_name=row.company,
        nib=row.nib,
        address=row.address,
        duty=duty(row.kind, row.key, row.period, row.stage),
        duty_en=duty(row.kind, row.key, row.period, row.stage, "en"),
        due_at=row.due_before - timedelta(seconds=1),
        basis=basis,
        earlier=tuple(_earlier(one) for one in row.earlier),
        following=row.rung < LAST_LETTER,
        portal_url=portal_url(url, row.case_id),
        approver=row.approver,
    )


def portal_url(public_url: str, case_id: UUID) -> str:
    """Where the company reads its letters about one duty."""
    return f"{public_url.rstrip('/')}/surat-peringatan/{case_id}"


def _earlier(given: dict[str, str]) -> EarlierWarning:
    return EarlierWarning(number=given["number"], letter_date=format_date(date.fromisoformat(given["day"])))
