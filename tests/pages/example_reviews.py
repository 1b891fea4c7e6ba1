"""Example contexts of the pages on which reports are reviewed and corrections asked for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from api.pages import examples, shapes
from api.pages.examples import NOW, deadline
from api.pages.rendering import Form
from services.errors import FieldError
from services.i18n import N_
from services.reviews.differences import Line
from services.reviews.reading import Answer, FlagLine, SentPage
from tests.pages.example_company import REPORT, report_sections
from tests.pages.example_officer import CASE, REGIONS

FLAG = FlagLine("production", "Produksi", "Jumlah nilai produksi berubah +140% dari laporan sebelumnya.")
LINES = (Line("Baris 1: Nilai Produksi", "Rp1.200.000.000", "Rp1.350.000.000"), Line("Volume", "", "3.600"))
CHANGED = [
    {"title": "Produksi", "lines": LINES, "unasked": False},
    {"title": "Investasi", "lines": LINES[:1], "unasked": True},
]
IKMA = shapes.Option("ikma", "Direktorat Jenderal Industri Kecil, Menengah, dan Aneka")


def review() -> dict[str, Any]:
    return {
        "case": CASE,
        "pages": [
            SentPage(
                "general_data",
                "Data Umum",
                (),
                (Answer("Nilai Mesin", "Rp1.500.000.000", "Rp1.500.000.000"),),
            ),
            SentPage(
                "production",
                "Produksi",
                (FLAG,),
                columns=("Produk", "Nilai"),
                rows=(("Kursi rotan", "Rp2.880.000.000"),),
                rows_before=2,
            ),
            SentPage("machines", "Mesin/Peralatan Produksi", ()),
        ],
        "previous_period": "Triwulan III 2026",
        "submission": 2,
        "sent_at": NOW - timedelta(days=2),
        "examined": True,
        "flags": [FLAG],
        "validations": [
            {"name": IKMA.label, "at": None, "by": ""},
            {"name": "Direktorat Jenderal Industri Agro", "at": NOW, "by": "Petugas Contoh"},
        ],
        "notes": [
            {
                "section": "Produksi",
                "submission": 1,
                "text": "Satuan kursi tertulis dalam kilogram.",
                "by": "Petugas Contoh",
                "at": NOW - timedelta(days=6),
                "answer": "responded",
                "response": "Satuannya memang unit.",
            }
        ],
        "decidable": True,
        "desk": "verification",
        "own": [IKMA],
        "differences": [{"before": 1, "after": 2, "sent_at": NOW, "href": "#"}],
        "story": "#",
        "form": Form(),
        "whole": "report",
    }


def refused() -> dict[str, Any]:
    missing = FieldError("notes.report", N_("Tuliskan apa yang perlu diperbaiki."))
    return review() | {
        "desk": "validation",
        "own": [IKMA, shapes.Option("agro", "Direktorat Jenderal Industri Agro")],
        "form": Form({}, [missing]),
    }


def to_read() -> dict[str, Any]:
    return review() | {"decidable": False, "desk": "", "examined": False, "flags": [], "previous_period": ""}


def reviews() -> dict[str, Any]:
    asked = {"direktorat": "", "tanda": "ada", "periode": "2026-Q4", "region": "64"}
    return {
        "desk": "verification",
        "tabs": [shapes.Tab("Ditandai", "#", True), shapes.Tab("Tanpa tanda", "#")],
        "search": shapes.Search(asked, {"region": REGIONS}),
        "rows": [
            {
                "href": "#",
                "title": "PT Contoh Rotan Mahakam",
                "number": 10022,
                "period": "Triwulan IV 2026",
                "stage": "production",
                "region": "Kota Samarinda",
                "submission": 2,
                "flags": (FLAG,),
                "held": True,
                "deadline": deadline(4),
            }
        ],
        "ready": True,
        "paging": shapes.Paging(1, next="?cursor=x"),
        "problem": "",
    }


def reviews_without() -> dict[str, Any]:
    row = {**reviews()["rows"][0], "flags": (), "held": False, "deadline": None, "submission": 1}
    asked = {"direktorat": "ikma", "tanda": "tidak", "periode": "", "region": ""}
    search = shapes.Search(asked, {"region": REGIONS, "direktorat": [IKMA]})
    return reviews() | {"desk": "validation", "rows": [row], "search": search}


def reviews_unasked() -> dict[str, Any]:
    return reviews_without() | {"ready": False, "rows": []}


def batch() -> dict[str, Any]:
    return {
        "batch": {
            "id": "b1",
            "desk": "verification",
            "directorate": "",
            "period": "Triwulan IV 2026",
            "region": "",
            "previewed_at": NOW,
            "approved_at": None,
            "chosen": 1204,
            "approved": 0,
        },
        "counts": {"chosen": 1204, "flagged": 86, "held": 2, "beyond": 1},
        "left_out": [],
        "lines": [
            {
                "id": "c1",
                "href": "#",
                "title": "PT Contoh Rotan Mahakam",
                "number": 10022,
                "period": "Triwulan IV 2026",
                "region": "Kota Samarinda",
                "why": "",
            }
        ],
        "sampled": True,
        "back": "#",
        "form": Form(),
    }


def batch_approved() -> dict[str, Any]:
    before = batch()
    lines = [*before["lines"], {**before["lines"][0], "id": "c2", "why": "berubah sejak pratinjau"}]
    done = {**before["batch"], "approved_at": NOW, "approved": 1203}
    return before | {"batch": done, "lines": lines, "left_out": [("berubah sejak pratinjau", 1)]}


def rollback_decision() -> dict[str, Any]:
    return {
        "case": CASE | {"kind": "rollback", "status": "requested"},
        "rollback": {
            "status": "requested",
            "reason": "Nilai produksi tertukar dengan nilai bahan baku.",
            "sections": ["Produksi", "Bahan Baku"],
            "submission": 1,
            "requested_at": NOW,
            "shown_before": NOW + timedelta(days=2),
            "refused_from": NOW + timedelta(days=3),
            "why": ["Ditambah hari kalender sebanyak 2."],
            "resent": None,
        },
        "decided": None,
        "changed": None,
        "decidable": True,
        "report": "#",
        "story": "#",
        "form": Form(),
    }


def rollback_resent() -> dict[str, Any]:
    before = rollback_decision()
    return before | {
        "case": before["case"] | {"status": "resent"},
        "rollback": before["rollback"] | {"status": "resent", "resent": 2},
        "decided": {"at": NOW, "by": "Petugas Contoh", "reason": None, "ended_at": NOW},
        "changed": CHANGED,
        "decidable": False,
    }


def difference() -> dict[str, Any]:
    return {"case": CASE, "before": 1, "after": 2, "changed": CHANGED, "back": "#"}


def tracking() -> dict[str, Any]:
    shared = examples.components()
    note = {
        "id": "n1",
        "section": "Produksi",
        "href": "#",
        "text": "Satuan kursi tertulis dalam kilogram.",
        "at": NOW,
        "submission": 1,
        "answer": "",
        "response": "",
        "action": "#",
        "form": Form({}, [FieldError("response-n1", N_("Tuliskan tanggapan Anda."))]),
    }
    return {
        "report": REPORT,
        "sections": report_sections(0),
        "notes": [note, {**note, "id": "n2", "answer": "fixed", "response": "Sudah diubah.", "form": Form()}],
        "answerable": True,
        "past": shared["past"],
        "future": shared["future"],
        "changes": [{"submission": 2, "sent_at": NOW, "pages": CHANGED[:1]}],
        "rollbacks": [
            {
                "status": "refused",
                "reason": "Nilai produksi tertukar.",
                "requested_at": NOW,
                "decided_at": NOW,
                "decision_reason": "Nilainya sudah benar.",
                "ended_at": NOW,
            }
        ],
        "may_ask": True,
        "refusal": "",
        "window": NOW + timedelta(days=3),
        "ask": "#",
        "statement": "#",
        "more_time": [shapes.Action("Minta perpanjangan", "#", "quiet")],
    }


def tracking_final() -> dict[str, Any]:
    said = "Perbaikan data hanya dapat dimohonkan selama laporan masih dalam Verifikasi dan/atau Validasi."
    return tracking() | {"answerable": False, "notes": [], "may_ask": False, "refusal": said, "changes": []}


def rollback_request() -> dict[str, Any]:
    return {
        "report": REPORT,
        "sections": report_sections(0),
        "refusal": "",
        "window": deadline(2),
        "pages_of_form": [shapes.Option("production", "Produksi"), shapes.Option("investment", "Investasi")],
        "form": Form(
            {"reason": ""}, [FieldError("reason", N_("Tuliskan kesalahan apa yang perlu diperbaiki."))]
        ),
    }


def rollback_closed() -> dict[str, Any]:
    typed = Form({"reason": "Nilai produksi tertukar dengan triwulan lalu."})
    return rollback_request() | {"refusal": tracking_final()["refusal"], "form": typed}


EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "officer/review.html": review,
    "officer/review.html#refused": refused,
    "officer/review.html#to_read": to_read,
    "officer/reviews.html": reviews,
    "officer/reviews.html#without": reviews_without,
    "officer/reviews.html#unasked": reviews_unasked,
    "officer/review_batch.html": batch,
    "officer/review_batch.html#approved": batch_approved,
    "officer/rollback_decision.html": rollback_decision,
    "officer/rollback_decision.html#resent": rollback_resent,
    "officer/difference.html": difference,
    "company/report_tracking.html": tracking,
    "company/report_tracking.html#final": tracking_final,
    "company/rollback_request.html": rollback_request,
    "company/rollback_request.html#closed": rollback_closed,
}
