"""Example contexts of the pages about reprimands."""

from collections.abc import Callable
from typing import Any

from api.pages.examples import NOW, deadline
from api.pages.rendering import Form
from api.pages.shapes import Option
from tests.pages import example_officer

FINDING = {
    "period": "Triwulan III 2026",
    "disorder": "Dikirim terlambat",
    "due": "10 Oktober 2026 pukul 23.59.59 WIB",
    "sent_at": NOW,
    "href": "#",
}


def disorderly() -> dict[str, Any]:
    row = {
        "company": "PT Contoh Rotan Mahakam",
        "number": 10001,
        "region": "Kota Samarinda",
        "counts": ["Dikirim terlambat: 2", "Tidak dikirim sampai sekarang: 1"],
        "waiting": False,
        "href": "#",
    }
    return {
        "rows": [row, row | {"company": "PT Contoh Kayu Borneo", "waiting": True}],
        "periods": 4,
        "limits": [{"label": "Dikirim terlambat", "n": 2}],
        "asked": {"region": ""},
        "regions": [Option("64", "Kalimantan Timur")],
        "more": "#",
    }


def proposing() -> dict[str, Any]:
    found = [FINDING, FINDING | {"period": "Triwulan IV 2026", "sent_at": None}]
    return {
        "company": "PT Contoh Rotan Mahakam",
        "account": "1",
        "findings": found,
        "enough": True,
        "form": Form(),
    }


def reprimand(**facts: Any) -> dict[str, Any]:
    return {
        "case": example_officer.licence()["case"] | {"kind": "reprimand", "status": "proposed"},
        "office": "Pemerintah Kota Samarinda",
        "reason": "Sudah dihubungi tiga kali.",
        "proposed": {"by": "Petugas Daerah", "at": NOW},
        "decided": None,
        "findings": [FINDING | {"sent_at": None, "href": ""}],
        "deadline": deadline(),
        "letter": None,
        "decidable": True,
        "own": False,
        "story": "#",
        "form": Form(),
        "channels": [
            Option("", "Surel; lewat pos bila alamatnya menolak surat"),
            Option("post", "Pos dan portal"),
        ],
        "sending": None,
        "receipts": [],
        "recordable": False,
        "postable": False,
        "evidence_kinds": [Option("letter_receipt", "Tanda terima surat")],
        "service_form": Form(),
        "kept": None,
        "document_token": "",
    } | facts


def issued(**facts: Any) -> dict[str, Any]:
    decided = {"by": "Petugas Kepatuhan", "at": NOW, "note": ""}
    sending = {"channel": "Surel dan portal", "sent_at": NOW, "posted_at": None, "to_print": False}
    given = {"decided": decided, "decidable": False, "deadline": None, "sending": sending, "recordable": True}
    return reprimand(**given | {"letter": example_officer.licence()["document"], "postable": True} | facts)


def to_print() -> dict[str, Any]:
    sending = {"channel": "Pos dan portal", "sent_at": None, "posted_at": None, "to_print": True}
    return issued(sending=sending, recordable=False, postable=False)


def received() -> dict[str, Any]:
    sending = {"channel": "Pos dan portal", "sent_at": NOW, "posted_at": NOW, "to_print": False}
    return issued(
        sending=sending, postable=False, receipts=[{"kind": "Tanda terima surat", "at": NOW}], recordable=True
    )


def told() -> dict[str, Any]:
    office = {"number": "ST-1001", "office": "Pemerintah Kota Samarinda", "sent_at": NOW}
    return office | {"findings": [FINDING], "letter": "#", "help": "#"}


EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "officer/disorderly.html": disorderly,
    "officer/disorderly.html#none": lambda: disorderly() | {"rows": [], "more": ""},
    "officer/reprimand_propose.html": proposing,
    "officer/reprimand_propose.html#orderly": lambda: proposing() | {"findings": [], "enough": False},
    "officer/reprimand.html": reprimand,
    "officer/reprimand.html#own": lambda: reprimand(decidable=False, own=True),
    "officer/reprimand.html#issued": issued,
    "officer/reprimand.html#to-print": to_print,
    "officer/reprimand.html#received": received,
    "company/reprimand.html": told,
}
