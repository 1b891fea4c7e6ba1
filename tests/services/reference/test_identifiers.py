"""Identifiers are taken as people write them, stored in one form, and refused at their field."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import InvalidInput
from services.reference import identifiers


@pytest.mark.parametrize("text", ["2806220061682", " 2806220061682 ", "2806.2200.61682", "280622-0061682"])
def test_a_nib_has_13_digits(text: str) -> None:
    assert identifiers.nib(text) == "2806220061682"


@pytest.mark.parametrize(
    "text", ["", "280622006168", "28062200616820", "28062200616B2", "２８０６２２００６１６８２"]
)
def test_anything_else_is_no_nib(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        identifiers.nib(text)
    assert [(error.field, error.message) for error in refusal.value.fields] == [
        ("nib", "NIB terdiri atas 13 angka.")
    ]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("01.312.166.0-091.000", "013121660091000"),
        ("013121660091000", "013121660091000"),
        ("0013121660091000", "0013121660091000"),
    ],
)
def test_an_npwp_has_15_or_16_digits(text: str, digits: str) -> None:
    assert identifiers.tax_number(text) == digits
    assert identifiers.tax_number_warning(digits) is None


@pytest.mark.parametrize("text", ["", "01312166009100", "00131216600910000", "01.312.166.0-091.00A"])
def test_anything_else_is_no_npwp(text: str) -> None:
    with pytest.raises(InvalidInput):
        identifiers.tax_number(text)


@pytest.mark.parametrize("text", ["013121661091000", "9999999999999999"])
def test_a_wrong_check_digit_of_an_npwp_warns_and_never_blocks(text: str) -> None:
    digits = identifiers.tax_number(text)
    warning = identifiers.tax_number_warning(digits)
    assert warning is not None
    assert warning.field == "npwp"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Produksi@Rotan-Mahakam.EXAMPLE", "Produksi@rotan-mahakam.example"),
        (" a.b+c@sub.domain.example ", "a.b+c@sub.domain.example"),
    ],
)
def test_an_address_is_kept_with_its_domain_in_lower_case(text: str, address: str) -> None:
    assert identifiers.email(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "perusahaan",
        "@contoh.example",
        "a@",
        "a@contoh",
        "a b@contoh.example",
        "a@contoh..example",
        ".a@contoh.example",
        "a@-contoh.example",
        "a@127.0.0.1",
        "a@contoh.example\nBcc: b@contoh.example",
        "a@contoh.example, b@contoh.example",
        "Nama <a@contoh.example>",
        "x" * 65 + "@contoh.example",
        "a@" + "x" * 64 + ".example",
        "a@" + "x." * 130 + "example",
    ],
)
def test_anything_else_is_no_address(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        identifiers.email(text)
    assert refusal.value.field == "email"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0812 3456 7890", "+6281234567890"),
        ("+62 812-3456-7890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("+62 (0)812 3456 7890", "+6281234567890"),
        ("(0541) 123456", "+62541123456"),
        ("0065 6123 4567", "+6561234567"),
    ],
)
def test_a_telephone_number_is_kept_in_international_form(text: str, number: str) -> None:
    assert identifiers.phone(text) == number


@pytest.mark.parametrize(
    "text", ["", "telepon", "0812", "12345678", "+62", "0812 3456 7890 ext 2", "+" + "1" * 16]
)
def test_anything_else_is_no_telephone_number(text: str) -> None:
    with pytest.raises(InvalidInput):
        identifiers.phone(text)


def test_a_postcode_has_five_digits() -> None:
    assert identifiers.postcode(" 75123 ") == "75123"
    for wrong in ("7512", "075123", "7512a", ""):
        with pytest.raises(InvalidInput):
            identifiers.postcode(wrong)


def test_a_form_shows_all_its_problems_at_once() -> None:
    values, problems = identifiers.each(
        {
            "nib": lambda: identifiers.nib("123"),
            "npwp": lambda: identifiers.tax_number("013121660091000"),
            "email": lambda: identifiers.email("perusahaan"),
        }
    )
    assert values == {"npwp": "013121660091000"}
    assert [problem.field for problem in problems] == ["nib", "email"]


CHECKS = [
    identifiers.nib,
    identifiers.tax_number,
    identifiers.email,
    identifiers.phone,
    identifiers.postcode,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@given(text=st.text(max_size=40))
def test_whatever_is_typed_is_kept_in_a_stable_form_or_refused(
    check: Callable[[str], str], text: str
) -> None:
    try:
        normal = check(text)
    except InvalidInput:
        return
    assert check(normal) == normal
