"""The shape of identifiers people type: each check returns the normal form or refuses at its field."""

import re
from collections.abc import Callable

from stdnum.exceptions import ValidationError
from stdnum.id import npwp

from services.errors import FieldError, InvalidInput
from services.i18n import N_

_SEPARATORS = re.compile(r"[\s.\-]")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PHONE_NOISE = re.compile(r"[\s().\-]")


def nib(text: str, *, field: str = "nib") -> str:
    """The 13 digits of a business identification number, separators removed; no check digit is published."""
    digits = _SEPARATORS.sub("", text)
    if re.fullmatch(r"[0-9]{13}", digits) is None:
        raise _refusal(field, N_("NIB terdiri atas 13 angka."))
    return digits


def tax_number(text: str, *, field: str = "npwp") -> str:
    """The 15 or 16 digits of an NPWP, separators removed. See `tax_number_warning` for the check digit."""
    digits = _SEPARATORS.sub("", text)
    if re.fullmatch(r"[0-9]{15,16}", digits) is None:
        raise _refusal(field, N_("NPWP terdiri atas 15 atau 16 angka."))
    return digits


def tax_number_warning(digits: str, *, field: str = "npwp") -> FieldError | None:
    """A doubt about the check digit, never a refusal: Coretax also issues numbers of no known rule."""
    try:
        npwp.validate(digits)
    except ValidationError:
        return FieldError(field, N_("Angka pemeriksa NPWP tidak cocok. Mohon periksa kembali nomornya."))
    return None


def email(text: str, *, field: str = "email") -> str:
    """An address mail can be sent to, its domain in lower case (RFC 5321 lengths, no quoted local part)."""
    address = text.strip()
    local, _, domain = address.rpartition("@")
    labels = domain.lower().split(".")
    good = (
        len(address) <= 254
        and 0 < len(local) <= 64
        and _LOCAL_PART.fullmatch(local) is not None
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )
    if not good:
        raise _refusal(field, N_("Alamat surel tidak sah. Contoh: nama@perusahaan.example."))
    return f"{local}@{domain.lower()}"


def phone(text: str, *, field: str = "phone") -> str:
    """A telephone number in E.164 form; without country code it is Indonesian ("0812…" is "+62812…")."""
    number = _PHONE_NOISE.sub("", text)
    if number.startswith("00"):
        number = "+" + number[2:]
    elif number.startswith("0"):
        number = "+62" + number[1:]
    elif number.startswith("62"):
        number = "+" + number
    if number.startswith("+620"):  # "+62 (0)812…", as often printed
        number = "+62" + number[4:]
    if re.fullmatch(r"\+[1-9][0-9]{7,14}", number) is None:
        raise _refusal(field, N_("Nomor telepon tidak sah. Contoh: 0812 3456 7890 atau +62 541 123456."))
    return number


def postcode(text: str, *, field: str = "postcode") -> str:
    """The five digits of an Indonesian postcode."""
    digits = text.strip()
    if re.fullmatch(r"[1-9][0-9]{4}", digits) is None:
        raise _refusal(field, N_("Kode pos terdiri atas 5 angka."))
    return digits


def each(checks: dict[str, Callable[[], str]]) -> tuple[dict[str, str], list[FieldError]]:
    """Runs checks by field and collects every refusal, so that a form shows all its problems at once."""
    values: dict[str, str] = {}
    problems: list[FieldError] = []
    for field, check in checks.items():
        try:
            values[field] = check()
        except InvalidInput as refusal:
            problems.extend(refusal.fields)
    return values, problems


def _refusal(field: str, message: str) -> InvalidInput:
    return InvalidInput(message, field=field)
