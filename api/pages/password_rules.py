"""A new password as pages ask for it: its rules, ticked while one types, and typed twice."""

import re
from typing import Any, Final

from api.pages import forms
from api.pages.shapes import PasswordRule
from services.errors import FieldError, InvalidInput
from services.i18n import N_, Translator
from services.identity import passwords
from services.identity.passwords import Context
from services.registrations.form import CHECK_FIELDS

DIFFERENT: Final = N_("Kedua kata sandi tidak sama.")

# What the browser can judge by itself. Whether a password is easily guessed only the server knows.
_PATTERNS: Final = {
    "length": f"^.{{{passwords.MIN_LENGTH},}}$",
    "digit": r"\p{Nd}",
    "capital": r"\p{Lu}",
    "symbol": r"[^\p{L}\p{N}\s]",
}


def shown(context: Context, words: Translator) -> list[PasswordRule]:
    """Every rule in order. One without a pattern is judged when the form is sent."""
    return [
        PasswordRule(words.gettext(rule.label), _PATTERNS.get(rule.id) or _other(rule.id, context))
        for rule in passwords.rules("", context)
    ]


def matching(typed: dict[str, Any], first: str, second: str) -> None:
    """InvalidInput at the second field unless both passwords are the same."""
    if forms.text(typed, first) != forms.text(typed, second):
        raise InvalidInput(CHECK_FIELDS, fields=[FieldError(second, DIFFERENT)])


def _other(rule: str, context: Context) -> str:
    if rule != "context":
        return ""
    known = "|".join(re.escape(word) for word in sorted(context.words()))
    # Case folding by hand: the page's rules have no flag of their own for it.
    either = re.sub(r"[a-z]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", known)
    return f"^(?!.*(?:{either})).+$"
