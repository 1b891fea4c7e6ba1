"""Example contexts of the pages about small cases: letters of non-production, contacts with companies."""

from collections.abc import Callable
from datetime import date
from typing import Any

from api.pages.examples import NOW, deadline
from api.pages.rendering import Form
from api.pages.shapes import Option
from tests.pages import example_officer


def letter(**facts: Any) -> dict[str, Any]:
    return {
        "href": "#",
        "number": 1001,
        "status": "submitted",
        "matter": "Triwulan IV 2026 · Tahap produksi",
        "letter_date": date(2027, 1, 4),
        "signed_by": "Direktur",
        "reason": "Pabrik berhenti sejak banjir bulan September dan belum beroperasi.",
        "submitted_at": NOW,
        "decided_at": None,
        "decision_reason": "",
    } | facts


def declaring() -> dict[str, Any]:
    return {
        "matter": letter()["matter"],
        "action": "/tidak-berproduksi/baru?kasus=1",
        "back": "/beranda",
        "open": True,
        "signers": [Option("director", "Direktur"), Option("owner", "Pemilik (industri kecil)")],
        "form": Form(),
        "kept": None,
        "document_token": "",
    }


def declared() -> dict[str, Any]:
    return {
        "letter": letter(),
        "scan": "/dokumen/1",
        "scan_name": "surat-direktur.pdf",
        "may_withdraw": True,
        "withdrawal": "#",
    }


def refused() -> dict[str, Any]:
    decided = {"status": "refused", "decided_at": NOW, "decision_reason": "Belum ditandatangani direktur."}
    return declared() | {"letter": letter(**decided), "may_withdraw": False}


def deciding() -> dict[str, Any]:
    return {
        "case": example_officer.licence()["case"] | {"kind": "non-production", "status": "submitted"},
        "letter": letter(),
        "report": {"href": "#", "status": "not_started"},
        "document": example_officer.licence()["document"],
        "deadline": deadline(3),
        "about": deadline(),
        "decidable": True,
        "decided_by": "",
        "story": "#",
        "form": Form(),
    }


def decided() -> dict[str, Any]:
    return deciding() | {
        "letter": refused()["letter"],
        "decidable": False,
        "decided_by": "Petugas Kepatuhan",
    }


def missing_reports() -> dict[str, Any]:
    row = {
        "company": "PT Contoh Rotan Mahakam",
        "href": "#",
        "number": 10001,
        "region": "Kota Samarinda",
        "stage": "Tahap produksi",
        "status": "not_started",
        "due_before": deadline().due_before,
        "contacts": 2,
        "last": NOW,
    }
    untouched = {"company": "PT Contoh Kayu Borneo", "contacts": 0, "last": None, "status": "draft"}
    return {
        "rows": [row, row | untouched],
        "asked": {"periode": "2026-Q4", "region": ""},
        "periods": [Option("2026-Q4", "Triwulan IV 2026")],
        "regions": [Option("64", "Kalimantan Timur")],
        "more": "#",
    }


def case_contacts() -> dict[str, Any]:
    said = {"at": NOW, "channel": "Telepon", "reached": True, "by": "Petugas Daerah"}
    return {
        "case": example_officer.licence()["case"] | {"kind": "report", "status": "not_started"},
        "contacts": [said | {"summary": "Laporan akan dikirim minggu ini."}],
        "channels": [Option("telephone", "Telepon"), Option("visit", "Kunjungan")],
        "open": True,
        "story": "#",
        "form": Form(),
    }


EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "company/non_production_declare.html": declaring,
    "company/non_production_declare.html#closed": lambda: declaring() | {"open": False},
    "company/non_production.html": declared,
    "company/non_production.html#refused": refused,
    "officer/non_production.html": deciding,
    "officer/non_production.html#decided": decided,
    "officer/missing_reports.html": missing_reports,
    "officer/missing_reports.html#none": lambda: missing_reports() | {"rows": [], "more": ""},
    "officer/case_contacts.html": case_contacts,
    "officer/case_contacts.html#closed": lambda: case_contacts() | {"contacts": [], "open": False},
}
