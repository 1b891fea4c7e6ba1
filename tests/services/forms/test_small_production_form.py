"""The small-industry production form holds what Permenperin 13/2025 and the ministry's form ask for."""

import pytest
from pydantic import ValidationError

from services.i18n import translator
from services.reports.definition import FieldsSection
from services.reports.display import shown
from services.reports.fields import NumberField, RupiahField
from services.reports.typed import from_pairs
from tests.services.forms.filled import PERIOD, draft, form, stored, typed

LEGAL_LIST = [
    "nilai investasi tanpa tanah dan bangunan",
    "kapasitas produksi",
    "kapasitas terpasang",
    "produksi",
    "bahan baku",
    "nilai investasi tanah dan bangunan",
    "tenaga kerja",
    "penggunaan air baku untuk proses produksi",
    "penggunaan bahan bakar dan pelumas",
    "penggunaan tenaga listrik untuk produksi",
    "mesin dan peralatan produksi",
]


def test_the_eleven_items_of_the_regulation_are_all_asked_once() -> None:
    assert sorted(item for section in form().sections for item in section.legal) == sorted(LEGAL_LIST)


def test_the_pages_come_in_the_order_of_the_official_guide() -> None:
    assert [section.title for section in form().sections] == [
        "Data Umum",
        "Data Khusus",
        "Investasi",
        "Tenaga Kerja",
        "Bahan Baku",
        "Air Baku",
        "Bahan Bakar, Pelumas, dan Listrik",
        "Kapasitas Produksi",
        "Produksi",
        "Mesin/Peralatan Produksi",
    ]


@pytest.mark.parametrize(
    ("section", "labels"),
    [
        (
            "general_data",
            "Periode yang dilaporkan|Tahun|Nilai Mesin|Nilai Lainnya|Modal Kerja|"
            "Apakah Perusahaan Menggunakan Jasa Maklon?|Apakah Perusahaan Menyediakan Jasa Maklon?",
        ),
        ("signatory_data", "Nama Pemilik yang Menandatangani Laporan|Jenis Kelamin|Tingkat Pendidikan"),
        ("investment", "Nilai Tanah|Nilai Bangunan"),
        (
            "raw_materials",
            "Nama Bahan Baku|Spesifikasi|Sumber Bahan Baku|Satuan|Apakah Impor Langsung?|"
            "Jumlah dari Dalam Negeri|Nilai dari Dalam Negeri|Kode HS|Jumlah dari Luar Negeri|"
            "Nilai dari Luar Negeri|Negara Asal",
        ),
        ("raw_water", "Air Tanah|Perusahaan Penyedia Air|Air Permukaan"),
        ("machines", "Jenis Mesin|Tahun Pembelian|Jumlah|Status Kepemilikan"),
    ],
)
def test_questions_carry_their_official_names(section: str, labels: str) -> None:
    assert [field.label for field in form().by_id[section].fields] == labels.split("|")


def test_the_workforce_is_a_grid_of_eight_and_two_kinds_of_competence() -> None:
    workforce = form().by_id["workforce"]
    [total] = workforce.totals
    assert len(total.sum) == 8
    assert set(workforce.by_id) - set(total.sum) == {"skkni_certified", "other_certified"}


def test_only_the_two_cumulative_amounts_are_compared_with_the_previous_report() -> None:
    compared = [
        field.id
        for section in form().sections
        for field in section.fields
        if getattr(field, "not_lower_than_previous", None)
    ]
    assert compared == ["machine_value", "other_fixed_value"]


def test_no_text_speaks_of_semesters() -> None:
    from services.reports.definition import texts

    assert not [text for text in texts(form()) if "semester" in text.lower()]


def test_every_number_says_in_what_it_is_counted() -> None:
    without = [
        f"{section.id}.{field.id}"
        for section in form().sections
        for field in section.fields
        if isinstance(field, NumberField) and not (field.unit or field.unit_from)
    ]
    assert without == []
    assert {f.unit for s in form().sections for f in s.fields if isinstance(f, RupiahField)} == {"Rp"}


def test_a_page_of_boxes_becomes_the_same_answers() -> None:
    pairs = [("_csrf", "t"), ("version", "3")]
    for name, answer in typed()["fuel_and_electricity"].items():
        pairs += [(name, text) for text in (answer if isinstance(answer, list) else [answer])]
    raw = from_pairs(form().by_id["fuel_and_electricity"], pairs, own={"_csrf", "version"})
    assert draft("fuel_and_electricity", raw).values == stored()["fuel_and_electricity"]
    assert draft("fuel_and_electricity", raw).errors == []


def test_a_table_of_boxes_becomes_the_same_rows_whatever_their_numbers() -> None:
    pairs = [("action", "save")]
    for number, row in zip((7, 2), reversed(typed()["machines"]["rows"]), strict=True):
        pairs += [(f"rows.{number}.{name}", text) for name, text in row.items()]
    raw = from_pairs(form().by_id["machines"], pairs, own={"action"})
    assert draft("machines", raw).values == stored()["machines"]


def test_a_box_the_form_does_not_have_is_told_not_swallowed() -> None:
    raw = from_pairs(form().by_id["machines"], [("rows.0.colour", "merah"), ("rows.x", "1"), ("stray", "2")])
    assert {error.field for error in draft("machines", raw).errors} == {"rows.0.colour", "rows.x", "stray"}


@pytest.mark.parametrize(
    ("section", "field", "text"),
    [
        ("production", "kbli", "31012 – Industri Furnitur dari Rotan dan Bambu (KBLI 2025)"),
        ("production", "value", "Rp480.000.000"),
        ("production", "export_percent", "62,5"),
        ("production", "exported", "Ya"),
        ("production", "destination_countries", "Jepang, Belanda"),
        ("production", "unit", "unit"),
        ("machines", "ownership", "Milik Sendiri"),
        ("machines", "purchase_year", "2019"),
    ],
)
def test_answers_are_shown_as_people_read_them(section: str, field: str, text: str) -> None:
    row = stored()[section]["rows"][0]
    assert shown(form().by_id[section].by_id[field], row[field], translator("id")) == text


def test_the_report_answers_period_and_year_itself() -> None:
    computed = draft("general_data", {}).computed
    assert (computed["period"], computed["year"]) == (str(PERIOD), PERIOD.year)


def test_the_workforce_is_typed_as_a_table_of_two_by_two_by_two() -> None:
    section = form().by_id["workforce"]
    assert isinstance(section, FieldsSection)
    (grid,) = section.grids
    assert [len(group.columns) for group in grid.groups] == [2, 2]
    assert [len(row.cells) for row in grid.rows] == [4, 4]
    assert sorted(grid.cells) == sorted(section.totals[0].sum)


@pytest.mark.parametrize("cells", [["male_production_permanent"], ["nobody"] * 4, ["skkni_certified"] * 4])
def test_a_grid_with_a_gap_a_stranger_or_a_hint_is_refused(cells: list[str]) -> None:
    section = form().by_id["workforce"].model_dump()
    section["grids"][0]["rows"][0]["cells"] = cells
    with pytest.raises(ValidationError):
        FieldsSection.model_validate(section)
