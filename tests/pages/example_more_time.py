"""Example contexts of the pages about requests for more time and decrees."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from api.pages import shapes
from api.pages.examples import NOW, deadline
from api.pages.rendering import Form
from api.pages.shapes import Option
from tests.pages import example_officer

PAGING = shapes.Paging(1)


def request(**facts: Any) -> dict[str, Any]:
    return {
        "id": "r1",
        "href": "#",
        "number": 1001,
        "status": "submitted",
        "matter": "Batas waktu laporan · Triwulan IV 2026 · Tahap produksi",
        "days": 7,
        "granted_days": None,
        "old_before": deadline().due_before,
        "reason": "Banjir menutup jalan ke pabrik sejak 2 Januari 2027.",
        "submitted_at": NOW,
        "decided_at": None,
        "decision_reason": "",
    } | facts


def asking() -> dict[str, Any]:
    return {
        "matter": request()["matter"],
        "action": "/permohonan-perpanjangan/baru?kasus=1",
        "back": "/beranda",
        "room": {
            "due_before": deadline().due_before,
            "most": 14,
            "latest_before": deadline(14).due_before,
            "basis": "kebijakan layanan",
            "evidence": True,
        },
        "form": Form(),
        "kept": None,
        "document_token": "",
    }


def asked() -> dict[str, Any]:
    return {
        "request": request(),
        "evidence": "/dokumen/1",
        "evidence_name": "surat-bpbd.pdf",
        "may_withdraw": True,
        "withdrawal": "#",
    }


def granted() -> dict[str, Any]:
    decided = {
        "status": "granted",
        "granted_days": 5,
        "decided_at": NOW,
        "decision_reason": "Sesuai surat BPBD.",
    }
    return asked() | {"request": request(**decided), "may_withdraw": False}


def moot() -> dict[str, Any]:
    return asked() | {"request": request(status="moot"), "may_withdraw": False}


def deciding() -> dict[str, Any]:
    return {
        "case": example_officer.licence()["case"] | {"kind": "extension-request", "status": "submitted"},
        "request": request(),
        "target": "#",
        "document": None,
        "deadline": deadline(3),
        "about": deadline(),
        "room": {"most": 14, "latest_before": deadline(14).due_before, "basis": "kebijakan layanan"},
        "refusal": "",
        "decidable": True,
        "decided_by": "",
        "story": "#",
        "form": Form(),
    }


def decided() -> dict[str, Any]:
    return deciding() | {
        "request": granted()["request"],
        "decidable": False,
        "decided_by": "Petugas Kepatuhan",
        "room": None,
        "refusal": "Kewajiban ini sudah dipenuhi atau ditutup; tidak ada yang diperpanjang.",
    }


def days() -> list[dict[str, Any]]:
    names = ("same", "other_kind", "only_decreed", "only_library", "taken_back")
    return [
        {
            "day": date(2027, 3, 8) + timedelta(days=n),
            "finding": finding,
            "decreed": "" if finding == "only_library" else "joint_leave",
            "decreed_name": "Cuti Bersama Contoh",
            "library": "" if finding == "only_decreed" else "holiday",
            "library_name": "Hari Raya Contoh (perkiraan)",
            "estimated": True,
        }
        for n, finding in enumerate(names)
    ]


def decrees() -> dict[str, Any]:
    row = {
        "href": "#",
        "number": 1,
        "instrument": "SKB Contoh 1/2027",
        "place": "Seluruh Indonesia",
        "status": "applied",
        "moving": 1204,
        "requested_by": "Administrator",
        "requested_at": NOW,
    }
    return {
        "year": 2027,
        "earlier": "#",
        "later": "#",
        "region": "",
        "regions": [shapes.Option("64", "Kalimantan Timur", options=[Option("64.72", "Kota Samarinda")])],
        "days": days(),
        "decrees": [row],
        "may_create": True,
    }


def decree_new() -> dict[str, Any]:
    return {
        "form": Form({"layer": "region"}),
        "layers": [Option("decree", "Seluruh Indonesia"), Option("region", "Satu wilayah")],
        "regions": [Option("64", "Kalimantan Timur")],
        "kept": None,
        "document_token": "",
    }


def decree() -> dict[str, Any]:
    old, new = deadline().due_before, deadline(1).due_before
    return {
        "decree": {
            "id": "d1",
            "number": 1,
            "status": "previewed",
            "instrument": "SKB Contoh 1/2027",
            "reason": "Cuti bersama ditambah satu hari",
            "place": "Seluruh Indonesia",
            "notify": True,
            "requested_by": "Administrator",
            "requested_at": NOW,
            "previewed_at": NOW,
            "approved_by": "",
            "approved_at": None,
            "applied_at": None,
            "undone_by": "",
            "undone_at": None,
        },
        "document": {"href": "/dokumen/1", "name": "skb.pdf"},
        "days": days(),
        "tiles": [shapes.Tile("Batas waktu berubah", "1.204", tone="info")],
        "groups": [
            {
                "name": "Perbaikan laporan",
                "old_before": old,
                "new_before": new,
                "cases": 1204,
                "told": 1204,
                "undone": False,
            }
        ],
        "lines": [
            {
                "title": "PT Contoh Rotan Mahakam",
                "href": "#",
                "name": "Perbaikan laporan",
                "region": "Kota Samarinda",
                "old_before": old,
                "new_before": new,
                "undone": False,
            }
        ],
        "file": "#",
        "paging": PAGING,
        "may_approve": True,
        "needs_second": False,
        "may_cancel": True,
        "may_try": True,
        "may_undo": False,
        "undo_refused": "",
        "moving": False,
    }


def decree_applied() -> dict[str, Any]:
    shown = decree()["decree"] | {
        "status": "applied",
        "approved_by": "Administrator 2",
        "approved_at": NOW,
        "applied_at": NOW,
    }
    flags = {"may_approve": False, "may_cancel": False, "may_try": False, "may_undo": True, "moving": True}
    return decree() | {"decree": shown, "document": None} | flags


EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "company/extension_ask.html": asking,
    "company/extension_ask.html#none": lambda: asking() | {"room": None},
    "company/extension_request.html": asked,
    "company/extension_request.html#granted": granted,
    "company/extension_request.html#moot": moot,
    "officer/extension_request.html": deciding,
    "officer/extension_request.html#decided": decided,
    "admin/decrees.html": decrees,
    "admin/decree_new.html": decree_new,
    "admin/decree.html": decree,
    "admin/decree.html#applied": decree_applied,
}
