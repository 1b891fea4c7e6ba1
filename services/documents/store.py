"""The object store: bytes in and out by key, in a local directory or an S3-compatible bucket; no rows."""

import asyncio
import errno
import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from services.database import in_a_line
from services.errors import TooLarge
from services.i18n import N_

if TYPE_CHECKING:
    from obstore import GetResult  # exists for type checkers only

MAX_BYTES: Final = 64 * 1024 * 1024

# S3 accepts no smaller part. Two parts in flight bound the memory of an upload to about 10 MiB.
_PART_BYTES: Final = 5 * 1024 * 1024
_PARTS_IN_FLIGHT: Final = 2
_READ_BYTES: Final = 256 * 1024


@dataclass(frozen=True)
class Stored:
    """One object: its key, the SHA-256 of its bytes in hex, its size in bytes."""

    key: str
    sha256: str
    size: int


class StoreAway(OSError):
    """The store takes nothing in now: its disk is full, or it cannot be reached. A retry may well succeed."""


class Meter:
    """Passes a stream on while it counts and hashes; raises TooLarge at the first byte over `max_bytes`."""

    def __init__(self, stream: AsyncIterator[bytes], max_bytes: int, *, field: str = "file") -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._field = field
        self._hash = hashlib.sha256()
        self.size = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self.size += len(chunk)
            if self.size > self._max_bytes:
                raise _too_large(self._max_bytes, self._field)
            self._hash.update(chunk)
            yield chunk

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class DocumentStore:
    """Keys are random and say nothing; an object appears under its key whole or not at all."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self.directory = Path(store.prefix) if isinstance(store, LocalStore) and store.prefix else None

    @classmethod
    def from_url(cls, url: str) -> Self:
        """`file:///directory` (created when absent), `s3://bucket/prefix` (AWS_* from the environment), `memory:///`."""
        parts = urlsplit(url)
        if parts.scheme != "file":
            return cls(from_url(url))
        directory = Path(unquote(parts.path))
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(LocalStore(directory))

    async def put(self, stream: AsyncIterator[bytes], *, max_bytes: int = MAX_BYTES) -> Stored:
        """Stores a stream without holding it whole. Durable on return; TooLarge and StoreAway leave nothing behind."""
        key = _new_key()
        meter = Meter(stream, max_bytes)
        try:
            await obstore.put_async(
                self._store, key, aiter(meter), chunk_size=_PART_BYTES, max_concurrency=_PARTS_IN_FLIGHT
            )
        except BaseError as error:
            raise StoreAway(errno.EIO, f"nothing stored: {in_a_line(error)}") from error
        if self.directory:
            await asyncio.to_thread(_make_durable, self.directory / key)
        return Stored(key, meter.sha256, meter.size)

    async def put_bytes(self, content: bytes) -> Stored:
        """Stores something that is in memory already, such as a letter."""
        return await self.put(_once(content), max_bytes=max(len(content), 1))

    async def open(self, key: str) -> AsyncIterator[bytes]:
        """The bytes in chunks. FileNotFoundError comes before the first chunk: a lost file is a bug."""
        result = await obstore.get_async(self._store, key)
        return _chunks(result)

    async def read(self, key: str) -> bytes:
        """The whole object at once; for letters, not for uploads."""
        return b"".join([chunk async for chunk in await self.open(key)])

    async def exists(self, key: str) -> bool:
        try:
            await obstore.head_async(self._store, key)
        except FileNotFoundError:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Removes an object; one that is gone already is fine."""
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return

    async def keys(self, *, modified_before: datetime) -> AsyncIterator[str]:
        """Keys of older objects, for finding those that no row speaks of."""
        async for batch in obstore.list(self._store):
            for meta in batch:
                if meta["last_modified"] < modified_before:
                    yield meta["path"]


def _too_large(max_bytes: int, field: str) -> TooLarge:
    megabytes = max_bytes // (1024 * 1024)
    return TooLarge(N_("Ukuran berkas melebihi {megabytes} MB."), field=field, megabytes=megabytes)


def _new_key() -> str:
    # Two random characters spread local files over 256 directories.
    name = uuid4().hex
    return f"{name[:2]}/{name}"


def _make_durable(path: Path) -> None:
    """The file, its name, and the name of the directory that may be new."""
    for target in (path, path.parent, path.parent.parent):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _chunks(result: "GetResult") -> AsyncIterator[bytes]:
    async for chunk in result.stream(min_chunk_size=_READ_BYTES):
        yield bytes(chunk)
