"""The style sheets stay within the strict policy, and the palette is readable."""

import re

import pytest

from api.pages.urls import STATIC

SHEETS = {path.name: path.read_text(encoding="utf-8") for path in (STATIC / "css").glob("*.css")}
TOKENS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", SHEETS["base.css"]))

READABLE = [
    ("ink", "paper"), ("ink", "ground"), ("ink-soft", "paper"), ("ink-soft", "ground"), ("ink-muted", "paper"),
    ("ink-muted", "ground"), ("brand-600", "paper"), ("brand-600", "ground"), ("brand-600", "brand-50"),
    ("paper", "brand-600"), ("paper", "brand-700"), ("paper", "negative"), ("positive", "paper"),
    ("negative", "paper"), ("negative", "negative-50"), ("warning", "paper"), ("warning", "warning-50"),
    ("ink", "warning-line"), ("ink", "info-50"), ("ink", "positive-50"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "ground"), READABLE)
def test_text_has_the_contrast_that_wcag_aa_asks_for(text: str, ground: str) -> None:
    assert _contrast(TOKENS[text], TOKENS[ground]) >= 4.5


def test_badges_have_it_too() -> None:
    badges = re.findall(
        r"\.badge\.\w+ { background: (#\w+); color: (#\w+|var\(--[\w-]+\));", SHEETS["components.css"]
    )
    assert len(badges) == 4
    for ground, text in badges:
        token = re.fullmatch(r"var\(--([\w-]+)\)", text)
        assert _contrast(TOKENS[token[1]] if token else text, ground) >= 4.5


def test_borders_of_fields_can_be_seen() -> None:
    assert _contrast(TOKENS["line-strong"], TOKENS["paper"]) >= 3


def test_the_way_out_of_a_field_stands_closer_to_it_than_the_next_field() -> None:
    gaps = re.findall(
        r"(\.field \+ \.field-way-out|\.field-way-out \+ \.field)[,{ ][^}]*?margin-top: var\(--(\w+)\)",
        SHEETS["forms.css"],
    )
    assert gaps == [(".field + .field-way-out", "s1"), (".field-way-out + .field", "s5")]


@pytest.mark.parametrize("sheet", SHEETS)
def test_nothing_is_fetched_from_elsewhere(sheet: str) -> None:
    for address in re.findall(r"url\(\"?([^\")]+)", SHEETS[sheet]):
        assert address.startswith("/static/"), address
    assert "@import" not in SHEETS[sheet]


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (_linear(int(digits[place : place + 2], 16) / 255) for place in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
