"""A form file that contradicts itself is refused with the reason, before anyone fills it."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import JsonValue, ValidationError

from services.deadlines.periods import Period
from services.reports import definition
from services.reports.conditions import Condition, Frozen, as_data, holds
from services.reports.definition import Form, texts
from services.reports.fields import ChoiceField
from services.reports.forms import DIRECTORY, Forms

MINIMAL: dict[str, Any] = {
    "form": "sample",
    "version": 1,
    "title": "Contoh",
    "instrument": "Permenperin 13/2025",
    "family": "service",
    "size": "small",
    "stage": "production",
    "valid_from": "2025-Q1",
    "statement": "Benar.",
    "options": {"answers": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]},
    "sections": [
        {
            "id": "first",
            "title": "Pertama",
            "kind": "fields",
            "incomplete": "Pertama belum diisi",
            "fields": [
                {"id": "asks", "type": "yes_no", "label": "Tanya?"},
                {"id": "chosen", "type": "choice", "label": "Pilih", "options": "answers"},
                {
                    "id": "follows",
                    "type": "text",
                    "label": "Lanjut",
                    "visible_when": {"field": "asks", "is": True},
                },
            ],
        }
    ],
}


def changed(*path: str | int, to: object) -> dict[str, Any]:
    document = copy.deepcopy(MINIMAL)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return document


FIELDS = ("sections", 0, "fields")


def test_a_small_form_is_read() -> None:
    form = definition.parse(MINIMAL)
    chosen = form.sections[0].by_id["chosen"]
    assert isinstance(chosen, ChoiceField)
    assert [option.value for option in chosen.options] == ["a", "b"]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (
            changed(*FIELDS, 2, "visible_when", "field", to="later"),
            "which its section does not have before it",
        ),
        (
            changed(*FIELDS, 2, "visible_when", "field", to="follows"),
            "which its section does not have before it",
        ),
        (changed(*FIELDS, 2, "visible_when", "field", to="second.asks"), "which is not always shown"),
        (changed(*FIELDS, 2, "visible_when", "field", to="first.follows"), "which is not always shown"),
        (changed(*FIELDS, 2, "visible_when", to={"field": "asks", "equals": True}), "Extra inputs"),
        (changed(*FIELDS, 2, "id", to="asks"), "ids occur twice"),
        (changed(*FIELDS, 2, "lable", to="?"), "Extra inputs"),
        (changed(*FIELDS, 1, "options", to="unknown"), "no list of options called"),
        (changed(*FIELDS, 0, "type", to="maybe"), "maybe"),
        (changed("sections", 0, "totals", to=[{"id": "t", "label": "T", "sum": ["x"]}]), "unknown fields"),
        (
            changed("sections", 0, "totals", to=[{"id": "t", "label": "T", "sum": ["asks"], "min": 1}]),
            "a limit needs a message",
        ),
        (changed("valid_from", to="2025-Q5"), "2025-Q5"),
        (changed("sections", to=[]), "at least 1"),
    ],
)
def test_a_form_that_contradicts_itself_is_refused(document: dict[str, Any], reason: str) -> None:
    with pytest.raises((ValidationError, ValueError), match=reason):
        definition.parse(document)


class Holder(Frozen):
    condition: Condition


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ({"field": "a", "is": True}, True),
        ({"field": "a", "is": False}, False),
        ({"field": "a", "is": "true"}, False),
        ({"field": "missing", "is": False}, False),
        ({"field": "b", "in": ["x", "y"]}, True),
        ({"field": "b", "in": ["y"]}, False),
        ({"field": "c", "contains": "m"}, True),
        ({"field": "b", "contains": "x"}, False),
        ({"not": {"field": "a", "is": True}}, False),
        ({"all": [{"field": "a", "is": True}, {"field": "b", "is": "x"}]}, True),
        ({"all": [{"field": "a", "is": True}, {"field": "b", "is": "y"}]}, False),
        ({"any": [{"field": "a", "is": False}, {"not": {"field": "b", "is": "y"}}]}, True),
        ({"any": [{"field": "a", "is": False}, {"field": "b", "is": "y"}]}, False),
    ],
)
def test_conditions(condition: dict[str, Any], met: bool) -> None:
    parsed = Holder.model_validate({"condition": condition}).condition
    answers: dict[str, JsonValue] = {"a": True, "b": "x", "c": ["m", "n"], "missing": None}
    assert holds(parsed, answers.__getitem__) is met
    assert as_data(parsed) == condition  # what a page's script gets is what the file says


def test_the_form_in_force_is_chosen_by_kind_and_period() -> None:
    first = definition.parse(changed("valid_to", to="2026-Q2"))
    second = definition.parse(changed("version", to=2) | {"valid_from": "2026-Q3"})
    forms = Forms([second, first])

    def version(period: str, **kind: str) -> int | None:
        wanted = {"family": "service", "size": "small", "stage": "production"} | kind
        found = forms.find(**wanted, period=Period.parse(period))
        return found.version if found else None

    assert [version(code) for code in ("2024-Q4", "2025-Q1", "2026-Q2", "2026-Q3", "2030-Q1")] == [
        None,
        1,
        1,
        2,
        2,
    ]
    assert version("2026-Q3", size="medium_large") is None
    assert forms.get("sample", 1) is first
    with pytest.raises(ValueError, match="same form id and version"):
        Forms([first, first])


@pytest.mark.parametrize("path", sorted(DIRECTORY.glob("*.yaml")), ids=lambda path: path.stem)
class TestShippedForms:
    def read(self, path: Path) -> Form:
        return definition.load(path)

    def test_the_file_is_named_after_the_form(self, path: Path) -> None:
        assert path.stem in {self.read(path).form, f"{self.read(path).form}-{self.read(path).version}"}

    def test_official_texts_are_used_word_for_word(self, path: Path) -> None:
        form = self.read(path)
        assert set(form.official_texts) <= set(texts(form))

    def test_a_date_or_an_unquoted_word_was_not_misread_by_yaml(self, path: Path) -> None:
        def leaves(part: Any) -> list[object]:
            if isinstance(part, dict):
                return [leaf for inner in part.values() for leaf in leaves(inner)]
            return [leaf for inner in part for leaf in leaves(inner)] if isinstance(part, list) else [part]

        assert {type(leaf) for leaf in leaves(yaml.safe_load(path.read_text(encoding="utf-8")))} <= {
            str,
            int,
            bool,
        }
