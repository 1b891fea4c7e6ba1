"""Example contexts of a company's pages."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from api.pages import shapes
from api.pages.company import successors
from api.pages.examples import NOW, deadline, duties, fields, password_rules
from api.pages.rendering import Form
from services.errors import FieldError
from services.i18n import N_, translator
from tests.pages.example_more_time import request
from tests.pages.example_small_cases import letter

PAGING = shapes.Paging(2, 2)
SECTIONS = (
    "Data Umum",
    "Data Khusus",
    "Investasi",
    "Tenaga Kerja",
    "Bahan Baku",
    "Air Baku",
    "Bahan Bakar dan Pelumas",
    "Kapasitas Produksi",
    "Produksi",
    "Mesin/Peralatan",
    "Surat Pernyataan",
    "Kirim Laporan",
)
REPORT = {
    "id": "p1",
    "number": 10022,
    "period": "Triwulan IV 2026",
    "stage": "production",
    "status": "draft",
    "deadline": deadline(),
    "saved_at": NOW,
}


def report_sections(current: int) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "href": "#",
            "state": "done" if n < current else "problem" if n == 7 else "todo",
            "current": n == current,
        }
        for n, label in enumerate(SECTIONS)
    ]


def home() -> dict[str, Any]:
    owed = duties()
    items = [
        {"id": "m1", "subject": "Batas waktu Triwulan IV 2026 diperpanjang", "at": NOW, "unread": True},
        {
            "id": "m2",
            "subject": "Pengingat: laporan jatuh tempo 10 Januari 2027",
            "at": NOW - timedelta(days=3),
            "unread": False,
        },
    ]
    return {
        "account": {"name": "PT Contoh Rotan Mahakam", "address": "Jl. Contoh Raya No. 17, Kota Samarinda"},
        "owed": owed[:3],
        "settled": owed[4:],
        "missing": [
            shapes.Check(
                "Perizinan: PBSI belum divalidasi UPP",
                False,
                "/perizinan",
                "laporan dapat diisi, belum dapat dikirim",
            )
        ],
        "banners": ["Batas waktu Triwulan IV 2026 diperpanjang sampai dengan 15 Januari 2027."],
        "requests": [request()],
        "letters": [letter()],
        "announcements": items,
    }


def empty_home() -> dict[str, Any]:
    nothing: dict[str, Any] = {"owed": [], "settled": [], "missing": [], "banners": [], "announcements": []}
    return home() | nothing | {"requests": [], "letters": []}


def profile_overview() -> dict[str, Any]:
    sections = [
        shapes.Check(label, n < 3, "#", "" if n < 3 else "belum diisi")
        for n, label in enumerate(
            (
                "Data Umum",
                "Alamat Kantor Pusat",
                "Alamat Pabrik",
                "Bidang Usaha",
                "Kapasitas Produksi",
                "Perizinan",
                "Contact Person",
            )
        )
    ]
    account = {
        "name": "PT Contoh Rotan Mahakam",
        "nib": "9120000000017",
        "npwp": "012345678722000",
        "type": "A",
        "number": 1207,
    }
    return {"account": account, "sections": sections, "ownership_proof": "/bukti"}


def profile_section() -> dict[str, Any]:
    return {
        "section": {"id": "general", "title": "Data Umum", "help": "Data tetap perusahaan."},
        "fields_shown": fields()[:3],
        "form": Form({"product": "Rotan"}),
        "version": 3,
        "locked": "",
        "next": {"label": "Alamat Kantor Pusat", "href": "#"},
    }


def rows_context() -> dict[str, Any]:
    return {
        "columns": [shapes.Column("Produk"), shapes.Column("KBLI"), shapes.Column("Jumlah", numeric=True)],
        "rows": [
            shapes.TableRow("a", ["Keranjang rotan", "31002", "1.250"]),
            shapes.TableRow("b", ["Kursi rotan", "31002", "340"]),
        ],
        "fields_shown": fields()[:3],
        "editing": "b",
        "version": 3,
        "form": Form({"product": "Kursi rotan"}, [FieldError("quantity", N_("Wajib diisi."))]),
    }


def licences() -> dict[str, Any]:
    licence = {
        "id": "l1",
        "type": "Perizinan Berusaha Sektor Industri",
        "kbli": ["31002"],
        "number": "9120000000017000",
        "document_date": date(2024, 7, 1),
        "expires_on": None,
        "uploaded_at": NOW,
        "verified_at": NOW,
        "upp": "valid",
        "ss": "unverified",
        "note": "",
        "document": "/dokumen/1",
        "case_id": "c1",
        "replace": "/perizinan?ganti=l1#isian",
    }
    bad = licence | {
        "id": "l2",
        "type": "Akta Perusahaan",
        "kbli": [],
        "number": None,
        "document_date": None,
        "verified_at": None,
        "upp": "invalid",
        "ss": "not_applicable",
        "note": "Halaman terakhir tidak ada.",
        "document": "",
    }
    option = shapes.Option
    return {
        "licences": [licence, bad],
        "form": Form(),
        "types": [option("pbsi", "Perizinan Berusaha Sektor Industri")],
        "kblis": [option("31002", "31002 Industri furnitur dari rotan")],
        "risks": [option("low", "Rendah"), option("high", "Tinggi")],
        "kept": None,
        "document_token": "",
        "replaced": None,
    }


def reports() -> dict[str, Any]:
    first = REPORT | {
        "sent_at": None,
        "action": shapes.Action("Lanjutkan", "/laporan/p1"),
        "receipt": "",
        "deletable": True,
    }
    sent = first | {
        "id": "p2",
        "number": 10011,
        "period": "Triwulan III 2026",
        "status": "validated",
        "sent_at": NOW - timedelta(days=90),
        "deadline": deadline(-92, met_at=NOW - timedelta(days=90)),
        "action": None,
        "receipt": "/laporan/p2/bukti",
        "deletable": False,
    }
    tabs = [
        shapes.Tab("Tahap produksi", "?tahap=production", True),
        shapes.Tab("Tahap pembangunan", "?tahap=construction"),
    ]
    owed = {
        "period": "Triwulan IV 2025",
        "code": "2025-Q4",
        "stage": "production",
        "deadline": deadline(-365),
    }
    return {"reports": [first, sent], "unopened": [owed], "stage_tabs": tabs, "paging": PAGING}


def announcements() -> dict[str, Any]:
    items = [
        item | {"excerpt": "Karena gangguan jaringan, laporan dapat dikirim sampai 15 Januari 2027."}
        for item in home()["announcements"]
    ]
    opened = {
        "subject": items[0]["subject"],
        "at": NOW,
        "body": ["Batas waktu baru: 15 Januari 2027."],
        "link": "/laporan/p1",
    }
    return {"announcements": items, "opened": opened, "paging": PAGING}


def people() -> dict[str, Any]:
    person = {
        "username": "a1207",
        "name": "Bagian Pelaporan",
        "email": "lapor@rotan.example",
        "status": "active",
    }
    invited = person | {"username": "gudang", "name": "Bagian Gudang", "status": "invited"}
    return {
        "people": [person, invited],
        "own": "a1207",
        "form": Form({}, [FieldError("current_password", N_("Wajib diisi."))]),
        "rules": password_rules(),
        "valid_months": 6,
    }


EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "company/home.html": home,
    "company/home.html#empty": empty_home,
    "company/people.html": people,
    "company/profile_overview.html": profile_overview,
    "company/profile_section.html": profile_section,
    "company/profile_section.html#locked": lambda: (
        profile_section() | {"locked": "Alamat diubah dengan surat.", "next": None}
    ),
    "company/profile_rows.html": lambda: (
        rows_context()
        | {"section": {"id": "capacity", "title": "Kapasitas Produksi", "help": "", "row_name": "kapasitas"}}
        | {"document_token": ""}
    ),
    "company/profile_rows.html#older-kbli": lambda: (
        rows_context()
        | {"section": {"id": "business_fields", "title": "Bidang Usaha", "help": "", "row_name": "KBLI"}}
        | {
            "document_token": "",
            "successors": successors.proposed(
                [{"kbli": "2020:31002"}, {"kbli": "2020:16221"}, {"kbli": "2020:30113"}], translator("id")
            ),
        }
    ),
    "company/licences.html": licences,
    "company/licences.html#replacing": lambda: licences() | {"replaced": licences()["licences"][0]},
    "company/reports.html": reports,
    "company/announcements.html": announcements,
    "company/announcements.html#empty": lambda: announcements() | {"announcements": [], "opened": None},
}
