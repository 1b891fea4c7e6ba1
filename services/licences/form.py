"""The form for a licence: what was typed, and what makes it acceptable. Unknown numbers and dates stay empty."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from services.companies.formats import day
from services.companies.formats import kbli as read_kbli
from services.errors import FieldError, InvalidInput
from services.i18n import N_
from services.licences.kinds import RISK_BASED, SECTOR
from services.models import LicenceType, RiskLevel
from services.reference.kbli import Kbli
from services.registrations.form import bounded

CHECK_FIELDS = N_("Periksa kembali isian yang ditandai.")
MAX_NUMBER = 100


@dataclass(frozen=True)
class LicenceForm:
    """What was typed, as it was typed. `kbli` are codes of the company's business fields."""

    type: str
    number: str = ""
    document_date: str = ""
    expires_on: str = ""
    kbli: tuple[str, ...] = ()
    risk_level: str = ""


@dataclass(frozen=True)
class CheckedLicence:
    """The same, normalised; what was left empty is None."""

    type: LicenceType
    number: str | None
    document_date: date | None
    expires_on: date | None
    kbli: list[str]
    risk_level: RiskLevel | None


@dataclass
class _Check:
    """Collects every refusal, so that the form shows all its problems at once."""

    form: LicenceForm
    on: date
    problems: list[FieldError] = field(default_factory=list)

    def refuse(self, name: str, message: str, **params: object) -> None:
        self.problems.append(FieldError(name, message, params))

    def type(self) -> LicenceType | None:
        if self.form.type in tuple(LicenceType):
            return LicenceType(self.form.type)
        self.refuse("type", N_("Pilih jenis izin dari daftar."))
        return None

    def number(self) -> str | None:
        if not self.form.number.strip():
            return None
        try:
            return bounded(self.form.number, MAX_NUMBER, field="number")
        except InvalidInput as refusal:
            self.problems += refusal.fields
            return None

    def day(self, name: str, typed: str) -> date | None:
        if not typed.strip():
            return None
        try:
            return day(typed, field=name)
        except InvalidInput as refusal:
            self.problems += refusal.fields
            return None

    def dates(self) -> tuple[date | None, date | None]:
        written, expires = (
            self.day("document_date", self.form.document_date),
            self.day("expires_on", self.form.expires_on),
        )
        if written is not None and written > self.on:
            self.refuse("document_date", N_("Tanggal dokumen belum terjadi."))
        if expires is not None and written is not None and expires < written:
            self.refuse("expires_on", N_("Masa berlaku berakhir sebelum tanggal dokumen."))
        elif expires is not None and expires < self.on:
            self.refuse("expires_on", N_("Masa berlaku dokumen ini sudah berakhir."))
        return written, expires

    def kbli(self, kind: LicenceType | None, business_fields: Iterable[Kbli]) -> list[str]:
        own = {code.code for code in business_fields}
        named: list[str] = []
        for typed in filter(str.strip, self.form.kbli):
            try:
                code = read_kbli(typed).code
            except InvalidInput as refusal:
                self.problems += refusal.fields
                continue
            if code not in own:
                self.refuse(
                    "kbli",
                    N_("KBLI {code} belum ada pada Bidang Usaha. Tambahkan dahulu di sana."),
                    code=code,
                )
            named.append(code)
        if kind in SECTOR and not named and not self.problems_at("kbli"):
            self.refuse("kbli", N_("Pilih paling sedikit satu KBLI yang dicakup izin ini."))
        return sorted(set(named))

    def risk_level(self, kind: LicenceType | None) -> RiskLevel | None:
        typed = self.form.risk_level.strip()
        if typed in tuple(RiskLevel):
            return RiskLevel(typed)
        if typed or kind in RISK_BASED:
            self.refuse("risk_level", N_("Pilih tingkat risiko yang tercantum pada perizinan."))
        return None

    def problems_at(self, name: str) -> bool:
        return any(problem.field == name for problem in self.problems)


def check(form: LicenceForm, business_fields: Iterable[Kbli], *, on: date) -> CheckedLicence:
    """The form normalised, or InvalidInput naming every field that cannot be accepted. `on` is today in WIB."""
    checking = _Check(form, on)
    kind = checking.type()
    number, (written, expires) = checking.number(), checking.dates()
    codes, risk = checking.kbli(kind, business_fields), checking.risk_level(kind)
    if checking.problems or kind is None:
        raise InvalidInput(CHECK_FIELDS, fields=checking.problems)
    return CheckedLicence(kind, number, written, expires, codes, risk)
