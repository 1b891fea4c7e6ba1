"""Callers who dribble, and forms of ten thousand parts: they are let go, and everybody else is answered meanwhile."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest
import uvicorn
from sqlalchemy import select

from api import serving
from api.bodies import MAX_FILES, Paced, Prompt
from services.models import Document
from tests.api.conftest import NOWHERE, Api, once
from tests.api.test_registrations import TYPED
from tests.engine import Database
from tests.services.documents.corpus import pdf
from tests.world import settings_for

MiB = 1024 * 1024
SLOW_ONES = 30
LIMIT = 1.0
SOON = 6.0  # seconds on a machine that is busy with other tests
PARTS = 10_000


class Impatient(Prompt):
    """As at work, only sooner."""

    silent = headers_within = afterwards = LIMIT


@asynccontextmanager
async def listening(api: Api, slowest: int = 10_000) -> AsyncIterator[int]:
    """The port of a server whose patience is short."""
    paced = Paced(api.app, grace=LIMIT, slowest=slowest)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        config = uvicorn.Config(paced, http=Impatient, log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[free]))
        while not server.started:  # noqa: ASYNC110 -- it has no event to wait for
            await asyncio.sleep(0.02)
        yield free.getsockname()[1]
        server.should_exit = True
        await running


def upload(path: str, length: int, *headers: str) -> bytes:
    """The beginning of a form with a file."""
    head = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    head += ["Content-Type: multipart/form-data; boundary=XX", f"Content-Length: {length}"]
    part = '--XX\r\nContent-Disposition: form-data; name="document"; filename="nib.pdf"'
    return "\r\n".join([*head, "", part, "", "%PDF-1.7"]).encode()


async def dribble(port: int, beginning: bytes) -> tuple[bytes, float]:
    """A few bytes now and then until the other side ends it: what it said, and after how many seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began, said = time.monotonic(), bytearray()

    async def listen() -> None:
        with suppress(ConnectionError):  # cut off in the middle of what it wrote
            while heard := await reader.read(4096):
                said.extend(heard)

    answer = asyncio.create_task(listen())
    writer.write(beginning)
    while not answer.done() and time.monotonic() - began < 2 * SOON:
        writer.write(b"x")
        await asyncio.wait([answer], timeout=0.1)
    seconds = time.monotonic() - began
    writer.transport.abort()
    await answer
    return bytes(said), seconds


async def test_slow_uploads_are_ended_while_others_are_answered(api: Api) -> None:
    async with listening(api) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as other:
        beginning = upload("/api/v1/registrations", 50 * MiB, "Idempotency-Key: slow")
        slow = [asyncio.create_task(dribble(port, beginning)) for _ in range(SLOW_ONES)]
        waits = []
        while not all(task.done() for task in slow):
            began = time.monotonic()
            assert (await other.get("/health/live")).status_code == 200
            waits.append(time.monotonic() - began)
            await asyncio.sleep(0.1)
        ended = [await task for task in slow]
    assert {said.split(b"\r\n")[0] for said, _ in ended} == {b"HTTP/1.1 408 Request Timeout"}
    assert all(b'"code":"too_slow"' in said for said, _ in ended)
    assert max(seconds for _, seconds in ended) < SOON, "the connection is gone too"
    assert len(waits) > 3
    assert max(waits) < LIMIT
    async with api.sessions() as session:
        assert (await session.execute(select(Document))).first() is None


async def test_who_is_slow_but_goes_on_is_taken_in(api: Api) -> None:
    """Longer than the limit, and never slower than the slowest line."""
    form = httpx.Request("POST", "http://x", data=TYPED, files={"document": ("nib.pdf", pdf())})
    content = await form.aread()
    step = len(content) // 20

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), step):
            yield content[start : start + step]
            await asyncio.sleep(0.08)

    async with listening(api, slowest=step) as port, httpx.AsyncClient(timeout=30) as client:
        began = time.monotonic()
        headers = once() | {"Content-Type": form.headers["Content-Type"]}
        url = f"http://127.0.0.1:{port}/api/v1/registrations"
        answer = await client.post(url, content=pieces(), headers=headers)
    assert time.monotonic() - began > LIMIT
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    "beginning",
    [
        pytest.param(b"GET / HTTP/1.1\r\nX-Slow: ", id="headers without an end"),
        pytest.param(upload("/nowhere", 50 * MiB), id="a body after its answer"),
    ],
)
async def test_connections_that_wait_for_nothing_are_closed(api: Api, beginning: bytes) -> None:
    async with listening(api) as port:
        _, seconds = await dribble(port, beginning)
    assert LIMIT * 0.9 < seconds < SOON


async def test_a_connection_that_says_nothing_is_closed(api: Api) -> None:
    async with listening(api) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await asyncio.wait_for(reader.read(), SOON) == b""
        writer.close()


def test_the_server_is_as_impatient(tmp_path: Path) -> None:
    given = settings_for(Database("", "", "", ""), tmp_path, 25, NOWHERE)
    assert serving.configured(given).http is Prompt


@pytest.mark.parametrize("path", ["/api/v1/registrations", "/pendaftaran"])
async def test_ten_thousand_parts_are_refused_in_little_memory(api: Api, path: str) -> None:
    client = await api.anonymous(content_type="multipart/form-data; boundary=XX")
    for kind in ('; filename="x.pdf"', ""):
        part = f'--XX\r\nContent-Disposition: form-data; name="a"{kind}\r\n\r\nx\r\n'.encode()
        body = part * PARTS + b"--XX--\r\n"
        before = psutil.Process().memory_info().rss
        answer = await client.post(path, content=body, headers=once())
        assert answer.status_code == 400
        assert psutil.Process().memory_info().rss - before < 32 * MiB


async def test_a_form_of_a_program_has_no_more_files_than_one_of_a_page(api: Api) -> None:
    client = await api.anonymous()
    files = [("document", (f"{number}.pdf", b"x")) for number in range(MAX_FILES + 1)]
    answer = await client.post("/api/v1/registrations", data=TYPED, files=files, headers=once())
    assert answer.status_code == 400
