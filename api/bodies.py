"""How requests may arrive: how slowly, and in how many parts. Whoever only wants to keep us waiting is let go."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_FILES: Final = 20
MAX_FIELDS: Final = 50_000
"""Of a form without files: the rows of a long table."""
MAX_PARTS: Final = 5_000
"""Fields of a form with files: each costs headers of its own."""
MAX_TYPED: Final = 1_000
"""Fields of a form that a program sends, for `FastAPI(form_limits=…)`."""

SLOWEST: Final = 2_048
"""Bytes a second. A mobile line that is barely there brings more."""
GRACE: Final = 20.0
"""Seconds that any body may take, however short it is."""
HEADERS_WITHIN: Final = 20.0
"""Seconds from the first byte of a request to the end of its headers."""
SILENT: Final = 75.0
"""Seconds a connection may say nothing at all, as one that a browser opens beforehand."""
AFTERWARDS: Final = 60.0
"""Seconds that the rest of a body may still come when it was answered already. Cut at once, many a client would not
read the answer."""


async def form_of(request: Request) -> FormData:
    """The form of a page, read once. HTTPException 400 where it has more parts than any page of ours sends."""
    fields = MAX_PARTS if kind_of(request) == "multipart/form-data" else MAX_FIELDS
    return await request.form(max_files=MAX_FILES, max_fields=fields)


def kind_of(request: Request) -> str:
    """The media type of the body, as it says itself: "multipart/form-data"."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class Paced:
    """Ends what comes too slowly: HTTPException 408 to whoever reads the body. Only waiting for it counts."""

    app: ASGIApp
    grace: float = GRACE
    slowest: int = SLOWEST

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        allowed, whole = self.grace, False

        async def in_time() -> Message:
            nonlocal allowed, whole
            if whole:  # from here on it is only asked whether the caller is still there
                return await receive()
            loop = asyncio.get_running_loop()
            began = loop.time()
            try:
                async with asyncio.timeout(allowed):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            allowed += len(message.get("body", b"")) / self.slowest - (loop.time() - began)
            whole = not message.get("more_body", False)
            return message

        await self.app(scope, in_time, send)


class Prompt(HttpToolsProtocol):
    """uvicorn's connection with a limit on what happens outside of the application: before the end of the headers,
    and after an answer that did not wait for the body."""

    silent = SILENT
    headers_within = HEADERS_WITHIN
    afterwards = AFTERWARDS
    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._allow(self.silent)

    def connection_lost(self, exc: Exception | None) -> None:
        self._allow(None)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._allow(self.headers_within)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._allow(None)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._allow(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        cycle: Any = self.cycle
        if cycle.more_body:
            self._allow(self.afterwards)
        super().on_response_complete()

    def _allow(self, seconds: float | None) -> None:
        if self._limit is not None:
            self._limit.cancel()
        end = self.timeout_keep_alive_handler
        self._limit = None if seconds is None else self.loop.call_later(seconds, end)
