"""The ZIP of a case: the same state gives the same bytes. Files first, then the manifest, then its seal."""

import hashlib
import json
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from services.documents.store import DocumentStore
from services.evidence import verify
from services.models import Document

VERIFIER: Final = Path(verify.__file__).read_bytes()


@dataclass
class Contents:
    """All that goes into a bundle: texts by their path, the documents, and the hashes each anchor covers."""

    case: dict[str, Any]
    chain: dict[str, Any]
    texts: dict[str, str]
    documents: list[tuple[str, Document]] = field(default_factory=list)
    anchors_not_enclosed: list[int] = field(default_factory=list)


class Writer:
    """Writes files into the container and keeps account of them."""

    def __init__(self, target: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_STORED)
        self.files: list[dict[str, Any]] = []

    def text(self, path: str, content: bytes) -> None:
        """A file that is in memory."""
        with self._zip.open(verify.entry(path, len(content)), "w") as out:
            out.write(content)
        self._account(path, hashlib.sha256(content).hexdigest(), len(content))

    async def stream(self, path: str, size: int, chunks: AsyncIterator[bytes]) -> None:
        """A file that comes in chunks; `size` is what it is expected to have."""
        hashed, written = hashlib.sha256(), 0
        with self._zip.open(verify.entry(path, size), "w") as out:
            async for chunk in chunks:
                hashed.update(chunk)
                written += len(chunk)
                out.write(chunk)
        self._account(path, hashed.hexdigest(), written)

    def seal(self, manifest: dict[str, Any]) -> str:
        """The manifest of all files, and the seal that covers it; returns the seal."""
        text = json.dumps({**manifest, "files": self.files}, ensure_ascii=False, sort_keys=True, indent=1)
        seal = hashlib.sha256(text.encode()).hexdigest()
        for path, content in ((verify.MANIFEST, text), (verify.SEAL, f"{seal}\n")):
            with self._zip.open(verify.entry(path, len(content.encode())), "w") as out:
                out.write(content.encode())
        self._zip.close()
        return seal

    def _account(self, path: str, digest: str, size: int) -> None:
        self.files.append({"path": path, "sha256": digest, "size": size})


async def write(
    target: BinaryIO,
    contents: Contents,
    store: DocumentStore,
    hashes: Sequence[tuple[str, int, AsyncIterator[bytes]]],
) -> str:
    """Write the bundle into a seekable file; returns its seal. `hashes` are (path, size, chunks) of the anchors."""
    writer = Writer(target)
    writer.text("VERIFY.py", VERIFIER)
    for path, text in contents.texts.items():
        writer.text(path, text.encode())
    for path, document in contents.documents:
        await writer.stream(path, document.size, await store.open(document.storage_key))
    for path, size, chunks in hashes:
        await writer.stream(path, size, chunks)
    return writer.seal(
        {
            "format": verify.FORMAT,
            "case": contents.case,
            "chain": contents.chain,
            "anchors_not_enclosed": contents.anchors_not_enclosed,
        }
    )
