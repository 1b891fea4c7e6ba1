"""Which form a company fills follows from its investment; for which stage, from its licences."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.i18n import translator
from services.reference.kbli import BusinessKind, Kbli, business_kind, is_shipyard
from services.reports.classification import (
    Classification,
    ClassificationInput,
    Family,
    LicenceFact,
    Risk,
    Size,
    Stage,
    StageFacts,
    amounts,
    classify,
    decide_stages,
    stages_due,
)
from tests.services.forms.filled import draft, typed


def company(**facts: Any) -> Classification:
    usual: dict[str, Any] = {
        "estate": False,
        "business": BusinessKind.MANUFACTURING,
        "stage": Stage.PRODUCTION,
        "machine_value": 1_500_000_000,
        "other_fixed_value": 500_000_000,
        "working_capital": 1_000_000_000,
        "small_up_to": 5_000_000_000,
    }
    return classify(ClassificationInput(**{**usual, **facts}))


def test_small_industry_is_told_so_in_the_official_words() -> None:
    found = company()
    assert (found.family, found.size, found.total) == (Family.MANUFACTURING, Size.SMALL, 3_000_000_000)
    assert translator("id").gettext(found.message, **found.params) == (
        "Anda diklasifikasikan sebagai Industri Kecil dikarenakan total nilai investasi mesin, "
        "investasi lainnya dan modal kerja adalah Rp. 3.000.000.000."
    )


def test_medium_large_industry_is_told_so_with_the_figures() -> None:
    found = company(machine_value=4_000_000_001)
    assert found.size is Size.MEDIUM_LARGE
    assert "Industri Menengah Besar" in found.message
    assert translator("id").gettext(found.figures, **found.params) == (
        "Nilai Mesin Rp. 4.000.000.001 + Nilai Lainnya Rp. 500.000.000 + Modal Kerja Rp. 1.000.000.000 "
        "= Rp. 5.500.000.001. Batas Industri Kecil adalah Rp. 5.000.000.000."
    )


@pytest.mark.parametrize(
    ("capital", "size"), [(3_000_000_000, Size.SMALL), (3_000_000_001, Size.MEDIUM_LARGE)]
)
def test_exactly_five_billion_is_small(capital: int, size: Size) -> None:
    assert company(working_capital=capital).size is size


def test_the_limit_is_policy() -> None:
    assert company(small_up_to=2_999_999_999).size is Size.MEDIUM_LARGE


@given(st.lists(st.integers(min_value=0, max_value=10**15), min_size=3, max_size=3))
def test_only_the_sum_decides(parts: list[int]) -> None:
    machine, other, capital = parts
    found = company(machine_value=machine, other_fixed_value=other, working_capital=capital)
    assert found.total == sum(parts)
    assert found.size == company(machine_value=capital, other_fixed_value=machine, working_capital=other).size
    assert found.params["total"] == Decimal(sum(parts))


def test_services_are_measured_by_the_same_limit() -> None:
    assert company(business=BusinessKind.SERVICE_ONLY).family is Family.SERVICE
    assert company(business=BusinessKind.SERVICE_ONLY, machine_value=10**10).size is Size.MEDIUM_LARGE


def test_a_shipyard_has_its_own_form_in_production_only() -> None:
    assert company(is_shipyard=True).family is Family.SHIPYARD
    assert company(is_shipyard=True).size is None
    building = company(is_shipyard=True, stage=Stage.CONSTRUCTION)
    assert (building.family, building.size) == (Family.MANUFACTURING, Size.SMALL)


def test_an_estate_has_no_size() -> None:
    assert company(estate=True, business=BusinessKind.OTHER).size is None


def test_other_businesses_have_no_form() -> None:
    with pytest.raises(ValueError, match="no report form"):
        company(business=BusinessKind.OTHER)


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        (["31012"], BusinessKind.MANUFACTURING),
        (["31012", "33121"], BusinessKind.MANUFACTURING_AND_SERVICE),
        (["33121"], BusinessKind.SERVICE_ONLY),
        (["33151"], BusinessKind.MANUFACTURING),
        (["47111"], BusinessKind.OTHER),
        ([], BusinessKind.OTHER),
    ],
)
def test_the_kind_of_business_is_read_from_the_fields_of_business(
    codes: list[str], kind: BusinessKind
) -> None:
    assert business_kind(Kbli("2025", code) for code in codes) is kind


def test_ship_parts_are_no_shipyard() -> None:
    assert [
        code for code in ("30111", "30112", "30113", "30120", "33151") if is_shipyard(Kbli("2020", code))
    ] == [
        "30111",
        "30112",
        "30120",
        "33151",
    ]


def test_the_amounts_come_from_the_first_page() -> None:
    page = typed()["general_data"]
    assert amounts(draft("general_data", page).values) == {
        "machine_value": 1_500_000_000,
        "other_fixed_value": 500_000_000,
        "working_capital": 1_000_000_000,
    }
    assert amounts(draft("general_data", page | {"working_capital": ""}).values) is None


R, MR = LicenceFact(Risk.LOW), LicenceFact(Risk.MEDIUM_LOW)
MT, MT_VERIFIED = LicenceFact(Risk.MEDIUM_HIGH), LicenceFact(Risk.MEDIUM_HIGH, verified=True)
T, T_VERIFIED = LicenceFact(Risk.HIGH), LicenceFact(Risk.HIGH, verified=True)
IUI = LicenceFact(None, legacy=True)


@pytest.mark.parametrize("licence", [R, MR, MT_VERIFIED, T_VERIFIED, IUI])
def test_a_working_factory_with_a_good_licence_reports_production(licence: LicenceFact) -> None:
    assert stages_due(StageFacts(False, True, licences=(licence,))) == [Stage.PRODUCTION]


@pytest.mark.parametrize("licence", [R, MR, MT, MT_VERIFIED, T, T_VERIFIED, IUI])
def test_a_factory_not_yet_operating_reports_construction_whatever_its_licence(licence: LicenceFact) -> None:
    assert stages_due(StageFacts(False, False, licences=(licence,))) == [Stage.CONSTRUCTION]


@pytest.mark.parametrize("licences", [(MT,), (T,), (MT, T), ()])
def test_operating_on_an_unverified_licence_is_construction_with_a_question(
    licences: tuple[LicenceFact, ...],
) -> None:
    decision = decide_stages(StageFacts(False, True, licences=licences))
    assert (decision.stages, decision.follow_up) == ((Stage.CONSTRUCTION,), True)


def test_one_good_licence_among_unverified_ones_is_production_with_a_question() -> None:
    decision = decide_stages(StageFacts(False, True, licences=(MT, R)))
    assert (decision.stages, decision.follow_up) == ((Stage.PRODUCTION,), True)


def test_expansion_adds_the_construction_report() -> None:
    assert stages_due(StageFacts(False, True, expanding=True, licences=(R,))) == [
        Stage.PRODUCTION,
        Stage.CONSTRUCTION,
    ]


@pytest.mark.parametrize(
    ("operating", "expanding", "stages"),
    [
        (False, False, [Stage.CONSTRUCTION]),
        (False, True, [Stage.CONSTRUCTION]),
        (True, False, [Stage.COMMERCIAL]),
        (True, True, [Stage.COMMERCIAL, Stage.CONSTRUCTION]),
    ],
)
def test_estates_report_commercially_once_they_operate(
    operating: bool, expanding: bool, stages: list[Stage]
) -> None:
    assert stages_due(StageFacts(True, operating, expanding=expanding)) == stages
