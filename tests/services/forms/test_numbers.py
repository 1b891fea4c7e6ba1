"""Numbers are read as Indonesians write them and as programs send them; nothing else gets through."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reports.numbers import AnswerError, Notation, indonesian, plain, read

AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15)
QUANTITIES = st.decimals(
    min_value=-(10**15), max_value=10**15, places=2, allow_nan=False, allow_infinity=False
)


def from_page(text: object, *, scale: int = 2, currency: bool = False) -> Decimal:
    return read(text, Notation.INDONESIAN, scale=scale, currency=currency)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1.000.000", "1000000"),
        ("1000000", "1000000"),
        (" 12,5 ", "12.5"),
        ("12.5", "12.5"),
        ("1.500", "1500"),
        ("1.234,56", "1234.56"),
        ("0", "0"),
        ("007", "7"),
        ("-3", "-3"),
        ("−3", "-3"),
    ],
)
def test_a_page_understands(typed: str, meant: str) -> None:
    assert from_page(typed) == Decimal(meant)


@pytest.mark.parametrize("typed", ["Rp 1.000.000", "rp1.000.000,-", "Rp. 1.000.000,00", "IDR 1000000"])
def test_money_may_carry_its_sign(typed: str) -> None:
    assert from_page(typed, scale=0, currency=True) == 1_000_000


@pytest.mark.parametrize(
    "typed",
    [
        "banyak",
        "12a",
        "1e5",
        "NaN",
        "Infinity",
        "1.00.000",
        "0.125",
        "1,000,000",
        "1.000.00",
        "١٢٣",
        "1 000",
        "--1",
        "-",
        "1" * 41,
    ],
)
def test_a_page_refuses_with_a_message(typed: str) -> None:
    with pytest.raises(AnswerError):
        from_page(typed)


def test_a_foreign_thousand_is_refused_rather_than_read_as_one() -> None:
    with pytest.raises(AnswerError):
        from_page("1,000", scale=0, currency=True)
    with pytest.raises(AnswerError):
        from_page("1,000", scale=2)


def test_programs_write_a_point_for_decimals_and_no_thousands() -> None:
    assert read("1.125", Notation.PLAIN, scale=3) == Decimal("1.125")
    with pytest.raises(AnswerError):
        read("1.000.000", Notation.PLAIN, scale=0)


@pytest.mark.parametrize("sent", [True, None, [], {}, float("nan"), float("inf"), 10**400, "", b"1"])
def test_json_that_is_no_number_is_refused(sent: object) -> None:
    with pytest.raises(AnswerError):
        from_page(sent)


@pytest.mark.parametrize(("sent", "meant"), [(5, "5"), (12.5, "12.5"), (1e3, "1000"), (0.1, "0.1")])
def test_json_numbers_are_taken_as_written(sent: object, meant: str) -> None:
    assert plain(from_page(sent)) == meant


@given(AMOUNTS)
def test_money_survives_the_way_to_the_page_and_back(amount: int) -> None:
    assert from_page(indonesian(amount), scale=0, currency=True) == amount


@given(QUANTITIES)
def test_quantities_survive_the_way_to_the_page_and_back(quantity: Decimal) -> None:
    assert from_page(indonesian(quantity)) == quantity
    assert read(plain(quantity), Notation.PLAIN, scale=2) == quantity


@given(QUANTITIES)
def test_a_quantity_has_one_spelling(quantity: Decimal) -> None:
    spelled = plain(quantity)
    assert spelled == plain(Decimal(spelled))
    assert "E" not in spelled
    assert spelled != "-0"
    assert not (("." in spelled) and spelled.endswith(("0", ".")))


@given(st.text() | st.floats() | st.integers() | st.none() | st.booleans(), st.sampled_from(Notation))
def test_whatever_is_typed_is_a_number_or_a_refusal(raw: object, notation: Notation) -> None:
    try:
        number = read(raw, notation, scale=2)
    except AnswerError:
        return
    assert number.is_finite()
    assert int(number.as_tuple().exponent) >= -2
