"""Before sending, everything missing is listed, in the ministry's words where it has them, with its page."""

from collections.abc import Mapping

import pytest

from services.errors import FieldError
from services.i18n import translator
from services.reference.kbli import Kbli
from services.reports.completeness import Gap, check, named_kbli
from services.reports.context import FormContext, Values
from tests.services.forms.filled import RATTAN, company, draft, form, stored, typed


def gaps(
    sections: Mapping[str, Values] | None = None,
    context: FormContext | None = None,
    rejected: Mapping[str, list[FieldError]] | None = None,
) -> list[Gap]:
    return check(form(), stored() if sections is None else sections, context or company(), rejected)


def said(found: list[Gap]) -> dict[str, str]:
    return {gap.section: translator("id").gettext(gap.message, **gap.params) for gap in found}


def test_a_complete_report_has_no_gap() -> None:
    assert gaps() == []


def test_an_empty_report_lists_the_seven_messages_of_the_official_form() -> None:
    empty = gaps({}, company(statement_uploaded=False))
    assert {gap.section: gap.message for gap in empty if gap.verbatim} == {
        "signatory_data": "Data Khusus belum diisi secara lengkap",
        "workforce": "Angka tenaga kerja tidak boleh 0 atau lebih dari 500.000",
        "raw_materials": "Bahan baku belum terisi",
        "production": "Data produksi belum diisi",
        "production_capacity": "Belum Mengisi Kapasitas Produksi",
        "machines": "Mesin belum diisi",
        "statement_letter": "Surat Pernyataan belum di upload",
    }


def test_the_other_compulsory_pages_are_told_too_in_page_order() -> None:
    empty = gaps({}, company(statement_uploaded=False))
    assert [gap.section for gap in empty] == [*form().by_id, "statement_letter"]
    assert said(empty)["raw_water"] == "Air Baku belum diisi secara lengkap"


@pytest.mark.parametrize(
    ("workers", "complete"), [("0", False), ("1", True), ("500.000", True), ("500.001", False)]
)
def test_the_workforce_is_between_1_and_500000(workers: str, complete: bool) -> None:
    page = dict.fromkeys(typed()["workforce"], "0") | {"female_production_permanent": workers}
    found = gaps(stored(workforce=page))
    assert said(found) == (
        {} if complete else {"workforce": "Angka tenaga kerja tidak boleh 0 atau lebih dari 500.000"}
    )


def test_a_missing_answer_names_its_field() -> None:
    [gap] = gaps(stored(signatory_data=typed()["signatory_data"] | {"education": ""}))
    assert (gap.section, gap.verbatim) == ("signatory_data", True)
    assert [(error.field, error.message) for error in gap.fields] == [("education", "Wajib diisi.")]


def test_a_missing_answer_in_a_table_names_its_row() -> None:
    rows = [*typed()["machines"]["rows"], {"machine": "Gergaji pita"}]
    [gap] = gaps(stored(machines={"rows": rows}))
    assert said([gap]) == {"machines": "Mesin/Peralatan Produksi belum diisi secara lengkap"}
    assert {error.field for error in gap.fields} == {
        "rows.2.purchase_year",
        "rows.2.quantity",
        "rows.2.ownership",
    }


def test_investment_that_fell_is_told_in_the_official_words() -> None:
    context = company(previous={"general_data": {"machine_value": 10**13}})
    [gap] = gaps(context=context)
    assert (gap.section, gap.verbatim) == ("general_data", True)
    assert gap.message == "Nilai investasi yang diisi tidak boleh lebih kecil dibandingkan periode sebelumnya"


def test_a_change_on_another_page_reopens_a_page_that_was_complete() -> None:
    general = typed()["general_data"] | {"uses_toll_manufacturing": "ya"}
    assert set(said(gaps(stored(general_data=general)))) == {"raw_materials", "production"}


def test_every_field_of_business_produced_needs_a_capacity() -> None:
    other = Kbli("2025", "16291")
    context = company(business_fields=(RATTAN, other), licence_valid_for=frozenset({RATTAN.code, other.code}))
    row = typed()["production"]["rows"][0]
    produced = draft("production", {"rows": [row, row | {"kbli": other.key}]}, context).values
    found = gaps(stored() | {"production": produced}, context)
    assert said(found) == {"production_capacity": "Kapasitas Produksi belum diisi untuk KBLI 16291"}


def test_every_field_of_business_named_needs_a_licence_found_valid() -> None:
    assert named_kbli(form(), stored()) == {RATTAN.code}
    assert said(gaps(context=company(licence_valid_for=frozenset({"10710"})))) == {
        "licences": "Perizinan Berusaha Sektor Industri untuk KBLI 31012 belum divalidasi oleh UPP"
    }


def test_a_field_of_business_removed_from_company_data_reopens_the_pages_that_name_it() -> None:
    found = gaps(context=company(business_fields=(Kbli("2025", "10710"),)))
    assert {"production", "production_capacity"} <= set(said(found))


def test_an_answer_that_was_typed_and_not_understood_is_not_forgotten() -> None:
    page = typed()["fuel_and_electricity"] | {
        "electricity_type": "larger",
        "electricity_type_detail": "x" * 101,
    }
    result = draft("fuel_and_electricity", page)
    sections = stored() | {"fuel_and_electricity": result.values}
    assert gaps(sections) == []  # the field is optional, so only the stored error tells
    [gap] = gaps(sections, rejected={"fuel_and_electricity": result.errors})
    assert [error.field for error in gap.fields] == ["electricity_type_detail"]


def test_a_lowered_baseline_clears_the_error_that_the_draft_was_stored_with() -> None:
    before = company(previous={"general_data": {"machine_value": 10**13}})
    result = draft("general_data", typed()["general_data"], before)
    rejected = {"general_data": result.errors}
    assert gaps(stored(), before, rejected)
    assert gaps(stored(), company(), rejected) == []
