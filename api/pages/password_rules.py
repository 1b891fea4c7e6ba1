"""The rules of a new password as a page ticks them while one types."""

import re
from typing import Final

from api.pages.shapes import PasswordRule
from services.i18n import Translator
from services.identity import passwords
from services.identity.passwords import Context

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


def _other(rule: str, context: Context) -> str:
    if rule != "context":
        return ""
    known = "|".join(re.escape(word) for word in sorted(context.words()))
    # Case folding by hand: the page's rules have no flag of their own for it.
    either = re.sub(r"[a-z]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", known)
    return f"^(?!.*(?:{either})).+$"
