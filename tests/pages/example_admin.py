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
    "undone_at": None,
    "case_id": "c9",
    "cases": 4120,
}


def dry_run() -> dict[str, Any]:
    tile, old, new = shapes.Tile, deadline().due_before, deadline(5).due_before
    return {
        "extension": EXTENSION,
        "previewed_at": NOW,
        "may_approve": True,
        "needs_second": False,
        "may_undo": False,
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
        "may_open": True,
        "periods": [shapes.Tab("2026-Q4", "#", True)],
        "form": Form(),
    }


def health() -> dict[str, Any]:
    lane = {
        "name": "notices",
        "queued": 1204,
        "oldest": NOW - timedelta(minutes=12),
        "held": "",
        "unknown": 1,
        "bounced": 3,
    }
    return {
        "parts_up": [
            {"label": "PostgreSQL", "state": "ok", "detail": "18.6"},
            {"label": "Temporal", "state": "down", "detail": "tidak menjawab"},
        ],
        "tiles": [
            shapes.Tile("Belum bangun", "3", tone="warning"),
            shapes.Tile("Macet", "1", tone="negative"),
        ],
        "stuck": [{"title": "PT Contoh Galangan Berau", "href": "#"} | STUCK],
        "lanes": [lane, lane | {"name": "legal", "oldest": None, "held": "setelah pemulihan cadangan"}],
        "clock": {"now": NOW, "rehearsal": True, "next": NOW + timedelta(days=1)},
    }


def mail() -> dict[str, Any]:
    row = {
        "id": "m1",
        "to": "kantor@rotan-mahakam.example",
        "subject": "Akun Tenggat Anda",
        "accepted_at": NOW,
        "message_id": "<a@tenggat.example>",
    }
    opened = row | {
        "from": "tenggat@tenggat.example",
        "text": "Nama pengguna: rotan.mahakam\n…",
        "links": ["http://127.0.0.1/aktivasi/t"],
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
        "case_title": "",
    },
    "admin/extension_dry_run.html": dry_run,
    "admin/extension_dry_run.html#applied": lambda: (
        dry_run()
        | {
            "extension": EXTENSION
            | {"status": "applied", "approved_by": "Administrator 2", "approved_at": NOW, "applied_at": NOW},
            "may_undo": True,
            "progress": {"done": 2000, "total": 4120},
        }
    ),
    "admin/period.html": period,
    "admin/periods.html": lambda: {
        "periods": [
            {
                "code": "2026-Q4",
                "label": "Triwulan IV 2026",
                "status": "open",
                "due_before": deadline().due_before,
                "owed": 160214,
                "sent": None,
            }
        ]
    },
    "admin/health.html": health,
    "dev/mail.html": mail,
    "dev/components.html": examples.components,
}
