"""A client for load: every request over a connection of its own, as from companies that have never met.

On two cores a whole HTTP library in the load generator is felt in every answer; this one costs a tenth of it.
"""

import asyncio
import json
import random
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

T = TypeVar("T")


class Wire:
    """POSTs to one server, waiting at most `patience` seconds for each answer."""

    def __init__(self, url: str, patience: float) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._patience = patience

    @property
    def origin(self) -> str:
        """What a page of this server would name as where it comes from."""
        return f"http://{self._host}:{self._port}"

    async def post(self, path: str, headers: Mapping[str, str], body: object) -> tuple[int, Any]:
        """The answer's status and JSON. TimeoutError after the patience, ValueError where it was cut off."""
        head, content = await self._post(path, "application/json", headers, json.dumps(body).encode())
        return _status(head), json.loads(content)

    async def submit(
        self, path: str, headers: Mapping[str, str], typed: Mapping[str, str]
    ) -> tuple[int, str]:
        """A form, as a page sends it: the answer's status and all of its head."""
        kind = "application/x-www-form-urlencoded"
        head, _ = await self._post(path, kind, headers, urlencode(typed).encode())
        return _status(head), head.decode("latin-1")

    async def _post(
        self, path: str, kind: str, headers: Mapping[str, str], content: bytes
    ) -> tuple[bytes, bytes]:
        head = {
            "Host": f"{self._host}:{self._port}",
            "Connection": "close",
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            **headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        async with asyncio.timeout(self._patience):
            return await self._exchange(f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + content)

    async def _exchange(self, request: bytes) -> tuple[bytes, bytes]:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(request)
            head, _, content = (await reader.read(-1)).partition(b"\r\n\r\n")
        finally:
            writer.close()
        return head, content


async def arriving(asks: Sequence[Callable[[float], Coroutine[Any, Any, T]]], rate: float) -> list[T]:
    """The answers to all `asks`, `rate` a second on average, at random (a Poisson process, the same each run).

    Each is told when it was due (`time.perf_counter`) and asked then, whether or not earlier ones were answered.
    """
    arrivals = random.Random(rate)
    due = time.perf_counter()
    tasks = []
    async with asyncio.TaskGroup() as group:
        for ask in asks:
            due += arrivals.expovariate(rate)
            await asyncio.sleep(due - time.perf_counter())
            tasks.append(group.create_task(ask(due)))
    return [task.result() for task in tasks]


def _status(head: bytes) -> int:
    if not head:
        raise ValueError("the answer was cut off")
    return int(head.split(None, 2)[1])
