"""Example contexts of the administrators' and developers' pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from api.pages import examples, shapes
from api.pages.examples import NOW, deadline
from api.pages.rendering import Form
from tests.pages.example_officer import PAGING, STUCK, option

EXTENSION = {
    "id": "x1",
    "status": "previewed",
    "scope": "region",
    "target_label": "Kalimantan Timur",
    "period": "Triwulan IV 2026",
    "stage": "",
    "target_before": deadline(5).due_before,
    "instrument": "Pengumuman Pusdatin 4/2027",
    "reason": "gangguan jaringan",
    "notify": True,
    "requested_by": "Administrator 1",
    "requested_at": NOW,
    "approved_by": "",
    "approved_at": None,
    "applied_at": None,
    "undone_by": "",
    "undone_at": None,
    "case_id": "c9",
    "cases": 4120,
}


def dry_run() -> dict[str, Any]:
    tile, old, new = shapes.Tile, deadline().due_before, deadline(5).due_before
    return {
        "extension": EXTENSION,
        "document": {"href": "/dokumen/1", "name": "pengumuman.pdf"},
        "previewed_at": NOW,
        "may_approve": True,
        "needs_second": False,
        "limit": 1000,
        "may_cancel": True,
        "may_undo": False,
        "undo_refused": "",
        "moving": False,
        "sampled": True,
        "progress": None,
        "form": Form(),
        "paging": PAGING,
        "tiles": [
            tile("Batas waktu berubah", "4.105", tone="info"),
            tile("Tetap", "15", "sudah lebih lambat"),
            tile("Pesan", "3.987"),
            tile("Perlu dilihat", "2", tone="warning"),
        ],
        "groups": [
            {"old_before": old, "new_before": new, "cases": 4105, "note": ""},
            {"old_before": new, "new_before": new, "cases": 15, "note": "sudah diperpanjang"},
        ],
        "lines": [
            {
                "title": "PT Contoh Rotan Mahakam",
                "href": "#",
                "region": "Kota Samarinda",
                "old_before": old,
                "new_before": new,
                "note": "",
            }
        ],
        "clashes": ["Dua kasus sedang ditahan; batas waktunya tetap ikut berubah."],
    }


def period() -> dict[str, Any]:
    shown = {
        "code": "2026-Q4",
        "label": "Triwulan IV 2026",
        "status": "open",
        "regime": "Permenperin 13/2025",
        "opens_at": NOW - timedelta(days=10),
        "sending_opens_at": NOW - timedelta(days=5),
        "due_before": deadline().due_before,
        "case_id": "c5",
    }
    moments = [
        {
            "label": "Kewajiban dibuat",
            "at": NOW - timedelta(days=10),
            "state": "done",
            "detail": "160.214 kewajiban",
        },
        {
            "label": "Pengingat 3 hari sebelum",
            "at": NOW + timedelta(days=1),
            "state": "current",
            "detail": "",
        },
        {"label": "Batas waktu", "at": deadline().due_before, "state": "todo", "detail": ""},
    ]
    tiles = [
        shapes.Tile("Kewajiban", "160.214"),
        shapes.Tile("Terkirim", "24.120", "15 %", "positive"),
        shapes.Tile("Konsep", "8.300", tone="warning"),
    ]
    return {
        "period": shown,
        "moments": moments,
        "tiles": tiles,
        "extensions": [EXTENSION | {"href": "#"}],
        "single": 12,
        "may_open": True,
        "periods": [shapes.Tab("2026-Q4", "#", True)],
        "form": Form(),
    }


def health() -> dict[str, Any]:
    lane = {
        "name": "notices",
        "queued": 1204,
        "later": 310,
        "oldest": NOW - timedelta(minutes=12),
        "held": "",
        "undecided": 0,
    }
    letter = {
        "id": "m1",
        "subject": "Surat Peringatan I",
        "recipient": "k•••@rotan-mahakam.example",
        "lane": "legal",
        "since": NOW - timedelta(days=1),
        "why": "mungkin sudah terkirim sebelum pemulihan cadangan",
        "href": "#",
    }
    return {
        "parts_up": [
            {"label": "PostgreSQL", "state": "ok", "detail": "18.6"},
            {"label": "Temporal", "state": "degraded", "detail": "tidak menjawab"},
        ],
        "tiles": [
            shapes.Tile("Belum bangun", "3", tone="warning"),
            shapes.Tile("Macet", "1", tone="negative"),
        ],
        "stuck": [{"id": "c1", "title": "PT Contoh Galangan Berau", "href": "#", "version": 3} | STUCK],
        "lanes": [
            lane,
            lane | {"name": "legal", "oldest": None, "held": "setelah pemulihan cadangan", "undecided": 1},
        ],
        "held": [letter],
        "chores": [
            {
                "name": "Sidik jari semua kejadian dicatat di luar basis data",
                "done_at": NOW - timedelta(hours=9),
                "handled": 1_204_331,
                "failure": "",
                "late": False,
            },
            {
                "name": "Berkas karantina dipindai ulang",
                "done_at": NOW - timedelta(days=3),
                "handled": 0,
                "failure": "FileNotFoundError",
                "late": True,
            },
        ],
        "may_operate": True,
        "may_mail": True,
        "clock": {"now": NOW, "rehearsal": True, "next": NOW + timedelta(days=1)},
    }


PERSON = {
    "id": "p1",
    "username": "dinas.kaltim",
    "name": "Petugas Daerah 1",
    "email": "dinas-kaltim@dinas.example",
    "status": "active",
    "roles": ["Petugas daerah (Kalimantan Timur)"],
}
CHOICES = {
    "roles": [option("upp_officer", "Petugas UPP"), option("regional_officer", "Petugas daerah")],
    "regions": [option("64", "Kalimantan Timur")],
}


def person() -> dict[str, Any]:
    return {
        "person": PERSON | {"created_at": NOW, "second_factor": NOW, "password_set_at": None},
        "grants": [{"id": "g1", "label": "Petugas daerah (Kalimantan Timur)", "granted_at": NOW}],
        "may_manage": True,
        "oneself": False,
        "form": Form(),
        **CHOICES,
    }


def clock() -> dict[str, Any]:
    return {
        "clock": {"now": NOW, "target": None, "moments": 214, "failure": ""},
        "upcoming": [
            {"at": NOW + timedelta(hours=2), "what": "Periode pelaporan", "count": 1, "titles": "2026-Q4"},
            {"at": NOW + timedelta(hours=3), "what": "Surat berangkat", "count": 4120, "titles": ""},
        ],
        "form": Form(),
    }


def reads() -> dict[str, Any]:
    row = {
        "at": NOW,
        "reader": "Petugas UPP 1 (Petugas)",
        "what": "pendaftaran",
        "purpose": "Pemeriksaan pendaftaran",
        "title": "PT Contoh Rotan Mahakam",
        "href": "#",
    }
    unnamed = row | {"title": "", "href": "", "what": "pencarian"}
    return {"reads": [row, unnamed], "search": {"akun": 1207, "petugas": ""}, "paging": PAGING}


def acts() -> dict[str, Any]:
    row = {
        "at": NOW,
        "by": "Petugas Admin 1 (Petugas)",
        "what": "Jalur surat dilepaskan",
        "about": "Surat resmi",
        "why": "Semua surat diperiksa. (ditahan karena: setelah pemulihan cadangan)",
    }
    created = row | {"what": "Pengguna ditambahkan", "about": "Petugas UPP 7 (Petugas)", "why": ""}
    return {"acts": [row, created], "paging": PAGING}


def mail() -> dict[str, Any]:
    row = {
        "id": "m1",
        "to": "kantor@rotan-mahakam.example",
        "subject": "Akun Tenggat Anda",
        "accepted_at": NOW,
    }
    opened = row | {
        "from": "tenggat@tenggat.example",
        "text": "Nama pengguna: rotan.mahakam\n…",
        "message_id": "<a@tenggat.example>",
        "links": ["http://127.0.0.1/aktivasi/t"],
        "attachments": [
            {"filename": "00001-SP-1-64.72-2027.pdf", "media_type": "application/pdf", "size": 58_211}
        ],
        "frame": "/dev/mail/m1/html",
    }
    return {"mails": [row], "opened": opened, "q": "", "paging": PAGING}


EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "admin/extensions.html": lambda: {"extensions": [EXTENSION], "may_create": True, "paging": PAGING},
    "admin/extension_new.html": lambda: {
        "form": Form({"scope": "region"}),
        "periods": [option("2026-Q4", "Triwulan IV 2026")],
        "stages": [option("production", "Tahap produksi")],
        "regions": [option("64", "Kalimantan Timur")],
        "scopes": [
            option("period", "Satu periode"),
            option("region", "Satu wilayah"),
            option("kbli", "Kelompok KBLI"),
            option("accounts", "Daftar perusahaan"),
        ],
        "kept": None,
        "document_token": "",
        "case_title": "",
    },
    "admin/extension.html": dry_run,
    "admin/extension.html#applied": lambda: (
        dry_run()
        | {
            "extension": EXTENSION
            | {"status": "applied", "approved_by": "Administrator 2", "approved_at": NOW, "applied_at": NOW},
            "may_undo": True,
            "undo_refused": "",
            "may_cancel": False,
            "moving": True,
            "sampled": False,
            "progress": {"done": 2000, "total": 4120},
        }
    ),
    "admin/extension.html#draft": lambda: (
        dry_run() | {"extension": EXTENSION | {"status": "draft"}, "may_approve": False}
    ),
    "admin/period.html": period,
    "admin/periods.html": lambda: {
        "periods": [
            {
                "code": "2026-Q4",
                "label": "Triwulan IV 2026",
                "status": "open",
                "due_before": deadline().due_before,
                "counts": {"expected": 160214, "on_time": 24120, "late": 310, "missing": 135784},
            },
            {
                "code": "2027-Q1",
                "label": "Triwulan I 2027",
                "status": "planned",
                "due_before": deadline(90).due_before,
                "counts": None,
            },
        ]
    },
    "admin/health.html": health,
    "admin/health.html#reader": lambda: (
        health() | {"may_operate": False, "may_mail": False, "held": [], "stuck": []}
    ),
    "admin/people.html": lambda: {
        "people": [PERSON, PERSON | {"roles": [], "status": "disabled", "name": ""}],
        "q": "",
        "may_manage": True,
        "paging": PAGING,
    },
    "admin/person_new.html": lambda: {"form": Form(), **CHOICES},
    "admin/person.html": person,
    "admin/person.html#disabled": lambda: (
        person()
        | {
            "person": PERSON
            | {"status": "disabled", "created_at": NOW, "second_factor": None, "password_set_at": NOW}
        }
    ),
    "admin/person.html#oneself": lambda: person() | {"oneself": True, "grants": []},
    "admin/clock.html": clock,
    "admin/clock.html#advancing": lambda: (
        clock()
        | {"clock": {"now": NOW, "target": NOW + timedelta(days=30), "moments": 214, "failure": "NotAtRest"}}
    ),
    "admin/reads.html": reads,
    "admin/acts.html": acts,
    "dev/mail.html": mail,
    "dev/components.html": examples.components,
}
