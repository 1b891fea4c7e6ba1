"""Browsers that somebody signed in from before: their owner is not locked out by strangers' guesses.

After the OWASP scheme of device cookies: a signed note in the browser, good for one username, with a limit of
its own.
"""

from datetime import timedelta
from typing import Final

from itsdangerous import BadSignature, URLSafeTimedSerializer

from services.identity.secret import digest, new_secret

LIFE: Final = timedelta(days=180)
_SALT: Final = "known-device"


def issue(username: str, key: str) -> str:
    """What a browser keeps after a successful sign-in."""
    return _serializer(key).dumps([digest(username), new_secret()[:22]])


def of(cookie: str | None, username: str, key: str) -> str | None:
    """The device's own id if the note is ours, recent and for this username; else None."""
    if not cookie:
        return None
    try:
        whose, device = _serializer(key).loads(cookie, max_age=int(LIFE.total_seconds()))
    except BadSignature:
        return None
    return str(device) if whose == digest(username) else None


def _serializer(key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key, salt=_SALT)
