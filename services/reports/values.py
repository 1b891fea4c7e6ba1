"""One answer at a time: from what was typed to what it means, and back."""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from pydantic import JsonValue

from services.i18n import N_
from services.reference import countries, hs, kbli, units
from services.reference.kbli import Kbli
from services.reports import numbers
from services.reports.context import FormContext
from services.reports.fields import (
    CertificateField,
    ChoiceField,
    ChoicesField,
    CountriesField,
    CountryField,
    DecimalField,
    FormField,
    GivenField,
    HsField,
    IntegerField,
    KbliField,
    NumberField,
    PercentField,
    RupiahField,
    TextField,
    UnitField,
    YearField,
    YesNoField,
)
from services.reports.numbers import AnswerError

_YES = {"true", "ya", "yes", "1", "on"}
_NO = {"false", "tidak", "no", "0"}
_DIRECTION_OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SPACES = re.compile(r"\s+")
ListedField = (
    ChoiceField
    | ChoicesField
    | UnitField
    | CountryField
    | CountriesField
    | HsField
    | KbliField
    | CertificateField
    | GivenField
)
UNKNOWN_UNIT = N_("Satuan ini tidak ada dalam daftar. Pilih dari daftar atau usulkan satuan baru.")
_NOT_OFFERED = N_("Pilih salah satu jawaban yang tersedia.")


def is_blank(raw: object) -> bool:
    """Whether nothing was typed: absent, empty or only spaces; of several answers, whether none was."""
    match raw:
        case list() | tuple():
            return all(map(_is_empty, raw))
        case dict():
            return not raw
        case _:
            return _is_empty(raw)


def _is_empty(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def parse(field: FormField, raw: object, context: FormContext) -> JsonValue:
    """The clean value of a non-blank answer; AnswerError with the message for the field otherwise.

    text, choice, unit, country, hs: str · integer, rupiah, year: int · decimal, percent: str without
    trailing zeros · yes_no: bool · choices: list in the offered order · countries: list by code ·
    kbli: {version, code} · certificate: {id, number}
    """
    match field:
        case TextField():
            return _text(field, raw)
        case IntegerField() | RupiahField() | DecimalField() | PercentField():
            return _number(field, raw, context)
        case YearField():
            return _year(field, raw, context)
        case YesNoField():
            return _yes_no(raw)
        case _:
            return _listed(field, raw, context)


def _listed(field: ListedField, raw: object, context: FormContext) -> JsonValue:
    match field:
        case ChoiceField() | UnitField() | CountryField() | HsField():
            return _code(field, raw)
        case ChoicesField() | CountriesField():
            return _codes(field, raw)
        case KbliField():
            return _kbli(raw, context)
        case CertificateField():
            return _certificate(field, raw, context)
        case GivenField():
            return _given(field, raw, context)


def to_input(field: FormField, value: JsonValue) -> str | list[str]:
    """What a page puts into the box for a clean value; parsing it in INDONESIAN notation gives it back."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return [str(part) for part in value]
        case dict():
            return f"{value['version']}:{value['code']}" if isinstance(field, KbliField) else str(value["id"])
        case _ if isinstance(field, NumberField):
            return numbers.indonesian(Decimal(str(value)))
        case _:
            return str(value)


def offered(field: ChoiceField | ChoicesField | UnitField | CountryField | CountriesField) -> list[str]:
    """The answers that can be chosen, in order."""
    match field:
        case ChoiceField() | ChoicesField():
            return [option.value for option in field.options]
        case UnitField():
            return [unit.code for unit in units.every()]
        case CountryField() | CountriesField():
            return [code for code, _ in countries.every(abroad=True)]


def _text(field: TextField, raw: object) -> str:
    text = unicodedata.normalize("NFC", _string(raw)).replace("\r\n", "\n").strip()
    text = text if field.multiline else _SPACES.sub(" ", text)
    if any(_unprintable(character) for character in text):
        raise AnswerError(N_("Isian memuat karakter yang tidak dapat dicetak."))
    if len(text) > field.max_length:
        raise AnswerError(
            N_("Paling banyak {max} karakter; isian ini {count}."), max=field.max_length, count=len(text)
        )
    if field.pattern and not re.fullmatch(field.pattern, text):
        raise AnswerError(field.pattern_message or N_("Bentuk isian tidak sesuai."))
    return text


def _unprintable(character: str) -> bool:
    # Postgres holds no NUL and no lone surrogate; a changed reading direction can hide what is written.
    unwanted = unicodedata.category(character) in {"Cc", "Cs"} or character in _DIRECTION_OVERRIDES
    return unwanted and character not in "\n\t"


def _number(field: NumberField, raw: object, context: FormContext) -> int | str:
    money = isinstance(field, RupiahField)
    number = numbers.read(raw, context.notation, scale=field.scale, currency=money)
    if number < 0 and field.min >= 0:
        raise AnswerError(N_("Angka tidak boleh negatif."))
    if field.more_than is not None and number <= field.more_than:
        raise AnswerError(N_("Angka harus lebih besar dari {min}."), min=field.more_than)
    if number < field.min:
        raise AnswerError(N_("Angka paling kecil {min}."), min=field.min)
    if number > field.max:
        raise AnswerError(N_("Angka terlalu besar: paling banyak {max}."), max=field.max)
    return int(number) if isinstance(field, IntegerField | RupiahField) else numbers.plain(number)


def _year(field: YearField, raw: object, context: FormContext) -> int:
    text = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < 10000 else raw
    if not isinstance(text, str) or re.fullmatch(r"\s*[0-9]{4}\s*", text) is None:
        raise AnswerError(N_("Isi tahun dengan 4 angka, misalnya {example}."), example=context.period.year)
    year = int(text)
    if not field.min <= year <= context.period.year:
        raise AnswerError(N_("Isi tahun antara {min} dan {max}."), min=field.min, max=context.period.year)
    return year


def _yes_no(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    answer = raw.strip().lower() if isinstance(raw, str) else None
    if answer not in _YES | _NO:
        raise AnswerError(N_("Jawab Ya atau Tidak."))
    return answer in _YES


def _code(field: ChoiceField | UnitField | CountryField | HsField, raw: object) -> str:
    text = _string(raw).strip()
    match field:
        case HsField():
            code = hs.normalise(text)
            if code is None:
                raise AnswerError(N_("Kode HS terdiri atas 8 angka, misalnya 9403.83.00."))
            return code
        case UnitField():
            # Whether an added unit was accepted is known to the database: asked when the page is saved.
            if units.find(text) is not None:
                return text
            message = UNKNOWN_UNIT
        case CountryField():
            message = N_("Pilih negara dari daftar; Indonesia tidak termasuk.")
        case ChoiceField():
            message = _NOT_OFFERED
    if text not in offered(field):
        raise AnswerError(message)
    return text


def _codes(field: ChoicesField | CountriesField, raw: object) -> list[JsonValue]:
    answers = raw if isinstance(raw, list | tuple) else [raw]
    chosen = {_string(answer).strip() for answer in answers if not is_blank(answer)}
    available = offered(field)
    if not chosen <= set(available):
        raise AnswerError(N_("Pilih hanya jawaban yang tersedia."))
    if isinstance(field, CountriesField) and len(chosen) > field.max_answers:
        raise AnswerError(N_("Pilih paling banyak {max} jawaban."), max=field.max_answers)
    # Countries by code: the order of their names differs between languages and editions of CLDR.
    ordered = available if isinstance(field, ChoicesField) else sorted(chosen)
    return [code for code in ordered if code in chosen]


def _kbli(raw: object, context: FormContext) -> dict[str, JsonValue]:
    wanted = _kbli_key(raw)
    found = [known for known in context.business_fields if wanted in (known.code, known.key)]
    if not found:
        raise AnswerError(
            N_("KBLI ini belum ada pada Bidang Usaha perusahaan. Perbarui Data Perusahaan lebih dahulu.")
        )
    chosen = max(found)  # the same code in two versions: the newer one, unless the version was named
    if not kbli.under_ministry(chosen):
        raise AnswerError(N_("KBLI {code} bukan binaan Kementerian Perindustrian."), code=chosen.code)
    return {"version": chosen.version, "code": chosen.code}


def _kbli_key(raw: object) -> str:
    if isinstance(raw, dict) and set(raw) == {"version", "code"}:
        return Kbli(_string(raw["version"]), _string(raw["code"])).key
    return _string(raw).strip()


def _certificate(field: CertificateField, raw: object, context: FormContext) -> dict[str, JsonValue]:
    wanted = _string(raw["id"] if isinstance(raw, dict) and set(raw) == {"id", "number"} else raw).strip()
    for known in context.certificates:
        if known.id == wanted and known.kind == field.kind:
            return {"id": known.id, "number": known.number}
    raise AnswerError(N_("Sertifikat ini tidak ada dalam Data Perusahaan."))


def _given(field: GivenField, raw: object, context: FormContext) -> JsonValue:
    value = given(field, context)
    typed = str(raw) if isinstance(raw, int) and abs(raw) < 10000 else _string(raw)
    if typed.strip() != str(value):
        raise AnswerError(N_("Laporan ini untuk periode {period}."), period=str(context.period))
    return value


def given(field: GivenField, context: FormContext) -> JsonValue:
    """What the report itself answers: its period code or its year."""
    sources: dict[str, Callable[[], JsonValue]] = {
        "period": lambda: str(context.period),
        "year": lambda: context.period.year,
    }
    return sources[field.source]()


def _string(raw: object) -> str:
    if not isinstance(raw, str):
        raise AnswerError(N_("Isian ini tidak dapat dibaca."))
    return raw
