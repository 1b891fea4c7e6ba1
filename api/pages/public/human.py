"""Telling people from form-filling programs without third parties, pictures or JavaScript (decision 0100)."""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import Request
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from api.cookies import settings_of
from api.deps import locale_of, parts_of
from services.errors import FieldError, TooManyRequests
from services.i18n import N_, translator
from services.identity import ratelimit
from services.identity.ratelimit import Limit, Try

ANSWER: Final = "human_answer"
TOKEN: Final = "human_token"  # noqa: S105  (the name of a field)
TRAP: Final = "website"
"""A field no person sees; programs fill in everything."""
LIFE_SECONDS: Final = 4 * 3600
SHORTEST_SECONDS: Final = 2
TRIES: Final = Limit("human.token", 10, ratelimit.REGISTRATION_ADDRESS.window * 4)

_WORDS: Final = (
    N_("nol"),
    N_("satu"),
    N_("dua"),
    N_("tiga"),
    N_("empat"),
    N_("lima"),
    N_("enam"),
    N_("tujuh"),
    N_("delapan"),
    N_("sembilan"),
)
_QUESTION: Final = N_("Berapa {first} ditambah {second}?")
_WRONG: Final = N_("Jawaban hitungan ini belum tepat.")
_TOO_FAST: Final = N_("Formulir terkirim terlalu cepat. Periksa isiannya, lalu kirim sekali lagi.")
_TOO_OLD: Final = N_("Pertanyaan ini sudah terlalu lama. Jawab pertanyaan yang baru.")


def check_of(request: Request, token: str = "") -> dict[str, str]:
    """The question to show and its token: those of `token` while it is good, else new ones."""
    name, wrong = _read(request, token)
    if wrong:
        name = secrets.token_hex(8)
        token = _serializer(request).dumps(name)
    words = translator(locale_of(request))
    first, second = (words.gettext(_WORDS[number]) for number in _numbers(request, name))
    return {"question": words.gettext(_QUESTION, first=first, second=second), "token": token}


async def problems(request: Request, typed: dict[str, Any]) -> list[FieldError]:
    """What speaks against a person having sent this, as errors at the question. Empty: go on.

    A token serves one form, filled in with a few corrections: nobody answers once and sends a thousand.
    """
    token = str(typed.get(TOKEN, ""))
    name, wrong = _read(request, token)
    if wrong:
        return [FieldError(ANSWER, wrong)]
    try:
        await ratelimit.hit(parts_of(request).sessions, Try(TRIES, name))
    except TooManyRequests:
        typed.pop(TOKEN)
        return [FieldError(ANSWER, _TOO_OLD)]
    if typed.get(TRAP) or str(typed.get(ANSWER, "")).strip() != str(sum(_numbers(request, name))):
        return [FieldError(ANSWER, _WRONG)]
    if _age(request, token) < SHORTEST_SECONDS:
        return [FieldError(ANSWER, _TOO_FAST)]
    return []


def _read(request: Request, token: str) -> tuple[str, str]:
    """The token's name, and what is wrong with it ("": nothing)."""
    try:
        return str(_serializer(request).loads(token, max_age=LIFE_SECONDS)), ""
    except SignatureExpired:
        return "", _TOO_OLD
    except BadSignature:
        return "", _WRONG


def _numbers(request: Request, name: str) -> tuple[int, int]:
    """The two numbers, 1 to 9, of a token's name: they stand in no token, only whoever has our key finds them."""
    key = settings_of(request).secret_key.encode()
    drawn = hmac.digest(key, b"human\0" + name.encode(), hashlib.sha256)
    return 1 + drawn[0] % 9, 1 + drawn[1] % 9


def _age(request: Request, token: str) -> float:
    """Seconds since the question was asked (real time)."""
    _, asked = _serializer(request).loads(token, return_timestamp=True)
    return float((datetime.now(UTC) - asked).total_seconds())


def _serializer(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings_of(request).secret_key, salt="human")
