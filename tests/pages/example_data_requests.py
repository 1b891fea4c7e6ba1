"""Example contexts of the pages about Data Lain and about companies to be reached."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from api.pages import shapes
from api.pages.examples import NOW, deadline
from api.pages.rendering import Form
from services.errors import FieldError
from services.i18n import N_

FILE = shapes.DocumentRow("lampiran.pdf", "#", 81_920, "PDF", NOW, "clean")
OPTIONS = {
    "kinds": [
        shapes.Option("additional", "Data tambahan"),
        shapes.Option("clarification", "Klarifikasi data"),
    ],
    "channels": [shapes.Option("portal", "SIINas"), shapes.Option("letter", "Surat")],
    "scopes": [shapes.Option("companies", "Perusahaan tertentu"), shapes.Option("area", "Menurut wilayah")],
    "regions": [shapes.Option("64", "Kalimantan Timur", options=[shapes.Option("64", "Kalimantan Timur")])],
    "types": [shapes.Option("A", "Perusahaan industri")],
}


def head(status: str = "received", **changes: Any) -> dict[str, Any]:
    return {
        "id": "d1",
        "number": 1207,
        "status": status,
        "kinds": "Klarifikasi data, Data tambahan",
        "channel": "SIINas",
        "mandate": "Instruksi Menteri Contoh 7/2026",
        "section": "",
        "report": None,
        "late": False,
        "deadline": None if status == "sent" else deadline(),
    } | changes


def questions() -> list[dict[str, Any]]:
    first = {
        "number": 1,
        "text": "Jelaskan penurunan produksi kursi rotan pada triwulan lalu.\nSertakan data pesanan.",
        "sent_at": NOW - timedelta(days=5),
        "received_at": NOW - timedelta(days=4),
        "received_by": "portal_read",
        "answer": "Mesin utama rusak selama dua bulan.",
        "answered_at": NOW - timedelta(days=2),
        "late": False,
        "note": "",
        "files": [FILE],
    }
    second = {
        "number": 2,
        "text": "Mesin yang mana?",
        "sent_at": NOW - timedelta(days=1),
        "received_at": None,
        "received_by": None,
        "answer": "",
        "answered_at": None,
        "late": False,
        "note": "",
        "files": [],
    }
    return [first, second]


def company_list() -> dict[str, Any]:
    late = head("received", id="d3", late=True, deadline=deadline(-3))
    return {"requests": [head("sent"), head("answered", id="d2"), late]}


def company_one() -> dict[str, Any]:
    return {
        "request": head(),
        "questions": questions(),
        "files": [FILE],
        "beside": [{"id": "f1", "name": "pesanan.pdf", "size": 20_480}],
        "answerable": True,
        "more_time": [shapes.Action("Minta perpanjangan", "#", "quiet")],
        "form": Form(),
    }


def company_refused() -> dict[str, Any]:
    errors = (FieldError("answer", N_("Tuliskan jawaban; lampiran saja tidak cukup.")),)
    return company_one() | {"form": Form({"answer": ""}, errors), "beside": []}


def receipt(**changes: Any) -> dict[str, Any]:
    shown = {"number": 1207, "confirmed": False, "deadline": None, "open": True} | changes
    return {"request": shown, "token": "contoh", "case": "d1"}


def case() -> dict[str, Any]:
    return {
        "id": "d1",
        "title": "PT Contoh Rotan Mahakam",
        "kind": "data-request",
        "status": "answered",
        "subtitle": "#1207 · SIINas",
        "version": 3,
        "region": "Kota Samarinda",
        "period": "",
        "assignee": "",
        "held": "",
        "stuck": None,
    }


def officer_one() -> dict[str, Any]:
    proof = {
        "kind": "letter_receipt",
        "question": 2,
        "received_at": NOW,
        "recorded_at": NOW,
        "document": "#",
    }
    return {
        "case": case(),
        "request": head("answered"),
        "questions": questions(),
        "files": [FILE],
        "evidence": [proof | {"kind": "portal_read", "question": 1, "document": ""}, proof],
        "evidence_kinds": [shapes.Option("call_note", "Catatan telepon")],
        "recordable": True,
        "decidable": True,
        "withdrawable": True,
        "order": "#",
        "receipt_form": Form(),
        "decision_form": Form(),
        "withdrawal_form": Form(),
        "kept": None,
        "document_token": "",
    }


def order(**changes: Any) -> dict[str, Any]:
    return {
        "id": "o1",
        "number": 12,
        "kinds": "Kejadian luar biasa",
        "channel": "email",
        "ordered_at": NOW,
        "requests": 5000,
        "by_post": 37,
        "counts": [("sent", 4100), ("received", 700), ("answered", 180), ("accepted", 20)],
    } | changes


def order_one() -> dict[str, Any]:
    row = head() | {"title": "PT Contoh Rotan Mahakam", "region": "Kota Samarinda"}
    shown = order(question="Apakah pabrik terdampak banjir?", mandate="Instruksi Menteri Contoh 7/2026")
    return {"order": shown, "requests": [row, row | {"id": "d9", "late": True}]}


def order_new() -> dict[str, Any]:
    kept = [shapes.StoredFile("daftar-pertanyaan.pdf", 81_234, token="t1")]
    return {"form": Form(), **OPTIONS, "preview": None, "kept": kept, "most_files": 10}


def order_tried() -> dict[str, Any]:
    preview = {
        "count": 5000,
        "by_post": 37,
        "regions": [("Kalimantan Timur", 4200), ("Jawa Barat", 800)],
        "sample": [{"name": "PT Contoh Rotan Mahakam", "number": 1207, "region": "Kota Samarinda"}],
        "left_out": [("987654", "tidak dikenal, atau di luar wilayah Anda")],
    }
    values = {"scope": "companies", "companies": "1207\n987654", "channel": "email"}
    return order_new() | {"form": Form(values), "preview": preview}


def task(**changes: Any) -> dict[str, Any]:
    return {
        "id": "t1",
        "company": "PT Contoh Rotan Mahakam",
        "number": 1207,
        "region": "Kota Samarinda",
        "reason": "Surel ke alamat ini kembali",
        "address": "lapor@contoh.example",
        "raised_at": NOW,
        "deadline": deadline(),
        "settled_at": None,
    } | changes


def contacts() -> dict[str, Any]:
    return {
        "tasks": [task(), task(id="t2", deadline=None)],
        "reasons": [shapes.Option("address_bounced", "Surel ke alamat ini kembali")],
        "regions": OPTIONS["regions"],
        "asked": {"alasan": "", "region": ""},
    }


def contact(**changes: Any) -> dict[str, Any]:
    return {
        "task": task(**changes),
        "contact": {
            "name": "Bagian Pelaporan",
            "phone": "0541000000",
            "email": "lapor@contoh.example",
            "address": "Jl. Contoh No. 1",
            "account": "#",
        },
        "case": {"href": "#", "key": "data-request/1207", "letter": "#"},
        "results": [shapes.Option("called", "Sudah ditelepon")],
        "form": Form(),
    }


EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "company/data_requests.html": company_list,
    "company/data_request.html": company_one,
    "company/data_request.html#refused": company_refused,
    "public/data_request_receipt.html": receipt,
    "public/data_request_receipt.html#confirmed": lambda: receipt(confirmed=True, deadline=deadline()),
    "public/data_request_receipt.html#gone": lambda: {"request": None, "token": "", "case": "d1"},
    "officer/data_request.html": officer_one,
    "officer/data_requests.html": lambda: {"orders": [order()]},
    "officer/data_request_order.html": order_one,
    "officer/data_request_new.html": order_new,
    "officer/data_request_new.html#tried": order_tried,
    "officer/contacts.html": contacts,
    "officer/contact.html": contact,
    "officer/contact.html#settled": lambda: contact(settled_at=NOW),
}
