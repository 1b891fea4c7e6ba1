"""Bytes go in and out by key, in steps, whole or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.documents.store import MAX_BYTES, DocumentStore
from services.errors import TooLarge
from tests.services.documents.streams import Watch, files, stream, zeros

MiB = 1024 * 1024


@pytest.fixture(params=["file", "memory"])
def any_store(request: pytest.FixtureRequest, store_directory: Path) -> DocumentStore:
    return DocumentStore.from_url(store_directory.as_uri() if request.param == "file" else "memory:///")


async def test_what_was_put_comes_back_with_its_fingerprint(any_store: DocumentStore) -> None:
    content = b"laporan " * 100_000
    stored = await any_store.put(stream(content))
    assert (stored.size, stored.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert await any_store.read(stored.key) == content


async def test_the_same_bytes_twice_are_two_objects(any_store: DocumentStore) -> None:
    first, second = await any_store.put_bytes(b"sama"), await any_store.put_bytes(b"sama")
    assert first.sha256 == second.sha256
    await any_store.delete(first.key)
    assert not await any_store.exists(first.key)
    assert await any_store.read(second.key) == b"sama"


async def test_deleting_twice_is_fine(any_store: DocumentStore) -> None:
    stored = await any_store.put_bytes(b"x")
    await any_store.delete(stored.key)
    await any_store.delete(stored.key)


async def test_opening_what_is_lost_fails_before_the_first_byte(any_store: DocumentStore) -> None:
    with pytest.raises(FileNotFoundError):
        await any_store.open("ab/tidak-ada")


async def test_the_limit_itself_is_allowed(store: DocumentStore) -> None:
    assert (await store.put(zeros(MAX_BYTES))).size == MAX_BYTES


async def test_one_byte_more_is_refused_and_leaves_nothing(
    store: DocumentStore, store_directory: Path
) -> None:
    with pytest.raises(TooLarge) as refusal:
        await store.put(zeros(MAX_BYTES + 1))
    assert str(refusal.value) == "Ukuran berkas melebihi 64 MB."
    assert refusal.value.field == "file"
    assert files(store_directory) == []


async def test_a_broken_connection_leaves_nothing(store: DocumentStore, store_directory: Path) -> None:
    async def dropped() -> AsyncIterator[bytes]:
        yield bytes(6 * MiB)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.put(dropped())
    assert files(store_directory) == []


async def test_a_cancelled_upload_leaves_nothing(store: DocumentStore, store_directory: Path) -> None:
    async def stalled() -> AsyncIterator[bytes]:
        yield bytes(6 * MiB)
        await asyncio.sleep(60)

    upload = asyncio.ensure_future(store.put(stalled()))
    await asyncio.sleep(0.2)
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    await asyncio.sleep(0.1)  # the store's own thread removes its part file
    assert files(store_directory) == []


async def test_memory_stays_flat_while_the_largest_file_passes(store: DocumentStore) -> None:
    await store.put(zeros(8 * MiB))  # what the first use costs is not what a file costs
    watch = Watch()
    stored = await store.put(watch.over(zeros(MAX_BYTES)))
    size = sum([len(chunk) async for chunk in watch.over(await store.open(stored.key))])
    assert size == MAX_BYTES
    assert watch.growth < 24 * MiB


def test_only_the_owner_may_enter_the_directory(store_directory: Path) -> None:
    DocumentStore.from_url(store_directory.as_uri())
    assert store_directory.stat().st_mode & 0o077 == 0


async def test_a_directory_with_spaces_is_found_again(tmp_path: Path) -> None:
    directory = tmp_path / "data perusahaan"
    stored = await DocumentStore.from_url(directory.as_uri()).put_bytes(b"x")
    assert [path.relative_to(directory).as_posix() for path in files(directory)] == [stored.key]
    assert await DocumentStore.from_url(f"file://{directory}").read(stored.key) == b"x"


async def test_old_objects_can_be_listed(any_store: DocumentStore) -> None:
    stored = await any_store.put_bytes(b"x")
    soon, before = datetime.now(UTC) + timedelta(minutes=1), datetime.now(UTC) - timedelta(minutes=1)
    assert [key async for key in any_store.keys(modified_before=soon)] == [stored.key]
    assert [key async for key in any_store.keys(modified_before=before)] == []
