"""A page is judged as a whole: every problem at its field, nothing typed lost, nothing half understood."""

import json
import math
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.reports.context import FormContext, Values, rows_of
from services.reports.numbers import Notation
from services.reports.stored import dump_errors, load_errors
from services.reports.validation import SectionResult, applicable, validate_section
from services.reports.values import is_blank, to_input
from tests.services.forms.filled import (
    PERIOD,
    RATTAN,
    company,
    complaints,
    draft,
    form,
    remarks,
    stored,
    typed,
)

NOT_LOWER = "Nilai investasi yang diisi tidak boleh lebih kecil dibandingkan periode sebelumnya"


@pytest.mark.parametrize("section", typed())
def test_a_page_filled_in_is_complete(section: str) -> None:
    context = company(sections=stored())
    result = validate_section(form(), section, typed()[section], context, "complete")
    assert complaints(result) == {}
    assert remarks(result) == {}


def test_money_is_stored_as_whole_rupiah_and_quantities_as_text() -> None:
    general = draft("general_data", typed()["general_data"]).values
    assert general["machine_value"] == 1_500_000_000
    assert general["working_capital"] == 1_000_000_000
    row = rows_of(draft("raw_materials", typed()["raw_materials"]).values)[0]
    assert row["domestic_quantity"] == "4250.5"
    assert row["domestic_value"] == 63_757_500


@pytest.mark.parametrize(
    ("field", "raw", "message"),
    [
        ("machine_value", "banyak", "Isi dengan angka. Contoh: 1.000.000 atau 12,5."),
        ("machine_value", "-1", "Angka tidak boleh negatif."),
        (
            "machine_value",
            "1.000.000.000.000.001",
            "Angka terlalu besar: paling banyak 1.000.000.000.000.000.",
        ),
        ("machine_value", math.nan, "Isi dengan angka."),
        ("machine_value", math.inf, "Isi dengan angka."),
        ("machine_value", "1e9", "Isi dengan angka. Contoh: 1.000.000 atau 12,5."),
        ("machine_value", {"amount": [1]}, "Isi dengan angka."),
        ("machine_value", "9" * 50, "Angka terlalu panjang."),
        ("machine_value", "12,5", "Isi dengan bilangan bulat, dengan titik untuk ribuan. Contoh: 1.000.000."),
        ("uses_toll_manufacturing", "mungkin", "Jawab Ya atau Tidak."),
        ("uses_toll_manufacturing", ["ya"], "Jawab Ya atau Tidak."),
        ("colour", "biru", "Isian ini tidak dikenal dalam formulir ini."),
        ("period", "2026-Q3", "Laporan ini untuk periode 2026-Q4."),
    ],
)
def test_a_bad_answer_is_told_at_its_field_and_still_there(field: str, raw: object, message: str) -> None:
    page = typed()["general_data"] | {field: raw}
    result = draft("general_data", page)
    assert complaints(result) == {field: message}
    assert field not in result.values
    assert not is_blank(result.raw[field])
    assert set(result.values) >= set(typed()["general_data"]) - {field}  # the rest is understood all the same


@pytest.mark.parametrize(
    ("field", "raw", "message"),
    [
        ("kbli", "2025:10710", "KBLI ini belum ada pada Bidang Usaha perusahaan."),
        ("kbli", {"version": 2025}, "Isian ini tidak dapat dibaca."),
        ("unit", "tumpuk", "Satuan ini tidak ada dalam daftar."),
        ("hs_code", "9401.53", "Kode HS terdiri atas 8 angka"),
        ("hs_code", "7700.00.00", "Kode HS terdiri atas 8 angka"),
        ("halal_certificate", "c-2", "Sertifikat ini tidak ada dalam Data Perusahaan."),
        ("export_percent", "0", "Angka harus lebih besar dari 0."),
        ("export_percent", "100,01", "Angka terlalu besar: paling banyak 100."),
        ("quantity_native", "1,005", "Isi dengan paling banyak 2 angka di belakang koma."),
        ("destination_countries", ["NL", "ID"], "Pilih hanya jawaban yang tersedia."),
        ("destination_countries", [["NL"]], "Isian ini tidak dapat dibaca."),
        ("product", "x" * 201, "Paling banyak 200 karakter; isian ini 201."),
        ("product", "Kursi\x00", "Isian memuat karakter yang tidak dapat dicetak."),
        ("product", "Kursi \u202enatar", "Isian memuat karakter yang tidak dapat dicetak."),
    ],
)
def test_a_bad_answer_in_a_table_names_its_row(field: str, raw: object, message: str) -> None:
    good = typed()["production"]["rows"][0]
    result = draft("production", {"rows": [good, good | {field: raw}]})
    [(where, told)] = complaints(result).items()
    assert where == f"rows.1.{field}"
    assert told.startswith(message)
    assert len(rows_of(result.values)) == 2


def test_ten_thousand_rows_are_refused_whole() -> None:
    row = typed()["machines"]["rows"][0]
    result = draft("machines", {"rows": [row] * 10_000})
    assert complaints(result) == {
        "rows": "Paling banyak 500 baris pada halaman ini; yang dikirim 10.000 baris."
    }
    assert result.refused
    assert result.values == {}


@pytest.mark.parametrize("rows", ["banyak", 7, {"0": {}}, True])
def test_rows_that_are_no_table_are_told(rows: Any) -> None:
    assert complaints(draft("machines", {"rows": rows})) == {"rows": "Isian ini tidak dapat dibaca."}


def test_a_row_that_is_no_row_is_told_at_its_place() -> None:
    good = typed()["machines"]["rows"][0]
    result = draft("machines", {"rows": [good, "garbage", good]})
    assert complaints(result) == {"rows.1": "Baris ini tidak dapat dibaca."}


def test_empty_rows_between_filled_ones_are_no_rows() -> None:
    good = typed()["machines"]["rows"][0]
    blank = dict.fromkeys(good, " ")
    result = draft("machines", {"rows": [blank, good, {}, good]})
    assert len(rows_of(result.values)) == 2
    assert complaints(result) == {}


def test_a_draft_may_be_unfinished_and_a_complete_report_may_not() -> None:
    half = {"machine_value": "5.000"}
    assert complaints(draft("general_data", half)) == {}
    finished = validate_section(form(), "general_data", half, company(), "complete")
    assert set(complaints(finished)) == {
        "other_fixed_value",
        "working_capital",
        "uses_toll_manufacturing",
        "provides_toll_manufacturing",
    }
    assert set(complaints(finished).values()) == {"Wajib diisi."}


class TestInvestmentDoesNotFall:
    BEFORE = company(
        previous={
            "general_data": {
                "machine_value": 1_500_000_001,
                "other_fixed_value": 500_000_001,
                "working_capital": 9_000_000_000,
            }
        }
    )

    def test_machines_and_other_fixed_capital_only(self) -> None:
        result = draft("general_data", typed()["general_data"], self.BEFORE)
        assert complaints(result) == {"machine_value": NOT_LOWER, "other_fixed_value": NOT_LOWER}

    def test_an_equal_value_is_fine(self) -> None:
        page = typed()["general_data"] | {"machine_value": "1.500.000.001", "other_fixed_value": "500000001"}
        assert complaints(draft("general_data", page, self.BEFORE)) == {}

    def test_a_first_report_is_compared_with_nothing(self) -> None:
        assert complaints(draft("general_data", typed()["general_data"])) == {}


class TestTollManufacturing:
    def context(self, *, uses: bool, provides: bool) -> FormContext:
        general = {"uses_toll_manufacturing": uses, "provides_toll_manufacturing": provides}
        return company(sections={"general_data": general})

    @pytest.mark.parametrize(("section", "field"), [("production", "purpose"), ("raw_materials", "source")])
    @pytest.mark.parametrize(
        ("uses", "provides", "asked"),
        [(False, False, False), (True, False, True), (False, True, True), (True, True, True)],
    )
    def test_purpose_and_source_are_asked_only_then(
        self, section: str, field: str, uses: bool, provides: bool, asked: bool
    ) -> None:
        context = self.context(uses=uses, provides=provides)
        result = validate_section(form(), section, typed()[section], context, "complete")
        assert (f"rows.0.{field}" in complaints(result)) is asked

    def test_an_answer_changed_back_finds_the_purpose_again(self) -> None:
        page = {"rows": [typed()["production"]["rows"][0] | {"purpose": "for_toll"}]}
        away = draft("production", page, self.context(uses=False, provides=False))
        assert rows_of(away.values)[0]["purpose"] == "for_toll"
        assert "rows.0.purpose" in remarks(away)

        general = draft("general_data", typed()["general_data"]).values
        sections = stored() | {"general_data": general, "production": away.values}
        assert "purpose" not in rows_of(applicable(form(), sections, company())["production"])[0]
        sections["general_data"] = {**general, "provides_toll_manufacturing": True}
        assert rows_of(applicable(form(), sections, company())["production"])[0]["purpose"] == "for_toll"


class TestFollowUps:
    def row(self, **changes: object) -> dict[str, Any]:
        return {"rows": [typed()["production"]["rows"][0] | changes]}

    def judged(self, **changes: object) -> SectionResult:
        return validate_section(form(), "production", self.row(**changes), company(), "complete")

    def test_no_export_asks_nothing_further(self) -> None:
        result = self.judged(exported="tidak", direct_export="", export_percent="", destination_countries=[])
        [row] = rows_of(result.values)
        assert complaints(result) == {}
        assert not row.keys() & {"direct_export", "export_percent", "destination_countries"}

    def test_export_asks_whether_it_is_direct(self) -> None:
        assert set(
            complaints(self.judged(direct_export="", export_percent="", destination_countries=[]))
        ) == {"rows.0.direct_export"}

    def test_direct_export_needs_share_and_countries(self) -> None:
        assert set(complaints(self.judged(export_percent="", destination_countries=[]))) == {
            "rows.0.export_percent",
            "rows.0.destination_countries",
        }

    def test_through_an_exporter_share_and_countries_may_be_unknown(self) -> None:
        through = self.judged(direct_export="tidak", export_percent="", destination_countries=[])
        assert complaints(through) == {}

    def test_a_missing_hs_code_only_warns_and_only_when_exporting_directly(self) -> None:
        assert remarks(self.judged(hs_code="")) == {
            "rows.0.hs_code": "Kode HS sebaiknya diisi untuk produk yang diekspor langsung."
        }
        assert "rows.0.hs_code" not in remarks(self.judged(hs_code="", direct_export="tidak"))

    def test_a_stale_follow_up_of_a_hidden_question_asks_nothing(self) -> None:
        page = self.row(exported="tidak", direct_export="ya", export_percent="", destination_countries=[])
        assert complaints(validate_section(form(), "production", page, company(), "complete")) == {}

    def test_direct_import_asks_for_the_foreign_part(self) -> None:
        page = {"rows": [typed()["raw_materials"]["rows"][0] | {"direct_import": "ya"}]}
        result = validate_section(form(), "raw_materials", page, company(), "complete")
        assert set(complaints(result)) == {
            "rows.0.foreign_quantity",
            "rows.0.foreign_value",
            "rows.0.origin_country",
        }
        assert set(remarks(result)) == {"rows.0.hs_code"}

    def test_lpg_sizes_and_other_fuels_follow_their_answers(self) -> None:
        page = typed()["fuel_and_electricity"] | {"lpg_sizes": [], "other_fuel": "ya"}
        result = validate_section(form(), "fuel_and_electricity", page, company(), "complete")
        assert set(complaints(result)) == {"lpg_sizes", "other_fuel_description"}


class TestCompanyData:
    def test_a_field_of_business_outside_the_ministry_is_refused(self) -> None:
        refinery = type(RATTAN)("2020", "19211")
        row = typed()["production"]["rows"][0] | {"kbli": refinery.key}
        result = draft("production", {"rows": [row]}, company(business_fields=(refinery,)))
        assert complaints(result) == {"rows.0.kbli": "KBLI 19211 bukan binaan Kementerian Perindustrian."}

    def test_a_bare_code_means_the_newest_version_on_the_nib(self) -> None:
        both = (type(RATTAN)("2020", "10710"), type(RATTAN)("2025", "10710"))
        row = typed()["production"]["rows"][0] | {"kbli": "10710"}
        result = draft("production", {"rows": [row]}, company(business_fields=both))
        assert rows_of(result.values)[0]["kbli"] == {"version": "2025", "code": "10710"}

    def test_a_machine_is_not_bought_after_the_year_reported(self) -> None:
        page = {"rows": [typed()["machines"]["rows"][0] | {"purchase_year": str(PERIOD.year + 1)}]}
        assert complaints(draft("machines", page)) == {
            "rows.0.purchase_year": "Isi tahun antara 1900 dan 2026."
        }


def test_kilograms_that_contradict_the_unit_are_questioned_not_refused() -> None:
    row = typed()["production"]["rows"][0] | {
        "unit": "ton",
        "quantity_native": "5",
        "quantity_standard": "500",
    }
    result = draft("production", {"rows": [row]})
    assert complaints(result) == {}
    assert remarks(result) == {
        "rows.0.quantity_standard": "5 ton sama dengan 5.000 kg. Mohon periksa kembali."
    }


def test_totals_are_computed_and_never_stored() -> None:
    result = draft("workforce", typed()["workforce"] | {"workforce_total": "7"})
    assert result.computed == {"workforce_total": 31}
    assert "workforce_total" not in result.values
    assert complaints(result) == {}
    assert draft("raw_materials", typed()["raw_materials"]).computed == {"raw_material_total": 63_757_500}


def test_errors_of_a_draft_can_be_stored_and_read_in_another_language_later() -> None:
    result = draft("general_data", {"machine_value": "9.999.999.999.999.999", "x": 1})
    assert load_errors(json.loads(json.dumps(dump_errors(result.errors)))) == result.errors


def test_what_postgres_cannot_hold_is_shown_as_a_mark_and_refused() -> None:
    result = draft(
        "signatory_data", {"owner_name": "Pemilik\x00\ud800", "gender": math.nan, "education": 10**30}
    )
    assert result.raw == {"owner_name": "Pemilik\ufffd?", "gender": "nan", "education": "…"}
    assert set(complaints(result)) == {"owner_name", "gender", "education"}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = sorted({field.id for section in form().sections for field in section.fields} | {"rows", "x"})
PAGES = st.dictionaries(
    st.sampled_from(NAMES), ANYTHING | st.sampled_from(["ya", "12,5", "kg", "own"]), max_size=6
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([section.id for section in form().sections]), PAGES, st.lists(PAGES, max_size=3))
def test_a_draft_keeps_everything_typed(section: str, page: dict[str, Any], rows: Any) -> None:
    kind = form().by_id[section].kind
    raw = page | ({"rows": rows} if kind == "rows" else {})
    result = draft(section, raw)

    told = {error.field for error in result.errors + result.warnings}
    given_values = set(result.computed)
    for name, answer in raw.items():
        assert name in result.raw  # shown again as it was typed
        if name != "rows" and not is_blank(answer) and name not in given_values:
            assert name in result.values or name in told
    for number, row in enumerate(rows if kind == "rows" else []):
        for name, answer in row.items():
            if not is_blank(answer):
                path = f"rows.{number}.{name}"
                kept = {key for stored_row in rows_of(result.values) for key in stored_row}
                assert path in told or name in kept
    json.dumps(result.raw, allow_nan=False, ensure_ascii=False).encode("utf-8")


@settings(max_examples=150, deadline=None)
@example("production", {}, [{"destination_countries": [None]}])
@given(st.sampled_from([section.id for section in form().sections]), PAGES, st.lists(PAGES, max_size=3))
def test_judging_clean_answers_again_changes_nothing(section: str, page: dict[str, Any], rows: Any) -> None:
    kind = form().by_id[section].kind
    first = draft(section, page | ({"rows": rows} if kind == "rows" else {}))
    again = draft(section, first.values, company(notation=Notation.PLAIN))
    assert again.values == first.values
    assert again.errors == []


@pytest.mark.parametrize("section", typed())
def test_what_a_page_shows_again_is_what_was_meant(section: str) -> None:
    definition = form().by_id[section]
    first = draft(section, typed()[section]).values

    def boxes(answers: Values) -> dict[str, object]:
        return {name: to_input(definition.by_id[name], value) for name, value in answers.items()}

    shown: dict[str, Any] = (
        {"rows": [boxes(row) for row in rows_of(first)]} if "rows" in first else boxes(first)
    )
    assert draft(section, shown).values == first
