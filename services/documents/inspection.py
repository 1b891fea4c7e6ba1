"""Asking the sandbox what a file really is; the service's side of the wall, and its sentences."""

import asyncio
import contextlib
import logging
import socket
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from services.documents.sandbox.verdict import Problem, Verdict
from services.i18n import N_

_log = logging.getLogger(__name__)

WAIT_SECONDS: Final = 20.0
_CHUNK_BYTES: Final = 64 * 1024
_ROOT: Final = Path(__file__).resolve().parents[2]


class MediaType(StrEnum):
    """What people may hand in. Scans of paper come as pictures too."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"


SCANS: Final = (MediaType.PDF, MediaType.JPEG, MediaType.PNG)
_LABELS: Final = {MediaType.PDF: "PDF", MediaType.JPEG: "JPG", MediaType.PNG: "PNG"}

_REASONS: Final = {
    Problem.WRONG_TYPE: N_("Isi berkas ini bukan {types}. Unggah berkas {types}."),
    Problem.DAMAGED: N_("Berkas rusak atau tidak lengkap. Simpan ulang berkas itu, lalu unggah kembali."),
    Problem.MIXED: N_("Berkas memuat berkas jenis lain di dalamnya. Simpan ulang sebagai {types} biasa."),
    Problem.ENCRYPTED: N_("Berkas PDF terkunci atau terenkripsi. Buka kuncinya, lalu unggah kembali."),
    Problem.SCRIPTED: N_(
        "Berkas PDF memuat skrip atau perintah otomatis. Cetak ulang sebagai PDF biasa, lalu unggah kembali."
    ),
    Problem.EMBEDDED: N_("Berkas PDF memuat lampiran berkas lain. Unggah PDF tanpa lampiran."),
    Problem.RICH_MEDIA: N_(
        "Berkas PDF memuat video, suara, atau model 3D. Unggah PDF tanpa isi seperti itu."
    ),
    Problem.TOO_MANY_PAGES: N_("Berkas PDF berisi {pages} halaman. Batasnya {limit} halaman."),
    Problem.TOO_MANY_PIXELS: N_(
        "Gambar berukuran {width} × {height} piksel, terlalu besar. Pindai ulang dengan 300 dpi."
    ),
    Problem.TOO_COMPLEX: N_(
        "Berkas terlalu rumit untuk diperiksa. Pindai atau cetak ulang, lalu unggah kembali."
    ),
}


@dataclass(frozen=True)
class Inspection:
    """What a file is. When not `ok`, `reason` is an Indonesian message id and `params` fill it."""

    ok: bool
    media_type: MediaType | None
    pages: int = 0
    problem: Problem | None = None
    reason: str | None = None
    params: dict[str, int | str] = field(default_factory=dict)


class Inspector:
    """Keeps one sandbox process ready and asks it about files, a few at a time.

    Start it with the web process and close it with it. The sandbox gets no environment and no inherited
    files. Each file gets a child with limits on memory, CPU and time: the worst file ends only that.
    """

    def __init__(self, *, at_once: int = 2) -> None:
        self._turn = asyncio.Semaphore(at_once)
        self._starting = asyncio.Lock()
        self._sandbox: _Sandbox | None = None

    async def __aenter__(self) -> Self:
        await self._ready()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def inspect(self, descriptor: int, allowed: Iterable[MediaType] = SCANS) -> Inspection:
        """Looks at an open file, from its start. Never raises for what is in it."""
        async with self._turn:
            verdict = await self._ask(descriptor)
        return _judge(verdict, tuple(allowed))

    @property
    def pid(self) -> int | None:
        """The sandbox's process, for whoever watches the machine."""
        return self._sandbox.pid if self._sandbox else None

    async def close(self) -> None:
        if self._sandbox:
            await asyncio.to_thread(self._sandbox.close)
            self._sandbox = None

    async def _ask(self, descriptor: int) -> Verdict:
        for _ in range(2):
            sandbox = await self._ready()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                answer = await _exchange(sandbox, descriptor)
                if answer:
                    return _noted(Verdict.from_bytes(answer))
            if not await asyncio.to_thread(sandbox.ended):  # so it was the child that this file brought down
                break
        return Verdict(problem=Problem.TOO_COMPLEX)

    async def _ready(self) -> "_Sandbox":
        async with self._starting:
            if self._sandbox is None or not self._sandbox.running:
                await self.close()
                self._sandbox = await asyncio.to_thread(_Sandbox)
            return self._sandbox


class _Sandbox:
    """The process and the socket to it; it ends when the socket closes, however we end."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services.documents.sandbox", str(theirs.fileno())],
                cwd=_ROOT,
                env={"LANG": "C.UTF-8"},  # none of our secrets
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # parsers quote what they read
                pass_fds=[theirs.fileno()],
            )

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def ended(self) -> bool:
        """Gives a process that is dying the moment it takes: its files close before it can be seen to end."""
        try:
            self._process.wait(timeout=0.3)
        except subprocess.TimeoutExpired:
            return False
        return True

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, file_descriptor: int, reply_descriptor: int) -> None:
        socket.send_fds(self._control, [b"f"], [file_descriptor, reply_descriptor])

    def close(self) -> None:
        self._control.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


async def _exchange(sandbox: _Sandbox, descriptor: int) -> bytes:
    """The child's answer, or nothing when it died or took too long."""
    # Sockets, because uvloop closes a pipe twice: the second time it hits whatever file was opened meanwhile.
    ours, theirs = socket.socketpair()
    with ours:
        ours.setblocking(False)
        with theirs:
            sandbox.send(descriptor, theirs.fileno())
        try:
            return await asyncio.wait_for(_everything(ours), WAIT_SECONDS)
        except TimeoutError:
            return b""


async def _everything(source: socket.socket) -> bytes:
    received = bytearray()
    while chunk := await asyncio.get_running_loop().sock_recv(source, _CHUNK_BYTES):
        received += chunk
    return bytes(received)


def _noted(verdict: Verdict) -> Verdict:
    if verdict.fault:
        _log.error("inspection of an upload failed: %s", verdict.fault)
    return verdict


def _judge(verdict: Verdict, allowed: tuple[MediaType, ...]) -> Inspection:
    media_type = MediaType(verdict.media_type) if verdict.media_type else None
    problem = verdict.problem
    if media_type and media_type not in allowed:
        problem = Problem.WRONG_TYPE
    if problem is None:
        return Inspection(ok=True, media_type=media_type, pages=verdict.pages)
    params: dict[str, int | str] = {**verdict.figures, "types": _listed(allowed)}
    return Inspection(
        ok=False, media_type=media_type, problem=problem, reason=_REASONS[problem], params=params
    )


def _listed(allowed: tuple[MediaType, ...]) -> str:
    # Commas and a stroke instead of "or", so that the list needs no translation.
    return "/".join(_LABELS[media_type] for media_type in allowed)
