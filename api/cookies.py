"""The cookies we set: session, form, known device, flash, account, language. One place for their names and attributes.

`__Host-` and Secure need https. On http://127.0.0.1 today's Chromium and Firefox make an exception, Safari and
older Chromium do not, and nobody does for another address; so an http:// instance (never production: the
settings refuse it) uses plain names.
"""

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Final

from fastapi import Request

from services.identity.gate import Entry
from services.identity.secret import new_secret
from settings import Settings

SESSION: Final = "tenggat"
FORM: Final = "tenggat-form"
DEVICE: Final = "tenggat-device"
FLASH: Final = "tenggat-flash"
ACCOUNT: Final = "tenggat-account"
LANGUAGE: Final = "lang"
DEVICE_LIFE: Final = timedelta(days=180)
CHOICE_LIFE: Final = timedelta(days=365)


def settings_of(request: Request) -> Settings:
    """The settings the application was built with."""
    settings: Settings = request.app.state.settings
    return settings


def read(request: Request, name: str) -> str | None:
    """The value of one of our cookies."""
    return request.cookies.get(_full(request, name))


def set_session(request: Request, token: str) -> None:
    """The session's token goes out with the answer to this request, and lasts as long as the browser runs."""
    _set(request, SESSION, token)


def clear_session(request: Request) -> None:
    """The browser forgets its session with the answer to this request."""
    _set(request, SESSION, "", life=timedelta(0))


def set_device(request: Request, token: str) -> None:
    """Marks this browser as one that somebody has signed in from."""
    _set(request, DEVICE, token, life=DEVICE_LIFE)


def set_flash(request: Request, value: str) -> None:
    """What the next page says once."""
    _set(request, FLASH, value)


def clear_flash(request: Request) -> None:
    """It has been said."""
    _set(request, FLASH, "", life=timedelta(0))


def set_account(request: Request, account_id: str) -> None:
    """Which of their accounts somebody acts for. A wish, not a right: it is checked against their accounts."""
    _set(request, ACCOUNT, account_id, life=CHOICE_LIFE)


def set_language(request: Request, locale: str) -> None:
    """The language this browser reads; the same name on http and https, so that it needs no session."""
    _put(request, LANGUAGE, locale, CHOICE_LIFE)


def form_cookie(request: Request) -> str | None:
    """The secret that forms for people who are not signed in are bound to."""
    made: str | None = getattr(request.state, "form_cookie", None)
    return made or read(request, FORM)


def new_form_cookie(request: Request) -> str:
    """Make that secret and send it with the answer."""
    request.state.form_cookie = value = new_secret()
    _set(request, FORM, value)
    return value


def _full(request: Request, name: str) -> str:
    return f"__Host-{name}" if _https(request) else name


def _https(request: Request) -> bool:
    return settings_of(request).public_url.startswith("https://")


def _set(request: Request, name: str, value: str, *, life: timedelta | None = None) -> None:
    _put(request, _full(request, name), value, life)


def _put(request: Request, full: str, value: str, life: timedelta | None) -> None:
    cookie = SimpleCookie({full: value})
    morsel = cookie[full]
    morsel["path"] = "/"
    morsel["httponly"] = True
    morsel["samesite"] = "Lax"
    if _https(request):
        morsel["secure"] = True
    if life is not None:
        morsel["max-age"] = int(life.total_seconds())
    request.state.cookies.append(morsel.OutputString())


def remember(request: Request, entry: Entry) -> None:
    """The cookies of somebody who came in."""
    if entry.session_token is not None:
        set_session(request, entry.session_token)
    if entry.device is not None:
        set_device(request, entry.device)
