"""Reading numbers as people and programs write them, and writing them in one canonical form."""

import math
import re
from decimal import Decimal
from enum import StrEnum

from services.i18n import N_

_MAX_TYPED = 40
_MAX_BITS = 128
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?")  # 1.000.000 and 1.000.000,50
_COMMA = re.compile(r"[0-9]+(?:,[0-9]+)?")  # 1000000 and 12,5
_SHORT_POINT = re.compile(r"[0-9]+\.[0-9]{1,2}")  # 12.5 can only be a decimal point; 1.500 is a thousand
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_CURRENCY = re.compile(r"^(?:rp\.?|idr)\s*", re.IGNORECASE)
_NO_CENTS = re.compile(r",[-–—]$")  # "Rp 1.000,-" is how prices are written


class Notation(StrEnum):
    """How digits in text are grouped: as Indonesians type them, or as programs send them."""

    INDONESIAN = "indonesian"
    PLAIN = "plain"


class AnswerError(ValueError):
    """An answer that cannot be accepted: a gettext id and its parameters, to be put at the field."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


def read(raw: object, notation: Notation, *, scale: int, currency: bool = False) -> Decimal:
    """The number in a text or a JSON number, with at most `scale` decimals; else AnswerError says why."""
    number = _from_text(raw, notation, currency) if isinstance(raw, str) else _from_json(raw)
    typed_places = max(0, -int(number.as_tuple().exponent))
    # More zeros than money ever has, as in "1,000", is a foreign thousand: refused rather than read as one.
    if typed_places > max(scale, 2) or _places(number) > scale:
        if scale == 0:
            raise AnswerError(N_("Isi dengan bilangan bulat, dengan titik untuk ribuan. Contoh: 1.000.000."))
        raise AnswerError(N_("Isi dengan paling banyak {scale} angka di belakang koma."), scale=scale)
    return number


def plain(number: Decimal) -> str:
    """The one way a decimal is stored: "12.5", "0", "1000000"; no exponent, trailing zeros or minus zero."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def indonesian(number: Decimal | int) -> str:
    """ "1.000.000,5", as it is typed into a form."""
    text = plain(Decimal(number))
    whole, _, fraction = text.lstrip("-").partition(".")
    grouped = f"{int(whole):,}".replace(",", ".") + (f",{fraction}" if fraction else "")
    return f"-{grouped}" if text.startswith("-") else grouped


def _from_json(raw: object) -> Decimal:
    if isinstance(raw, int) and not isinstance(raw, bool):
        if raw.bit_length() > _MAX_BITS:
            raise AnswerError(N_("Angka terlalu besar."))
        return Decimal(raw)
    if isinstance(raw, float) and math.isfinite(raw):
        number = Decimal(repr(raw))
        return Decimal(int(number)) if number == number.to_integral_value() else number
    raise AnswerError(N_("Isi dengan angka."))


def _from_text(raw: str, notation: Notation, currency: bool) -> Decimal:
    text = raw.strip()
    if len(text) > _MAX_TYPED:
        raise AnswerError(N_("Angka terlalu panjang."))
    if currency:
        text = _NO_CENTS.sub("", _CURRENCY.sub("", text))
    sign, digits = ("-", text[1:].lstrip()) if text[:1] in {"-", "−"} else ("", text)
    return Decimal(sign + _digits(digits, notation))


def _digits(text: str, notation: Notation) -> str:
    if notation is Notation.PLAIN:
        if _PLAIN.fullmatch(text):
            return text
        raise AnswerError(N_("Isi dengan angka tanpa pemisah ribuan, dengan titik untuk desimal."))
    if _GROUPED.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    if _COMMA.fullmatch(text):
        return text.replace(",", ".")
    if _SHORT_POINT.fullmatch(text):
        return text
    raise AnswerError(N_("Isi dengan angka. Contoh: 1.000.000 atau 12,5."))


def _places(number: Decimal) -> int:
    return len(plain(number).partition(".")[2])
