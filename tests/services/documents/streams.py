"""Streams as a browser sends them, of any length, never held whole."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import psutil

CHUNK = 64 * 1024


async def stream(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]


async def zeros(size: int) -> AsyncIterator[bytes]:
    chunk = bytes(CHUNK)
    for _ in range(size // CHUNK):
        yield chunk
    yield bytes(size % CHUNK)


class Watch:
    """Notes the most memory this process has used while a stream passes."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._start = self.peak = self._process.memory_info().rss

    @property
    def growth(self) -> int:
        return self.peak - self._start

    async def over(self, passing: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in passing:
            self.peak = max(self.peak, self._process.memory_info().rss)
            yield chunk


def files(directory: Path) -> Iterable[Path]:
    """Everything that lies in a directory, at any depth."""
    return [path for path in directory.rglob("*") if path.is_file()]
