"""Example contexts of the pages about warnings."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from api.pages import shapes
from api.pages.examples import NOW
from api.pages.rendering import Form
from services.errors import FieldError
from services.i18n import N_
from services.warnings.desk import Preview
from tests.pages.example_officer import CASE

CHANNELS = [shapes.Option("", "Surel; lewat pos bila ditolak"), shapes.Option("post", "Pos dan portal")]
LEVELS = [shapes.Option("regency", "Kabupaten atau kota"), shapes.Option("province", "Provinsi")]
KINDS = [
    shapes.Option("fine", "denda administratif"),
    shapes.Option("temporary_closure", "penutupan sementara"),
]
EVIDENCE = [
    shapes.Option("letter_receipt", "Tanda terima surat"),
    shapes.Option("call_note", "Catatan telepon"),
]
MATTER = "Laporan periode Triwulan IV 2026, Tahap Produksi"
LADDER = CASE | {"kind": "warning", "status": "proposed"}


def line(**changes: Any) -> dict[str, Any]:
    return {
        "id": "0190aaaa-0000-7000-8000-000000000001",
        "company": "PT Contoh Rotan Mahakam",
        "matter": MATTER,
        "letter": 1,
        "due_before": NOW - timedelta(days=4),
        "authority": "Pemerintah Kota Samarinda",
        "undetermined": False,
        "mine": True,
        "suspended": False,
        "channel": "Surel dan portal",
        "href": "#",
    } | changes


def letter(rung: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "letter": rung,
        "number": f"0000{rung}/SP-{rung}/64.72/2027",
        "date": "14 Jan 2027",
        "office": "Pemerintah Kota Samarinda",
        "channel": "Surel dan portal",
        "sent_at": NOW - timedelta(days=3),
        "mailed_at": None,
        "served_at": NOW - timedelta(days=1),
        "unproven": False,
        "void": False,
        "href": "#",
    } | changes


def sanction(state: str = "proposed", **changes: Any) -> dict[str, Any]:
    return {
        "id": "s1",
        "name": "denda administratif",
        "amount": "Rp 25.000.000",
        "basis": "Permenperin 13/2025",
        "reason": "Tiga peringatan tidak diindahkan.",
        "number": "500/017/2027",
        "state": state,
        "proposed_at": NOW,
        "decided_at": NOW if state != "proposed" else None,
        "proposed_by": "person:1",
        "href": "#",
    } | changes


def desk(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "rows": rows,
        "total": len(rows),
        "most": 5000,
        "filters": Form({"period": "2026-Q4", "letter": "", "authority": "", "q": ""}),
        "letters": [shapes.Option("1", "Surat ke-1")],
        "authorities": [shapes.Option("64.72", "Pemerintah Kota Samarinda")],
        "all_query": "#",
        "paging": shapes.Paging(previous="", next="#", shown=len(rows), total=len(rows)),
    }


def preview(letters: int = 2, form: Form | None = None) -> dict[str, Any]:
    found = Preview(
        previewed_at=NOW,
        letters=letters,
        by_letter={1: letters} if letters else {},
        by_channel={"email": letters},
        undetermined=3,
        not_competent=1,
        suspended=1,
        own=1,
    )
    return {
        "preview": found,
        "offices": [("Pemerintah Kota Samarinda", letters)],
        "by_post": 0,
        "rows": [line()] if letters else [],
        "hidden": {"period": "2026-Q4", "previewed_at": NOW.isoformat()},
        "ids": [],
        "channels": CHANNELS,
        "form": form or Form(),
    }


def ladder(**changes: Any) -> dict[str, Any]:
    return {
        "case": LADDER,
        "matter": MATTER,
        "duty": "#",
        "due_before": NOW - timedelta(days=4),
        "authority": "Pemerintah Kota Samarinda",
        "suspended": False,
        "next_letter": 1,
        "letters": [],
        "sanctions": [],
        "end_reason": "",
        "decidable": True,
        "undetermined": False,
        "recordable": False,
        "postable": False,
        "excusable": True,
        "on_desk": False,
        "mine": ["person:2"],
        "channels": CHANNELS,
        "levels": LEVELS,
        "evidence_kinds": EVIDENCE,
        "decision_form": Form(),
        "service_form": Form(),
        "closing_form": Form(),
        "kept": None,
        "document_token": "",
    } | changes


def issued() -> dict[str, Any]:
    form = Form(
        {"kind": "letter_receipt", "received_at": "2027-01-01"},
        [FieldError("received_at", N_("Tuliskan tanggal penerimaan."))],
    )
    return ladder(
        case=LADDER | {"status": "issued"},
        letters=[letter(2, served_at=None, unproven=True), letter(1)],
        next_letter=3,
        decidable=False,
        recordable=True,
        postable=True,
        service_form=form,
        kept=shapes.StoredFile("tanda-terima.pdf", 4096),
        document_token="token",
    )


def by_post_instead() -> dict[str, Any]:
    """A letter that left by mail and waits to be printed."""
    waits = letter(channel="Pos dan portal", sent_at=None, mailed_at=NOW - timedelta(days=3), served_at=None)
    return issued() | {"letters": [waits], "postable": False, "next_letter": 2}


def deciding() -> dict[str, Any]:
    return ladder(
        case=LADDER | {"status": "deciding"},
        letters=[letter(3), letter(2), letter(1)],
        sanctions=[sanction(), sanction("approved", id="s2"), sanction("refused", id="s3", amount="")],
        next_letter=4,
        decidable=False,
        on_desk=True,
    )


def form_page(**changes: Any) -> dict[str, Any]:
    return {
        "case": LADDER, "matter": MATTER, "form": Form(), "kept": None, "document_token": "",
    } | changes  # fmt: skip


def own(**changes: Any) -> dict[str, Any]:
    return {
        "id": "w1",
        "status": "issued",
        "matter": MATTER,
        "letter": 1,
        "number": "00001/SP-1/64.72/2027",
        "date": "14 Jan 2027",
        "read": False,
    } | changes


def company_one(**changes: Any) -> dict[str, Any]:
    return {
        "warning": own(),
        "due_before": NOW - timedelta(days=4),
        "duty": "#",
        "open": True,
        "letters": [letter(served_at=None)],
        "sanctions": [],
        "future": [
            {
                "at": NOW + timedelta(days=20),
                "text": "Peringatan berikutnya diusulkan.",
                "why": ("Satu bulan.",),
            },
            {"at": None, "text": "Menunggu keputusan pejabat.", "why": ()},
        ],
    } | changes


REPRIMAND = {
    "id": "r1",
    "number": "ST-1001",
    "date": "21 Januari 2027",
    "office": "Pemerintah Kota Samarinda",
}

EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "officer/warnings.html": lambda: desk(
        [line(), line(id="2", undetermined=True, authority="", mine=False), line(id="3", suspended=True)]
    ),
    "officer/warnings.html#empty": lambda: desk([]),
    "officer/warning_preview.html": preview,
    "officer/warning_preview.html#nothing": lambda: preview(0),
    "officer/warning.html": ladder,
    "officer/warning.html#undetermined": lambda: ladder(undetermined=True, authority=""),
    "officer/warning.html#issued": issued,
    "officer/warning.html#by-post-instead": by_post_instead,
    "officer/warning.html#deciding": deciding,
    "officer/warning_excuse.html": form_page,
    "officer/warning_sanction.html": lambda: form_page(kinds=KINDS),
    "officer/print_batches.html": lambda: {
        "desk": "#",
        "warnings_desk": True,
        "waiting": [{"code": "64.72", "office": "Pemerintah Kota Samarinda", "letters": 12}],
        "batches": [
            {
                "id": "b1",
                "office": "Pemerintah Kota Samarinda",
                "letters": 4,
                "made_at": NOW,
                "posted_at": None,
            },
            {
                "id": "b2",
                "office": "Pemerintah Kota Samarinda",
                "letters": 9,
                "made_at": NOW,
                "posted_at": NOW,
            },
        ],
    },
    "company/warnings.html": lambda: {
        "warnings": [own(), own(id="w2", status="complied", read=True)],
        "reprimands": [REPRIMAND],
    },
    "company/warnings.html#never": lambda: {"warnings": [], "reprimands": []},
    "company/warning.html": company_one,
    "company/warning.html#decided": lambda: company_one(
        warning=own(status="decided"), open=False, sanctions=[sanction("approved")], future=[]
    ),
}
