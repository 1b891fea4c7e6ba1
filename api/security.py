"""What surrounds every request: its id, the caller's address, and the security headers of the answer."""

import re
import secrets
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services.models import new_id
from settings import Settings

MAX_BODY: Final = 1024 * 1024
"""For `FastAPI(max_body_size=…)`."""
MAX_UPLOAD_BODY: Final = 96 * 1024 * 1024
"""For `max_body_size=…` of the routes that take a file: half as much again as the largest file may have, so that
one that is a little too large is refused at its field, with the rest kept, and not as a bare error."""

STATIC: Final = re.compile(r"^/static/")
ONE_YEAR: Final = 31_536_000

"""The id of the request being served; the log filter below puts it on every line."""

_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer",
            "browsing-topics",
            "camera",
            "display-capture",
            "geolocation",
            "gyroscope",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "usb",
        )
    ),
}
_PAGE_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
DOCUMENT_POLICY: Final = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
"""Set as Content-Security-Policy on a stored file that one of our own pages shows in a frame."""
_LAST_RESORT: Final = PlainTextResponse("Terjadi kesalahan. / Something went wrong.", 500)


def harden(app: ASGIApp, settings: Settings) -> ASGIApp:
    """`app` inside everything below. Goes around Starlette's own error handling, so that a 500 has it too:

    class App(FastAPI):
        def build_middleware_stack(self) -> ASGIApp:
            return harden(super().build_middleware_stack(), settings)
    """
    hardened: ASGIApp = SecurityHeaders(app, https=settings.public_url.startswith("https://"))
    hardened = RequestIds(hardened)
    if settings.trusted_proxies:
        # uvicorn itself must run with proxy_headers=False: by default it believes every local caller.
        hardened = ProxyHeadersMiddleware(hardened, trusted_hosts=list(settings.trusted_proxies))  # type: ignore[arg-type, assignment]  # uvicorn spells out ASGI types of its own
    return hardened


@dataclass(frozen=True)
class RequestIds:
    """Gives each request an id of ours: on the answer, and in `request.state.request_id` for the lines of the log."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        id_ = new_id().hex
        scope.setdefault("state", {})["request_id"] = id_

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = id_
            await send(message)

        await self.app(scope, receive, send_with_id)


@dataclass(frozen=True)
class SecurityHeaders:
    """Headers of every answer. A route may set a Content-Security-Policy or Cache-Control of its own.

    `request.state.csp_nonce` is what inline scripts and styles of this answer must carry. Set-Cookie lines
    left in `request.state.cookies` (a list) go out with the answer.
    """

    app: ASGIApp
    https: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["csp_nonce"] = nonce = secrets.token_urlsafe(16)
        state["cookies"] = cookies = list[str]()
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                self._fill(headers, nonce, scope["path"])
                for cookie in cookies:
                    headers.append("Set-Cookie", cookie)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            if not started:  # even the answer to the error failed; the server would send a bare one
                await _LAST_RESORT(scope, receive, send_with_headers)
            raise

    def _fill(self, headers: MutableHeaders, nonce: str, path: str) -> None:
        for name, value in _ALWAYS.items():
            headers[name] = value
        headers.setdefault("Content-Security-Policy", _PAGE_POLICY.format(nonce=nonce))
        if not STATIC.match(path):
            headers.setdefault("Cache-Control", "no-store")
        if self.https:
            headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}; includeSubDomains"
