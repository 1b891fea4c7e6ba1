"""What the last action did, said on the page that follows it: left in a signed cookie, taken once."""

from typing import Any, Final

from fastapi import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from api import cookies
from api.deps import locale_of
from api.pages.rendering import Flash
from services.i18n import translator

_SALT: Final = "flash"
_LIFE_SECONDS: Final = 120


def leave(request: Request, message: str, tone: str = "positive", **params: Any) -> None:
    """Say this (a message id) on the next page. Keep it free of secrets: the cookie is signed, not sealed."""
    text = translator(locale_of(request)).gettext(message, **params)
    cookies.set_flash(request, _serializer(request).dumps([text, tone]))


def now(request: Request, message: str, tone: str = "positive", **params: Any) -> None:
    """Say this on the page that answers this very request."""
    text = translator(locale_of(request)).gettext(message, **params)
    request.state.flashes = (*getattr(request.state, "flashes", ()), Flash(text, tone))


def taken(request: Request) -> tuple[Flash, ...]:
    """What there is to be said now: by this request, or left by the last action. Each is said once."""
    said: tuple[Flash, ...] = getattr(request.state, "flashes", ())
    left = cookies.read(request, cookies.FLASH)
    if not left:
        return said
    cookies.clear_flash(request)
    try:
        text, tone = _serializer(request).loads(left, max_age=_LIFE_SECONDS)
    except BadSignature:
        return said
    return (Flash(text, tone), *said)


def _serializer(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(cookies.settings_of(request).secret_key, salt=_SALT)
