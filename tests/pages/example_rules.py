"""Example contexts of the pages about rules and suppositions."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from api.pages import shapes
from api.pages.rendering import Form

AT = datetime(2027, 1, 5, 17, tzinfo=UTC)
CHANGE: dict[str, Any] = {
    "id": "c1",
    "status": "simulated",
    "instrument": "Permenperin contoh",
    "reason": "uji",
    "valid_from": AT,
    "moves_open": True,
    "settings": 1,
    "simulated_at": AT,
    "proposed_by": "Administrator",
    "proposed_at": AT,
    "approved_by": "",
    "approved_at": None,
    "withdrawn_by": "",
    "withdrawn_at": None,
}


def change(**given: Any) -> dict[str, Any]:
    """A change that was simulated and waits for its approval."""
    shown = {
        "change": CHANGE,
        "lines": [
            {"path": "deadlines.deadlines.report_due@PM13_2025.add.days", "before": "10", "after": "15"}
        ],
        "tiles": [shapes.Tile("Perkara terbuka", "160.214")],
        "measures": [{"label": "Surat peringatan", "before": 412, "after": 96}],
        "shifts": [
            {"label": "Batas waktu laporan", "cases": 160000, "earlier": 0, "later": 160000, "kept": 0}
        ],
        "may_simulate": True,
        "may_approve": True,
        "needs_second": False,
        "may_cancel": True,
        "may_withdraw": False,
        "moving": False,
        "form": Form(),
    }
    return shown | given


EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "admin/policies.html": lambda: {
        "version": {"digest": "0123456789ab", "in_force_from": AT},
        "changes": [CHANGE],
        "sections": [
            {
                "title": "Batas waktu bagi perusahaan",
                "entries": [
                    {"label": "Batas waktu laporan", "path": "deadlines.deadlines.x", "href": "/admin/aturan/baru"}
                ],
            }
        ],
        "may_edit": True,
    },
    "admin/policy_new.html": lambda: {
        "form": Form({"moves_open": "yes"}),
        "entry": {"path": "deadlines.deadlines.rollback_window", "label": "Masa perbaikan"},
        "rows": [
            {"name": "changes.x.add.days", "label": "Ditambah hari", "value": "2", "long": False},
            {"name": "changes.x.waves", "label": "Gelombang", "value": "[]", "long": True},
        ],
    },
    "admin/policy.html": change,
    "admin/policy.html#approved": lambda: change(
        change=CHANGE | {"status": "approved", "approved_by": "Administrator 2", "approved_at": AT},
        may_simulate=False, may_approve=False, may_cancel=False, may_withdraw=True,
    ),
    "admin/policy.html#own": lambda: change(may_approve=False, needs_second=True),
    "officer/what_if.html": lambda: {
        "case": {"id": "k1", "title": "PT Contoh Rotan Mahakam"},
        "form": Form({"target_date": "2027-01-20"}),
        "deadlines": [shapes.Option("report_due", "Batas waktu laporan")],
        "changes": [shapes.Option("c1", "Permenperin contoh")],
        "rows": [
            {"text": "Batas waktu penyampaian laporan.", "before": AT, "after": AT, "in_before": True,
             "in_after": True, "mark": "bergeser", "tone": "warning", "same": False},
            {"text": "Menunggu verifikasi.", "before": None, "after": None, "in_before": True,
             "in_after": True, "mark": "sama", "tone": "", "same": True},
        ],
    },
    "officer/what_if.html#unasked": lambda: {
        "case": {"id": "k1", "title": "PT Contoh Rotan Mahakam"},
        "form": Form(), "deadlines": [], "changes": [], "rows": None,
    },
}  # fmt: skip
