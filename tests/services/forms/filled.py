"""A small rattan factory's report, typed as a person types it into the pages."""

from dataclasses import replace
from typing import Any

from services.deadlines.periods import Period
from services.i18n import translator
from services.reference.kbli import Kbli
from services.reports import forms
from services.reports.context import CertificateRef, FormContext
from services.reports.definition import Form
from services.reports.validation import SectionResult, validate_section

PERIOD = Period.parse("2026-Q4")
RATTAN = Kbli("2025", "31012")
HALAL = CertificateRef("c-1", "halal", "ID64110000123451026")


def form() -> Form:
    """The form under test, as shipped."""
    found = forms.shipped().find(family="manufacturing", size="small", stage="production", period=PERIOD)
    assert found is not None
    return found


def company(**changes: Any) -> FormContext:
    """A company that may send: one licensed business field, one halal certificate, a signed statement."""
    ready = FormContext(
        period=PERIOD,
        business_fields=(RATTAN,),
        certificates=(HALAL,),
        statement_uploaded=True,
        licence_valid_for=frozenset({RATTAN.code}),
    )
    return replace(ready, **changes)


def typed() -> dict[str, dict[str, Any]]:
    """Every page filled in, with Indonesian numbers; a fresh copy each time."""
    return {
        "general_data": {
            "machine_value": "1.500.000.000",
            "other_fixed_value": "500.000.000",
            "working_capital": "Rp 1.000.000.000,-",
            "uses_toll_manufacturing": "false",
            "provides_toll_manufacturing": "false",
        },
        "signatory_data": {"owner_name": "Pemilik PT Contoh", "gender": "female", "education": "bachelor"},
        "investment": {"land_value": "0", "building_value": "250.000.000"},
        "workforce": {
            "male_production_permanent": "12",
            "male_production_temporary": "3",
            "male_other_permanent": "2",
            "male_other_temporary": "0",
            "female_production_permanent": "9",
            "female_production_temporary": "4",
            "female_other_permanent": "1",
            "female_other_temporary": "0",
            "skkni_certified": "2",
            "other_certified": "0",
        },
        "raw_materials": {
            "rows": [
                {
                    "name": "Rotan poles",
                    "specification": "24–26 mm, mutu A",
                    "unit": "kg",
                    "direct_import": "tidak",
                    "domestic_quantity": "4.250,5",
                    "domestic_value": "63.757.500",
                }
            ]
        },
        "raw_water": {"groundwater": "ya", "water_company": "tidak", "surface_water": "tidak"},
        "fuel_and_electricity": {
            "petrol": "tidak",
            "diesel": "ya",
            "lubricant": "ya",
            "kerosene": "tidak",
            "lpg": "ya",
            "lpg_sizes": ["kg_3", "kg_12"],
            "other_fuel": "tidak",
            "electricity_quantity": "9.870,25",
            "electricity_bill": "14.264.000",
            "electricity_type": "va_2200",
            "electricity_shared_with_household": "tidak",
        },
        "production_capacity": {
            "rows": [
                {
                    "kbli": RATTAN.key,
                    "product": "Kursi rotan",
                    "unit": "unit",
                    "capacity_native": "900",
                    "capacity_standard": "7.200",
                    "installed_native": "1.200",
                    "installed_standard": "9.600",
                }
            ]
        },
        "production": {
            "rows": [
                {
                    "product": "Kursi rotan",
                    "kbli": RATTAN.key,
                    "specification": "60 × 55 × 80 cm",
                    "hs_code": "94015300",
                    "unit": "unit",
                    "quantity_native": "640",
                    "quantity_standard": "5.120",
                    "value": "480.000.000",
                    "exported": "ya",
                    "direct_export": "ya",
                    "export_percent": "62,5",
                    "destination_countries": ["NL", "JP"],
                }
            ]
        },
        "machines": {
            "rows": [
                {
                    "machine": "Mesin serut rotan",
                    "purchase_year": "2019",
                    "quantity": "2",
                    "ownership": "own",
                },
                {
                    "machine": "Oven pengering",
                    "purchase_year": "2022",
                    "quantity": "1",
                    "ownership": "rented",
                },
            ]
        },
    }


def draft(section: str, raw: dict[str, Any], context: FormContext | None = None) -> SectionResult:
    """The section as saved half-way."""
    return validate_section(form(), section, raw, context or company())


def stored(**changes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Clean answers of the whole report; `changes` replace what was typed into a section."""
    pages = typed() | changes
    return {section: dict(draft(section, raw).values) for section, raw in pages.items()}


def complaints(result: SectionResult, locale: str = "id") -> dict[str, str]:
    """Errors by field, as the reader sees them."""
    return {error.field: translator(locale).gettext(error.message, **error.params) for error in result.errors}


def remarks(result: SectionResult) -> dict[str, str]:
    """Warnings by field, as the reader sees them."""
    return {error.field: translator("id").gettext(error.message, **error.params) for error in result.warnings}
