"""Example contexts of the pages on which a report is written and sent."""

from collections.abc import Callable
from typing import Any

from api.pages import shapes
from api.pages.examples import NOW, fields
from api.pages.rendering import Form
from services.errors import FieldError
from services.i18n import N_
from tests.pages.example_company import PAGING, REPORT, report_sections, rows_context


def section_grid() -> dict[str, Any]:
    def cell(name: str, label: str) -> shapes.Field:
        return shapes.Field(name, "integer", label, unit="orang")

    rows = [
        (
            who,
            [
                cell(f"{code}_{number}", f"{who}, {what}")
                for number, what in enumerate(
                    ("produksi, tetap", "produksi, tidak tetap", "lainnya, tetap", "lainnya, tidak tetap")
                )
            ],
        )
        for code, who in (("male", "Laki-laki"), ("female", "Perempuan"))
    ]
    kinds = ("Pekerja tetap", "Pekerja tidak tetap")
    grid = shapes.Grid(
        "Jumlah pekerja (orang)", [("Bagian produksi", kinds), ("Bagian lainnya", kinds)], rows
    )
    refused = Form({"male_0": "12", "male_1": "-1"}, [FieldError("male_1", N_("Wajib diisi."))])
    return section_fields() | {
        "fields_shown": [grid, cell("skkni_certified", "Jumlah pekerja dengan sertifikat SKKNI")],
        "form": refused,
        "class_message": "",
    }


def section_fields() -> dict[str, Any]:
    return {
        "report": REPORT,
        "sections": report_sections(0),
        "version": 4,
        "fields_shown": fields()[1:2] + fields()[7:9],
        "section": {
            "id": "general_data",
            "title": "Data Umum",
            "help": "Nilai mesin adalah total nilai pembelian sejak pabrik berdiri sampai akhir periode.",
            "kind": "fields",
            "row_name": "",
        },
        "form": Form(
            {"machine_value": "2.000.000.000", "exported": "false"},
            [
                FieldError(
                    "machine_value",
                    N_("Nilai investasi yang diisi tidak boleh lebih kecil dibandingkan periode sebelumnya"),
                )
            ],
        ),
        "class_message": (
            "Anda diklasifikasikan sebagai Industri Kecil dikarenakan total nilai investasi mesin, "
            "investasi lainnya dan modal kerja adalah Rp. 3.000.000.000."
        ),
        "warnings": [],
        "totals": [("Total nilai investasi", "Rp3.000.000.000")],
        "locked": False,
        "next": {"label": "Data Khusus", "href": "#"},
        "columns": [],
        "rows": [],
        "editing": "",
        "paging": None,
        "empty": "",
    }


def section_rows() -> dict[str, Any]:
    shown = (
        section_fields()
        | rows_context()
        | {"class_message": "", "paging": PAGING, "empty": "Data produksi belum diisi"}
        | {"fields_shown": [*fields()[:3], fields()[4]]}
    )
    section = {
        "id": "production",
        "title": "Produksi",
        "help": "Nilai = HPP × jumlah.",
        "kind": "rows",
        "row_name": "produk",
    }
    return shown | {
        "section": section,
        "sections": report_sections(8),
        "warnings": ["Kode HS kosong padahal produk diekspor langsung."],
    }


def statement() -> dict[str, Any]:
    return {
        "report": REPORT,
        "sections": report_sections(10),
        "form": Form(),
        "version": 9,
        "locked": False,
        "letter": {"number": "017/SP/I/2027", "hash": "4f9c 21ab 77d0", "printed_at": NOW},
        "scan": shapes.StoredFile("surat.pdf", 812_000, "/dokumen/9"),
        "invalidated": True,
        "signatory": {"name": "Pemilik Contoh"},
    }


def send() -> dict[str, Any]:
    checks = [
        shapes.Check("Data Khusus belum diisi secara lengkap", False, "#"),
        shapes.Check("Tenaga kerja", True),
        shapes.Check("Surat Pernyataan belum di upload", False, "#", "PDF, JPG, atau PNG"),
    ]
    return {
        "report": REPORT,
        "sections": report_sections(11),
        "checks": checks,
        "warnings": [],
        "sendable": False,
        "opens_at": None,
        "version": 9,
        "command_id": "c",
        "receipt": "",
        "sent": None,
        "class_message": "",
    }


EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "company/report_section.html": section_fields,
    "company/report_section.html#grid": section_grid,
    "company/report_section.html#rows": section_rows,
    "company/report_section.html#locked": lambda: section_fields() | {"locked": True},
    "company/report_statement.html": statement,
    "company/report_statement.html#first": lambda: (
        statement() | {"letter": None, "scan": None, "invalidated": False, "signatory": None}
    ),
    "company/report_send.html": send,
    "company/report_send.html#ready": lambda: send() | {"sendable": True, "checks": send()["checks"][1:2]},
    "company/report_send.html#early": lambda: send() | {"opens_at": NOW},
    "company/report_send.html#sent": lambda: (
        send()
        | {"receipt": "/laporan/p1/bukti", "sent": {"number": 10022, "at": NOW, "hash": "4f9c21ab77d0"}}
    ),
}
