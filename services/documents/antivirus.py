"""A client of ClamAV's daemon: one file in, one word out. What it could not scan counts as not scanned."""

import asyncio
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self
from urllib.parse import urlsplit

_SECONDS: Final = 60.0
_PORT: Final = 3310
# What clamd calls a file that it gave up on, when AlertExceedsMax is set. It says nothing of a virus.
_GAVE_UP: Final = "Heuristics.Limits.Exceeded"


class ScanResult(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


@dataclass(frozen=True)
class Antivirus:
    """Where clamd listens: a host and port, or the path of a socket."""

    host: str | None
    port: int
    path: str | None

    @classmethod
    def from_address(cls, address: str) -> Self:
        """`tcp://host:3310`, `host:3310` or `unix:///run/clamav/clamd.ctl`."""
        parts = urlsplit(address if "://" in address else f"tcp://{address}")
        if parts.scheme == "unix":
            return cls(None, _PORT, parts.path)
        return cls(parts.hostname or "127.0.0.1", parts.port or _PORT, None)

    async def scan(self, stream: AsyncIterator[bytes]) -> ScanResult:
        """Streams a file to clamd. A daemon that is away, too slow or over its limit scans nothing."""
        try:
            async with asyncio.timeout(_SECONDS):
                return _read(await self._converse(stream))
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return ScanResult.UNSCANNED

    async def _converse(self, stream: AsyncIterator[bytes]) -> str:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            # clamd answers and hangs up in the middle of a file that is over its StreamMaxLength.
            try:
                async for chunk in stream:
                    writer.write(struct.pack("!I", len(chunk)) + chunk)
                    await writer.drain()
                writer.write(struct.pack("!I", 0))
                await writer.drain()
            except (BrokenPipeError, ConnectionResetError):
                return ""
            return (await reader.readuntil(b"\0")).rstrip(b"\0").decode(errors="replace")
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.path:
            return await asyncio.open_unix_connection(self.path)
        return await asyncio.open_connection(self.host, self.port)


def _read(reply: str) -> ScanResult:
    if reply == "stream: OK":
        return ScanResult.CLEAN
    if reply.endswith(" FOUND") and _GAVE_UP not in reply:
        return ScanResult.INFECTED
    return ScanResult.UNSCANNED
