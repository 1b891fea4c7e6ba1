"""Every date of every kind of case can be explained: each step it may hold has words, in both languages."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.deadlines.derivation import Step
from services.deadlines.explanation import TEXTS, explain

ROOT = Path(__file__).resolve().parents[3]
DAY, AT = "2026-12-25", "2026-12-25T23:59:59+07:00"
PARAMS: dict[str, str | int] = {
    "anchor": "period_end", "calendar": "government", "at": AT, "date": DAY, "first": DAY, "last": DAY,
    "old": DAY, "new": DAY, "to": DAY, "due": DAY, "name": "Natal", "name_en": "Christmas", "reason": "banjir",
    "days": 3, "hours": 24, "number": 2, "months": 1, "day": 31, "percent": 50, "of": "registration_target",
}  # fmt: skip


def codes() -> set[str]:
    """The codes of all steps that the services write, where they are named."""
    found: set[str] = set()
    for path in (ROOT / "services").glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = getattr(called, "id", getattr(called, "attr", ""))
            if isinstance(node, ast.Call) and name in ("Step", "_off_step", "_edge_step"):
                words = (word.value for word in ast.walk(node.args[0]) if isinstance(word, ast.Constant))
                found |= {word for word in words if isinstance(word, str)}
    return found


def test_every_step_that_is_written_has_a_text() -> None:
    assert len(codes()) > 15
    assert codes() - TEXTS.keys() == set()


@pytest.mark.parametrize("code", TEXTS)
def test_every_text_is_filled_in_both_languages(code: str) -> None:
    own, english = (explain([Step(code, PARAMS)], locale)[0].text for locale in ("id", "en"))
    assert "{" not in own + english
    assert own != english


def test_a_moment_is_known_by_its_first_instant_and_a_deadline_by_its_last_second() -> None:
    from services.deadlines import reasons
    from services.models import Derivation

    due = datetime(2027, 1, 10, 17, tzinfo=UTC)
    until = Derivation(digest="", rule="report_due", due_before=due, steps=[{"code": "until"}])
    share = Derivation(digest="", rule="x", due_before=due, steps=[{"code": "until"}, {"code": "share"}])
    assert (reasons.is_end(until), reasons.is_end(share)) == (True, False)
    assert reasons.last_second(due) == datetime(2027, 1, 10, 16, 59, 59, tzinfo=UTC)
