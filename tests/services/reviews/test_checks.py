"""Plausibility: each check finds what it names, each threshold matters, and a flag decides nothing."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from services.policies.bundle import load_shipped
from services.policies.plausibility import Change, Plain, Plausibility
from services.reports.validation import validate_section
from services.reviews import checks
from services.reviews.checks import Submission
from tests.services.forms.filled import company, form, typed

CHECKS = load_shipped().plausible.checks


def sections(**pages: Any) -> dict[str, Any]:
    given = typed() | pages
    return {name: validate_section(form(), name, raw, company()).values for name, raw in given.items()}


def submission(previous: dict[str, Any] | None = None, **changes: Any) -> Submission:
    sent = changes.pop("sections", None) or sections()
    context = replace(company(), sections=sent, previous=previous or {})
    given: dict[str, Any] = {"form": form(), "number": 1, "size": "small", "previous_size": "small"} | changes
    return Submission(**given, sections=sent, context=context)


def found(sent: Submission, only: tuple[Any, ...] = CHECKS) -> list[str]:
    return [flag.check for flag in checks.examine(sent, only)]


def scaled(percent: int) -> dict[str, Any]:
    """The report before, with a production of so many percent of today's."""
    before = deepcopy(sections())
    for row in before["production"]["rows"]:
        row["value"] = row["value"] * percent // 100
    return before


def test_a_first_report_that_agrees_with_itself_has_no_finding() -> None:
    assert found(submission()) == []


@pytest.mark.parametrize(("percent", "expected"), [(100, []), (51, []), (49, ["production_changed"])])
def test_a_value_that_more_than_doubled_stands_out(percent: int, expected: list[str]) -> None:
    only = tuple(check for check in CHECKS if check.name == "production_changed")
    assert found(submission(scaled(percent)), only) == expected


def test_the_threshold_is_the_policys() -> None:
    sharper = Change(name="x", kind="change", value="production.production_total", more_than_percent=10)
    milder = Change(name="x", kind="change", value="production.production_total", more_than_percent=5000)
    assert (found(submission(scaled(50)), (sharper,)), found(submission(scaled(50)), (milder,))) == (
        ["x"],
        [],
    )


def test_a_value_that_was_nothing_before_stands_out() -> None:
    [flag] = [f for f in checks.examine(submission(scaled(0)), CHECKS) if f.check == "production_changed"]
    assert (flag.section, flag.message) == ("production", checks.TEXTS["appeared"])


def test_a_quarter_exactly_like_the_one_before_is_copied() -> None:
    assert "copied" in found(submission(sections()))


def test_materials_worth_more_than_the_products_stand_out() -> None:
    sent = deepcopy(sections())
    for row in sent["production"]["rows"]:
        row["value"] = 1
    assert "materials_above_production" in found(submission(sections=sent))


def test_no_production_at_all_stands_out() -> None:
    sent = deepcopy(sections())
    for row in sent["production"]["rows"]:
        row["value"] = 0
    assert "no_production_value" in found(submission(sections=sent))


def test_another_class_and_another_sending_are_always_looked_at() -> None:
    assert found(submission(previous_size="medium_large")) == ["class_changed"]
    assert found(submission(number=2)) == ["sent_again"]


def test_a_form_without_the_value_is_not_judged_by_it() -> None:
    foreign = Change(name="x", kind="change", value="somewhere.else", more_than_percent=1)
    assert found(submission(scaled(1)), (foreign,)) == []


def test_the_remarks_of_the_form_are_kept_for_the_officer() -> None:
    raw = typed()["production"]
    rows = [{**row, "quantity_standard": "1"} for row in raw["rows"]]
    sent = sections(production={"rows": rows})
    plain = (Plain(name="form_warnings", kind="warnings"),)
    warned = bool(validate_section(form(), "production", sent["production"], company()).warnings)
    assert (found(submission(sections=sent), plain) != []) == warned


def test_a_check_is_named_once() -> None:
    twice = {"basis": "kebijakan layanan", "checks": [{"name": "a", "kind": "sent_again"}] * 2}
    with pytest.raises(ValueError, match="given twice"):
        Plausibility.model_validate(twice)
