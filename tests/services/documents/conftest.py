"""A store, an inspector and an intake, each fresh."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.documents.inspection import Inspector
from services.documents.store import DocumentStore
from services.documents.uploads import Intake
from tests.services.documents.clamd import Clamd


@pytest.fixture
def store_directory(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def store(store_directory: Path) -> DocumentStore:
    return DocumentStore.from_url(store_directory.as_uri())


@pytest.fixture
async def inspector() -> AsyncIterator[Inspector]:
    async with Inspector() as ready:
        yield ready


@pytest.fixture
def intake(store: DocumentStore, inspector: Inspector, tmp_path: Path) -> Intake:
    spool = tmp_path / "spool"
    spool.mkdir()
    return Intake(store, inspector, spool=spool)


@pytest.fixture
async def clamd() -> AsyncIterator[Clamd]:
    scanner = Clamd()
    await scanner.start()
    yield scanner
    await scanner.stop()
