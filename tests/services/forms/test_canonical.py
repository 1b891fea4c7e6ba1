"""A fingerprint stands for the answers: the same answers have one, other answers another."""

import hashlib
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from services.reports.canonical import canonical_json, data_hash, report_content
from services.reports.context import rows_of
from services.reports.validation import applicable
from tests.services.forms.filled import company, draft, form, stored, typed

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=8,
)


def report(**changes: dict[str, Any]) -> dict[str, JsonValue]:
    sections = applicable(form(), stored(**changes), company())
    return report_content(
        account="a-1", form_id=form().form, form_version=form().version, period="2026-Q4", sections=sections
    )


def test_the_bytes_are_plain_sorted_json() -> None:
    assert (
        canonical_json({"b": "12.5", "a": {"é": [1, True, None]}})
        == '{"a":{"é":[1,true,null]},"b":"12.5"}'.encode()
    )


def test_the_hash_is_sha256_of_the_bytes() -> None:
    assert data_hash({"a": 1}) == hashlib.sha256(b'{"a":1}').hexdigest()


@given(st.dictionaries(st.text("abcdef", min_size=1), VALUES, max_size=5), st.randoms())
def test_the_order_of_keys_does_not_matter(content: dict[str, JsonValue], chance: Random) -> None:
    shuffled = list(content.items())
    chance.shuffle(shuffled)
    assert data_hash(dict(shuffled)) == data_hash(content)


def test_floats_are_refused_wherever_they_hide() -> None:
    with pytest.raises(TypeError):
        canonical_json({"rows": [{"quantity": 12.5}]})


def test_the_way_a_number_was_typed_does_not_matter() -> None:
    page = typed()["general_data"]
    assert data_hash(report(general_data=page | {"machine_value": "1500000000"})) == data_hash(report())


def test_every_answer_that_is_sent_matters() -> None:
    original = data_hash(report())
    for section, page in typed().items():
        answers = page["rows"][0] if "rows" in page else page
        for name in answers:
            without = {key: value for key, value in answers.items() if key != name}
            changed = {section: {"rows": [without, *page["rows"][1:]]} if "rows" in page else without}
            assert data_hash(report(**changed)) != original, f"{section}.{name}"


def test_an_answer_that_does_not_apply_is_not_signed() -> None:
    page = {"rows": [typed()["raw_materials"]["rows"][0] | {"origin_country": "MY"}]}
    assert rows_of(draft("raw_materials", page).values)[0]["origin_country"] == "MY"
    assert data_hash(report(raw_materials=page)) == data_hash(report())


def test_the_same_answers_of_another_factory_are_another_report() -> None:
    assert data_hash(report() | {"account": "a-2"}) != data_hash(report())
