"""Clean answers as a person reads them, in any language: for overviews, letters, officers."""

from decimal import Decimal

from pydantic import JsonValue

from services.i18n import N_, Translator, format_number, format_rupiah
from services.reference import countries, kbli, units
from services.reference.kbli import Kbli
from services.reports.fields import (
    CertificateField,
    ChoiceField,
    ChoicesField,
    CountriesField,
    CountryField,
    FormField,
    KbliField,
    NumberField,
    RupiahField,
    UnitField,
    YesNoField,
)

_YES, _NO = N_("Ya"), N_("Tidak")


def shown(field: FormField, value: JsonValue, translator: Translator) -> str:
    """The answer as text: "Rp3.000.000", "12,5", "Ya", "Malaysia, Jepang"; without its unit."""
    if value is None:
        return ""
    if isinstance(field, RupiahField):
        return format_rupiah(int(str(value)), translator.locale)
    if isinstance(field, NumberField):
        return format_number(Decimal(str(value)), translator.locale)
    if isinstance(value, dict):
        return _reference(field, value)
    if isinstance(value, list):
        return ", ".join(_label(field, str(part), translator) for part in value)
    return _label(field, value, translator)


def _label(field: FormField, value: JsonValue, translator: Translator) -> str:
    match field:
        case YesNoField():
            return translator.gettext(_YES if value else _NO)
        case ChoiceField() | ChoicesField():
            return next((translator.gettext(o.label) for o in field.options if o.value == value), str(value))
        case CountryField() | CountriesField():
            return countries.name(str(value), translator.locale) or str(value)
        case UnitField():
            unit = units.find(str(value))
            return unit.label(translator.locale) if unit else str(value)
        case _:
            return str(value)


def _reference(field: FormField, value: dict[str, JsonValue]) -> str:
    match field:
        case KbliField():
            named = Kbli(str(value["version"]), str(value["code"]))
            return f"{named.code} – {kbli.title(named)} (KBLI {named.version})"
        case CertificateField():
            return str(value["number"])
        case _:
            return str(value)
