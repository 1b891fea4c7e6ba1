"""The registration form: its fields, what makes them acceptable, and when two factories are the same."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.errors import FieldError, InvalidInput
from services.i18n import N_
from services.models import Institution, LetterBasis
from services.reference import identifiers, regions
from services.registrations import official_letter
from services.registrations.official_letter import GOVERNMENT

CHECK_FIELDS = N_("Periksa kembali isian yang ditandai.")
REQUIRED = N_("Wajib diisi.")

# Words that say nothing about where a factory stands, and the spellings of those that do.
_ABBREVIATIONS = {
    "jalan": "jl", "jln": "jl", "nomor": "no", "kelurahan": "kel", "kecamatan": "kec",
    "kabupaten": "kab", "provinsi": "prov", "kilometer": "km",
}  # fmt: skip
KINDS = ("company", GOVERNMENT)
MAX_NAME = 200
MAX_ADDRESS = 500


@dataclass(frozen=True)
class RegistrationForm:
    """What was typed, as it was typed. `kind` is `company`, or `government` for type D, with its letter."""

    company_name: str
    nib: str
    npwp: str
    email: str
    region_code: str
    address: str
    kind: str = "company"
    institution: str = ""
    letter_basis: str = ""
    letter_number: str = ""
    letter_date: str = ""


@dataclass(frozen=True)
class CheckedForm:
    """The same, normalised. `npwp_warning`: the number's check digit does not fit, which the UPP should look at.

    An institution has a letter and no NIB; a company the other way round.
    """

    company_name: str
    nib: str | None
    npwp: str | None
    npwp_warning: bool
    email: str
    region_code: str
    address: str
    kind: str
    institution: Institution | None = None
    letter_basis: LetterBasis | None = None
    letter_number: str | None = None
    letter_date: date | None = None

    @property
    def address_key(self) -> str:
        """Equal for two spellings of one address."""
        return address_key(self.address)


def check(form: RegistrationForm, *, on: date, has_document: bool = True) -> CheckedForm:
    """The form normalised, or InvalidInput naming every field that cannot be accepted. `on`: today (WIB)."""
    checks: dict[str, Callable[[], str]] = {
        "company_name": lambda: _name(form.company_name),
        "email": lambda: identifiers.email(required(form.email, "email")),
        "region_code": lambda: _region(form),
        "address": lambda: _address(form.address),
    }
    if form.kind == GOVERNMENT:
        checks |= _of_institution(form, on)
    else:
        checks["nib"] = lambda: identifiers.nib(required(form.nib, "nib"))
        checks["npwp"] = lambda: identifiers.tax_number(required(form.npwp, "npwp"))
    values, problems = identifiers.each(checks)
    if form.kind not in KINDS:
        problems.append(FieldError("kind", N_("Pilihan tidak dikenal.")))
    if not has_document:
        letter = form.kind == GOVERNMENT
        problems.append(
            FieldError(
                "document", N_("Unggah pindaian suratnya.") if letter else N_("Unggah berkas NIB Anda.")
            )
        )
    if problems:
        raise InvalidInput(CHECK_FIELDS, fields=problems)
    npwp = values.get("npwp")
    return CheckedForm(
        company_name=values["company_name"],
        nib=values.get("nib"),
        npwp=npwp,
        npwp_warning=npwp is not None and identifiers.tax_number_warning(npwp) is not None,
        email=values["email"],
        region_code=values["region_code"],
        address=values["address"],
        kind=form.kind,
        **_letter(values),
    )


def _of_institution(form: RegistrationForm, on: date) -> dict[str, Callable[[], str]]:
    return {
        "institution": lambda: official_letter.institution(form.institution),
        "letter_basis": lambda: official_letter.basis(form.letter_basis),
        "letter_number": lambda: official_letter.numbered(form.letter_number),
        "letter_date": lambda: official_letter.dated(form.letter_date, on=on).isoformat(),
    }


def _letter(values: dict[str, str]) -> dict[str, Any]:
    if "letter_date" not in values:
        return {}
    return {
        "institution": Institution(values["institution"]),
        "letter_basis": LetterBasis(values["letter_basis"]),
        "letter_number": values["letter_number"],
        "letter_date": date.fromisoformat(values["letter_date"]),
    }


def _region(form: RegistrationForm) -> str:
    """A factory stands in a kabupaten or kota; an institution may be of a whole province."""
    code = required(form.region_code, "region_code")
    if form.kind != GOVERNMENT:
        return regions.parse(code).code
    region = regions.find(code.strip()) or regions.parse(code)
    return official_letter.placed(form.institution, region).code


def _name(typed: str) -> str:
    name = bounded(typed, MAX_NAME, field="company_name")
    if not any(map(str.isalnum, name)):
        raise InvalidInput(N_("Tuliskan nama dengan huruf atau angka."), field="company_name")
    return name


def _address(typed: str) -> str:
    """What cannot be compared with other addresses could not be told from another factory's."""
    address = bounded(typed, MAX_ADDRESS, field="address")
    if not address_key(address):
        raise InvalidInput(N_("Tuliskan alamat dengan huruf Latin atau angka."), field="address")
    return address


def required(value: str, field: str) -> str:
    """The text without surrounding space, or a refusal at its field."""
    if not value.strip():
        raise InvalidInput(REQUIRED, field=field)
    return value.strip()


def bounded(value: str, longest: int, *, field: str) -> str:
    """Single-line text of bounded length without control characters."""
    required(value, field)
    if any(unicodedata.category(character) == "Cc" and character not in "\n\r\t" for character in value):
        raise InvalidInput(N_("Berisi karakter yang tidak dapat dibaca."), field=field)
    line = " ".join(value.split())
    if len(line) > longest:
        raise InvalidInput(N_("Paling banyak {longest} karakter."), field=field, longest=longest)
    return line


def address_key(address: str) -> str:
    """Lower case, no punctuation, common words in one spelling: what two spellings of an address share."""
    plain = unicodedata.normalize("NFKD", address).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z]+|[0-9]+", plain)
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words)
