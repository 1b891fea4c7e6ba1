"""Requests that another site's page makes in a user's name: how they are told apart and refused."""

import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from api.bodies import form_of, kind_of
from api.cookies import form_cookie, new_form_cookie, settings_of
from services.errors import Forbidden
from services.i18n import N_

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER: Final = "X-CSRF-Token"
FIELD: Final = "csrf_token"


class ForgeryRefused(Forbidden):
    """Not provably sent by a page of ours."""

    code = "csrf_refused"

    def __init__(
        self,
        message: str = N_(
            "Formulir ini sudah terlalu lama terbuka. Muat ulang halaman, lalu kirim sekali lagi."
        ),
    ) -> None:
        super().__init__(message)


def carries_key(request: Request) -> bool:
    """Whether the caller named a key itself. A page of another site cannot: it would have to ask us first."""
    return request.headers.get("authorization", "").lower().startswith("bearer ")


def signed_in(request: Request) -> bool:
    """Whether a session cookie made this request somebody's."""
    return getattr(request.state, "signed_in", None) is not None


def check_origin(request: Request) -> None:
    """ForgeryRefused unless the browser says that a page of ours made this request.

    Browsers send Sec-Fetch-Site, older ones Origin. A program sends neither and has no cookie to misuse.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        raise ForgeryRefused
    if origin is not None and not _ours(request, origin):
        raise ForgeryRefused
    if site is None and origin is None and signed_in(request):
        raise ForgeryRefused


async def check_token(request: Request) -> None:
    """ForgeryRefused unless the header or the form field carries the token that our page was given."""
    sent = request.headers.get(HEADER) or await _field(request)
    expected = _expected(request)
    if not sent or not expected or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise ForgeryRefused


def csrf_token(request: Request) -> str:
    """What forms on this page carry: the session's token, else one bound to a cookie of the form itself."""
    if signed_in(request):
        return _expected(request)
    return _of_form(request, form_cookie(request) or new_form_cookie(request))


def _expected(request: Request) -> str:
    if signed_in(request):
        token: str = request.state.signed_in.csrf_token
        return token
    cookie = form_cookie(request)
    return _of_form(request, cookie) if cookie else ""


def _of_form(request: Request, cookie: str) -> str:
    key = settings_of(request).secret_key.encode()
    return hmac.digest(key, b"form\0" + cookie.encode(), hashlib.sha256).hex()


def _ours(request: Request, origin: str) -> bool:
    public_url = settings_of(request).public_url
    here = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return origin != "null" and origin in (_origin_of(public_url), here)


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def _field(request: Request) -> str:
    if kind_of(request) not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return ""
    form = await form_of(request)
    value = form.get(FIELD)
    return value if isinstance(value, str) else ""
