"""Example contexts of the pages about proposed units."""

from collections.abc import Callable
from typing import Any

from api.pages.examples import NOW
from api.pages.rendering import Form
from services.errors import FieldError


def proposal(**facts: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "number": 1001,
        "company": "PT Contoh Rotan Mahakam",
        "name": "sisir",
        "listed_as": "",
        "used_for": "Pisang segar kemasan",
        "reason": "Pisang dijual per sisir; satu sisir kira-kira 1,8 kg.",
        "status": "submitted",
        "submitted_at": NOW,
        "decision_reason": "",
        "decided_at": None,
    } | facts


ACCEPTED = proposal(status="accepted", listed_as="sisir", decided_at=NOW)
REFUSED = proposal(
    number=1002, name="tumpuk", status="refused", decided_at=NOW, decision_reason="Besarnya tidak tetap."
)


def listed() -> dict[str, Any]:
    return {"proposals": [proposal(number=1003, name="tandan"), REFUSED, ACCEPTED], "propose": "#"}


def proposing() -> dict[str, Any]:
    return {"back": "#", "form": Form()}


def mistaken() -> dict[str, Any]:
    there = "Satuan ini sudah ada dalam daftar: lusin (12 buah)."
    typed = {"name": "Lusin", "used_for": "Sendok rotan", "reason": "Dijual per lusin."}
    return {
        "back": "#",
        "form": Form(typed, [FieldError("name", there)], "Periksa kembali isian yang ditandai."),
    }


def desk() -> dict[str, Any]:
    return {"waiting": [proposal()], "decided": [REFUSED, ACCEPTED]}


def deciding() -> dict[str, Any]:
    return {"proposal": proposal(), "decidable": True, "decided_by": "", "form": Form()}


def decided() -> dict[str, Any]:
    return {"proposal": REFUSED, "decidable": False, "decided_by": "admin-contoh", "form": Form()}


EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "company/unit_proposals.html": listed,
    "company/unit_proposals.html#none": lambda: {"proposals": [], "propose": "#"},
    "company/unit_propose.html": proposing,
    "company/unit_propose.html#mistaken": mistaken,
    "admin/unit_desk.html": desk,
    "admin/unit_decision.html": deciding,
    "admin/unit_decision.html#decided": decided,
}
