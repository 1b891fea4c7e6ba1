"""Example contexts of the officers', administrators' and developers' pages."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from api.pages import examples, shapes
from api.pages.examples import NOW, deadline
from api.pages.rendering import Form
from services.errors import FieldError

PAGING = shapes.Paging(4, 1204, next="?sesudah=b")
CASE = {
    "id": "c1",
    "title": "PT Contoh Rotan Mahakam",
    "kind": "report",
    "status": "sent",
    "subtitle": "Tahap produksi · #10022",
    "version": 7,
    "region": "Kota Samarinda",
    "period": "Triwulan IV 2026",
    "assignee": "",
    "held": "",
    "stuck": None,
}
DOCUMENT = {
    "name": "nib-contoh.pdf",
    "href": "#",
    "view": "/static/favicon.svg",
    "size": 1_482_113,
    "kind": "pdf",
    "state": "clean",
}
STUCK = {
    "step": "remind",
    "message": "Alamat e-mail narahubung tidak ada.",
    "since": NOW - timedelta(hours=3),
    "resolvable": True,
}
option = shapes.Option
REGIONS = [option("64", "Kalimantan Timur")]


def queue() -> dict[str, Any]:
    shared = examples.components()
    return {
        "tabs": shared["tabs"],
        "tiles": shared["tiles"],
        "search": shapes.Search({"meja": "registrations", "q": "", "region": "64"}, {"region": REGIONS}),
        "cases": examples.cases(),
        "paging": PAGING,
        "problem": "",
        "by_finding": "",
        "enter_letter": "/pendaftaran-instansi",
    }


def cases() -> dict[str, Any]:
    values = {"q": "rotan", "kind": "", "status": "", "region": "64", "period": "", "due_before": ""}
    options = {
        "kind": [option("report", "Laporan berkala")],
        "status": [option("sent", "Telah Terkirim")],
        "region": [option("64", "Kalimantan Timur")],
        "period": [option("2026-Q4", "Triwulan IV 2026")],
    }
    sorts = {"title": "?urut=nama", "sorted_title": "", "due": "?urut=-batas", "sorted_due": "asc"}
    return {
        "search": shapes.Search(values, options),
        "cases": examples.cases(),
        "sorts": sorts,
        "paging": PAGING,
        "problem": "",
    }


def case() -> dict[str, Any]:
    decision = {
        "title": "Verifikasi",
        "help": "Kembalikan bila ada yang kurang jelas atau kurang lengkap.",
        "form": Form(),
        "action": "/kasus/c1/verifikasi",
        "hidden": {},
        "fields": [shapes.Field("note", "textarea", "Catatan untuk perusahaan", required=False)],
        "choices": [
            {
                "value": "verified",
                "label": "Terverifikasi",
                "kind": "primary",
                "consequence": "laporan diteruskan kepada validator direktorat pembina.",
            },
            {
                "value": "returned",
                "label": "Kembalikan",
                "kind": "secondary",
                "consequence": "perusahaan memperbaiki dan mengirim ulang dalam lima hari kerja.",
            },
        ],
    }
    messages = [
        shapes.MessageRow(
            "Pengingat laporan Triwulan IV 2026",
            "n•••@rotan-mahakam.example",
            "done",
            NOW - timedelta(days=10),
        ),
        shapes.MessageRow(
            "Bukti penerimaan laporan",
            "n•••@rotan-mahakam.example",
            "bounced",
            NOW,
            "550 kotak surat tidak ada",
        ),
    ]
    extended = deadline(
        5,
        base_before=deadline().due_before,
        extension=shapes.ExtensionView("Pengumuman Pusdatin 4/2027", "gangguan jaringan"),
    )
    return {
        "case": CASE,
        **examples.timeline(),
        "decision": decision,
        "messages": messages,
        "deadlines_shown": [extended, deadline(6, label="Sasaran verifikasi")],
        "facts": [("Akun", "1207"), ("NIB", "9120000000017"), ("KBLI", "31002")],
        "documents": examples.components()["documents"],
        "notes": [shapes.NoteRow("Verifikator 1", NOW, "Bandingkan dengan triwulan lalu.")],
        "baseline": baseline(),
        "links": [shapes.Action("Buka isi laporan", "#", "secondary")],
        "note_form": Form(),
        "hold_form": Form(),
        "may_note": True,
        "holdable": True,
        "assignees": [option("p1", "Verifikator 1")],
    }


def baseline() -> dict[str, Any]:
    lowered = {
        "field": "Nilai Mesin",
        "value": 2_500_000_000,
        "period": "Triwulan III 2026",
        "reason": "Satu mesin bubut dijual; faktur penjualan terlampir pada tiket asistensi.",
        "by": "Verifikator 1 (Petugas)",
        "at": NOW,
    }
    typed = {"baseline_field": "general_data.machine_value", "baseline_value": "3.000.000.000"}
    wrong = FieldError("baseline_value", "Nilai harus lebih rendah daripada nilai pembanding sekarang.")
    return {
        "period": "Triwulan III 2026",
        "amounts": [("Nilai Mesin", "Rp2.500.000.000"), ("Nilai Lainnya", "Rp400.000.000")],
        "options": [
            option("general_data.machine_value", "Nilai Mesin"),
            option("general_data.other_fixed_value", "Nilai Lainnya"),
        ],
        "lowered": [lowered],
        "open": True,
        "form": Form(typed, [wrong]),
    }


def stuck_case() -> dict[str, Any]:
    return case() | {
        "case": CASE | {"held": "Menunggu klarifikasi perusahaan.", "stuck": STUCK},
        "decision": None,
        "messages": [],
        "documents": [],
        "deadlines_shown": [],
        "future": [],
        "facts": [],
        "notes": [],
        "baseline": None,
        "links": [],
        "assignees": [],
    }


def institution_letter() -> dict[str, Any]:
    return {
        "form": Form(),
        "institutions": [option("province", "Pemerintah provinsi"), option("ministry", "Kementerian")],
        "bases": [option("letter", "Surat dinas"), option("agreement", "Perjanjian kerja sama")],
        "regions": [option("64", "Kalimantan Timur", options=[option("64", "Provinsi Kalimantan Timur")])],
        "document": None,
        "document_token": "",
    }


def institution_registration() -> dict[str, Any]:
    context = registration()
    shown = {
        "kind": "government",
        "company_name": "Dinas Perindustrian Contoh",
        "institution": "Pemerintah provinsi",
        "letter_basis": "Surat dinas",
        "letter_number": "005/17/DISPERIN",
        "letter_date": date(2027, 1, 4),
        "npwp_warning": False,
    }
    return context | {
        "registration": context["registration"] | shown,
        "similar": [],
        "checklist": [option("official_letter", "Nomor dan tanggal sesuai dengan surat")],
        "types": [option("D", "Tipe D: instansi pemerintah")],
    }


def registration() -> dict[str, Any]:
    shown = {
        "number": 100001,
        "company_name": "PT Contoh Rotan Mahakam",
        "nib": "9120000000017",
        "npwp": "01.234.567.8-722.000",
        "npwp_warning": True,
        "email": "kantor@rotan-mahakam.example",
        "region": "Kota Samarinda, Kalimantan Timur",
        "address": "Jl. Contoh Raya No. 17",
        "kind": "company",
        "submitted_at": NOW,
        "submission": 2,
        "returned_for": "Alamat pabrik belum sama dengan NIB.",
    }
    return {
        "case": CASE
        | {"kind": "registration", "status": "submitted", "title": "PT Contoh Rotan Mahakam", "period": ""},
        "registration": shown,
        "story": "/kasus/c1",
        "similar": [{"label": "#1207, Jl. Contoh Raya No. 15", "href": "#"}],
        "document": DOCUMENT,
        "deadline": deadline(-3, label="Keputusan UPP"),
        "checklist": [
            option("email_matches", "E-mail sama dengan yang tercantum di NIB"),
            option("licence_valid", "NIB berbasis risiko (OSS RBA) dan berlaku"),
            option("type_fits", "Jenis akun sesuai dengan perizinan"),
        ],
        "types": [
            option("A", "A: perusahaan industri"),
            option("B", "B: perusahaan kawasan industri"),
            option("C", "C: usaha lain"),
        ],
        "form": Form({"checklist": ["email_matches"]}),
        "decided": None,
    }


def licence() -> dict[str, Any]:
    shown = {
        "type": "Perizinan Berusaha Sektor Industri",
        "number": "912000",
        "document_date": date(2024, 7, 1),
        "expires_on": None,
        "kbli": ["31002"],
        "risk_level": "Rendah",
        "uploaded_at": NOW,
        "ss": "unverified",
        "upp": "pending",
        "note": "",
    }
    return {
        "case": CASE | {"kind": "licence-review", "status": "pending"},
        "licence": shown,
        "account": {
            "name": "PT Contoh Rotan Mahakam",
            "nib": "9120000000017",
            "href": "#",
            "scale": "small",
            "cross_region": False,
        },
        "document": DOCUMENT | {"kind": "image", "state": "quarantined"},
        "deadline": deadline(),
        "form": Form(),
        "decided": None,
        "decidable": True,
        "story": "/kasus/c1",
        "scales": [option("small", "Kecil")],
        "ss_options": [
            option("not_applicable", "Tidak berlaku"),
            option("unverified", "Belum terverifikasi"),
            option("verified", "Terverifikasi"),
        ],
    }


ACCOUNT = {
    "id": "a1",
    "number": 1207,
    "name": "PT Contoh Rotan Mahakam",
    "type": "Tipe A: perusahaan industri",
    "status": "active",
    "nib": "9120000000017",
    "npwp": "01.234.567.8-722.000",
    "username": "a1207",
    "email": "kantor@rotan-mahakam.example",
    "address": "Jl. Contoh Raya No. 17",
    "region": "Kota Samarinda",
    "created_at": NOW - timedelta(days=90),
    "voided_at": None,
    "void_reason": None,
}


def account() -> dict[str, Any]:
    return {
        "account": ACCOUNT,
        "business_fields": "31002, 16291",
        "operation": "Beroperasi komersial sejak 1 Oktober 2026; sedang melakukan perluasan",
        "questioned": True,
        "people": [{"username": "a1207", "name": "PT Contoh Rotan Mahakam", "status": "active"}],
        "reached_by": [
            {
                "address": "lapor@rotan.example",
                "notices": True,
                "bounced_at": NOW,
                "answer": "5.1.1 no such user",
            },
            {"address": "nib@rotan.example", "notices": False, "bounced_at": None, "answer": None},
        ],
        "next_letters": [
            {
                "letter": 2,
                "at": NOW,
                "text": "Bila kewajiban belum dipenuhi dan surat terbukti diterima, peringatan berikutnya diusulkan.",
                "href": "#",
                "matter": "Laporan Triwulan III 2026 (produksi)",
            },
            {
                "letter": None,
                "at": None,
                "text": "Menunggu keputusan pejabat.",
                "href": "#",
                "matter": "DL-2026-7",
            },
        ],
        "tasks": [
            {
                "text": "Surel ke alamat ini kembali",
                "address": "lapor@rotan.example",
                "raised_at": NOW,
                "href": "#",
            }
        ],
        "licences": [
            {
                "type": "Perizinan Berusaha Sektor Industri",
                "number": "912000",
                "uploaded_at": NOW,
                "status": "valid",
                "href": "#",
            }
        ],
        "cases": examples.cases(),
        "paging": PAGING,
        "may_void": True,
        "assist": "#",
        "form": Form(),
        "reads": "#",
        "head_office": head_office(),
        "changes": [
            {
                "part": "Alamat Kantor Pusat",
                "differences": [("Jalan dan nomor", "Jl. Lama No. 1", "Jl. Contoh Raya No. 1")],
                "letter": "017/SP/I/2027",
                "letter_date": "30 Desember 2026",
                "href": "#",
                "reason": "",
                "at": NOW,
                "by": "Petugas UPP 1",
            },
            corrected("Investasi Rp 20 miliar menurut OSS."),
            corrected(""),
        ],
        "supervision": supervision(),
    }


def corrected(reason: str) -> dict[str, Any]:
    """What decides whose matter a company is, corrected with a reason or shown by a licence."""
    return {
        "part": "Instansi yang berwenang",
        "differences": [("Skala usaha menurut perizinan", "Kecil", "Besar")],
        "letter": "",
        "letter_date": "",
        "href": "",
        "reason": reason,
        "at": NOW,
        "by": "Petugas UPP 1",
    }


def supervision(**changes: Any) -> dict[str, Any]:
    return {
        "facts": [("Skala usaha menurut perizinan", "Besar"), ("Kegiatan usaha lintas wilayah", "Tidak")],
        "office": "Pemerintah Provinsi Kalimantan Timur",
        "scales": [option("small", "Kecil"), option("medium", "Menengah"), option("large", "Besar")],
        "crossing": False,
        "may": True,
        "form": Form({"determination_scale": "large"}),
        "open": False,
    } | changes


def refused_determination() -> dict[str, Any]:
    typed = {"determination_scale": "medium", "determination_cross_region": "yes", "determination_reason": ""}
    wrong = [FieldError("determination_reason", "Tuliskan alasan perubahan ini.")]
    return supervision(form=Form(typed, wrong), open=True, office="")


def head_office(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Alamat Kantor Pusat",
        "address": [
            ("Jalan dan nomor", "Jl. Contoh Raya No. 1"),
            ("Kabupaten atau kota", "Kota Samarinda"),
            ("Kode pos", "75111"),
        ],
        "fields": [
            shapes.Field("street", "text", "Jalan dan nomor"),
            shapes.Field(
                "region_code", "select", "Kabupaten atau kota", options=[option("64.72", "Samarinda")]
            ),
            shapes.Field("postcode", "text", "Kode pos", width="8"),
        ],
        "version": 1,
        "form": Form({"street": "Jl. Contoh Raya No. 1", "region_code": "64.72", "postcode": "75111"}),
        "kept": None,
        "token": "",
        "open": False,
    } | changes


def refused_address() -> dict[str, Any]:
    """The change of a head office that was refused: everything typed is there, the scan too."""
    typed = {"street": "", "region_code": "64.72", "postcode": "7511", "letter_number": "017/SP/I/2027"}
    wrong = [
        FieldError("street", "Wajib diisi."),
        FieldError("postcode", "Kode pos terdiri atas 5 angka."),
        FieldError("letter_date", "Tanggal surat belum terjadi."),
    ]
    kept = shapes.StoredFile("surat-direktur.pdf", 120_113)
    return head_office(form=Form(typed, wrong), kept=kept, token="t", open=True)


EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "officer/queue.html": queue,
    "officer/queue.html#empty": lambda: queue() | {"cases": [], "paging": shapes.Paging(0)},
    "officer/cases.html": cases,
    "officer/cases.html#problem": lambda: cases() | {"problem": "Kata pencarian paling sedikit 3 karakter."},
    "officer/cases.html#unsorted": lambda: cases() | {"sorts": {}},
    "officer/case.html": case,
    "officer/case.html#stuck": stuck_case,
    "officer/registration_decision.html": registration,
    "officer/registration_decision.html#institution": institution_registration,
    "officer/institution_registration.html": institution_letter,
    "officer/institution_registration.html#refused": lambda: (
        institution_letter()
        | {
            "form": Form(
                {"letter_number": "005/17/DISPERIN"},
                (FieldError("letter_date", "Tanggal surat belum terjadi."),),
                "Periksa kembali isian yang ditandai.",
            ),
            "document": shapes.StoredFile("surat-dinas.pdf", 120_113),
            "document_token": "t",
        }
    ),
    "officer/registration_decision.html#decided": lambda: (
        registration()
        | {
            "decided": {
                "verdict": "accepted",
                "at": NOW,
                "by": "Petugas UPP 1",
                "reason": "",
                "account": "/akun/a1",
            }
        }
    ),
    "officer/licence_decision.html": licence,
    "officer/account.html": account,
    "officer/account.html#refused": lambda: account() | {"head_office": refused_address()},
    "officer/account.html#undetermined": lambda: account() | {"supervision": refused_determination()},
    "officer/account.html#void": lambda: (
        account()
        | {
            "account": ACCOUNT
            | {
                "status": "void",
                "voided_at": NOW,
                "void_reason": "NIB dicabut; terdaftar dengan NIB orang lain.",
            },
            "may_void": False,
            "assist": "",
            "reached_by": [],
            "tasks": [],
            "next_letters": [],
            "licences": [],
            "people": [],
            "cases": [],
            "head_office": head_office(address=[], fields=[]),
            "supervision": supervision(may=False),
            "changes": [],
        }
    ),
    "officer/nda.html": lambda: {
        "paragraphs": ["Data perusahaan bersifat rahasia."],
        "version": 1,
        "next": "/antrean",
        "form": Form(),
        "accepted_at": None,
    },
    "officer/purpose.html": lambda: {
        "case_title": "PT Contoh Rotan Mahakam",
        "action": "/kasus/c1/keperluan",
        "purposes": [option("verification", "Verifikasi laporan")],
        "form": Form(),
    },
}
