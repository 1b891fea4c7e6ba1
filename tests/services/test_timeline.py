"""Every event of a case is a sentence in both languages, and no company reads the office's affairs."""

import ast
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.i18n import translator
from services.timeline.sentences import INTERNAL, TEXTS, sentence

ROOT = Path(__file__).resolve().parents[2]
AT = "2027-01-10T17:00:00+00:00"
DATA = {
    "settings": 2, "version": "0123456789ab", "open": 9, "dates": 7, "kept": 1, "deadline": "report_due",
    "submission": 2, "type": "A", "count": 12000, "days": 3, "due_before": AT, "expected": 5, "on_time": 2,
    "late": 1, "missing": 2, "period": "2026-Q4", "due": "2027-01-10", "from": AT, "to": AT, "moving": 3,
    "messages": 3, "step": "remind", "evidence_kind": "call_note", "question": 2, "assignee": "x",
    "letter": 2, "number": "00001/SP-2/64.72/2027", "why": "held", "sanction": "fine", "left_out": 1,
    "flags": 2, "notes": 3, "desk": "Helpdesk SIINas", "session_at": AT, "satisfaction": 4, "findings": 3,
    "letter_basis": "agreement", "letter_number": "005/17", "letter_date": "2027-01-04",
    "field": "general_data.machine_value",
}  # fmt: skip


def recorded() -> set[str]:
    """The types that the code records, where it names them."""
    sources = [*ROOT.glob("services/**/*.py"), *ROOT.glob("activities/*.py")]
    nodes = (node for path in sources for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    return {
        node.args[2].value
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("record", "record_many")
        and len(node.args) > 2
        and isinstance(node.args[2], ast.Constant)
        and isinstance(node.args[2].value, str)
    }


def test_every_event_that_is_recorded_has_a_text() -> None:
    known = {name.rpartition(".")[2] for name in TEXTS}
    assert len(recorded()) > 20
    assert recorded() - known == set()


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("name", TEXTS)
def test_every_text_is_filled_from_the_events_data(name: str, locale: str) -> None:
    kind, _, event = name.rpartition(".")
    said = sentence(kind or "report", event, DATA, translator(locale), ZoneInfo("Asia/Makassar"))
    assert "{" not in said
    assert said.endswith(".")
    if locale == "en":
        assert said != sentence(kind or "report", event, DATA, translator("id"), ZoneInfo("Asia/Makassar"))


def test_dates_are_the_last_second_and_in_the_readers_zone_too() -> None:
    said = sentence("report", "deadline_extended", DATA, translator("id"), ZoneInfo("Asia/Makassar"))
    assert "10 Januari 2027 pukul 23.59.59 WIB (11 Januari 2027 pukul 00.59.59 WITA)" in said


def test_an_event_without_a_text_shows_its_name() -> None:
    assert sentence("report", "new_thing_happened", {}, translator("id"), ZoneInfo("Asia/Jakarta")) == (
        "new thing happened"
    )


def test_only_events_that_exist_are_internal() -> None:
    assert {name.rpartition(".")[2] for name in TEXTS} >= INTERNAL
