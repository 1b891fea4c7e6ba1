"""Taking in a file: spooled, measured, inspected, scanned, stored. Before any transaction, without rows."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from services.documents.antivirus import Antivirus, ScanResult
from services.documents.filenames import sanitise
from services.documents.inspection import SCANS, Inspection, Inspector, MediaType
from services.documents.store import MAX_BYTES, DocumentStore, Meter
from services.errors import InvalidInput
from services.i18n import N_
from services.models.documents import ScanState

_SPOOL_STEP: Final = 1024 * 1024


@dataclass(frozen=True)
class Accepted:
    """A file in the store that passed: `sha256` in hex, `size` in bytes, `filename` safe to show."""

    key: str
    sha256: str
    size: int
    media_type: MediaType
    pages: int
    filename: str
    scan_state: ScanState


@dataclass(frozen=True)
class Intake:
    """Everything an upload passes through. `spool` is where files wait; None is the system's directory."""

    store: DocumentStore
    inspector: Inspector
    antivirus: Antivirus | None = None
    spool: Path | None = None
    max_bytes: int = MAX_BYTES

    async def accept(
        self,
        stream: AsyncIterator[bytes],
        *,
        filename: str,
        allowed: Iterable[MediaType] = SCANS,
        field: str = "file",
    ) -> Accepted:
        """Stores a file that may be kept. TooLarge or InvalidInput at `field` leaves nothing behind.

        Without a scanner a file that passes inspection is clean; what a scanner cannot judge is quarantined.
        """
        # Unlinked from the start: not even a kill leaves it on the disk.
        with tempfile.TemporaryFile(dir=self.spool) as spooled:
            size, sha256 = await _spool(Meter(stream, self.max_bytes, field=field), spooled)
            if size == 0:
                raise InvalidInput(N_("Berkas kosong. Pilih berkas yang berisi."), field=field)
            inspection = await self.inspector.inspect(spooled.fileno(), allowed)
            media_type = _accepted_type(inspection, field)
            scan_state = await self._scan(spooled, field)
            stored = await self.store.put(_replay(spooled), max_bytes=self.max_bytes)
        if stored.sha256 != sha256:
            await self.store.delete(stored.key)
            raise OSError(f"spooled bytes of {stored.key} changed between inspection and store")
        return Accepted(
            key=stored.key,
            sha256=sha256,
            size=size,
            media_type=media_type,
            pages=inspection.pages,
            filename=sanitise(filename, media_type),
            scan_state=scan_state,
        )

    async def _scan(self, spooled: IO[bytes], field: str) -> ScanState:
        if self.antivirus is None:
            return ScanState.CLEAN
        result = await self.antivirus.scan(_replay(spooled))
        if result is ScanResult.INFECTED:
            raise InvalidInput(
                N_("Berkas ini mengandung virus. Periksa komputer Anda, lalu unggah berkas yang bersih."),
                field=field,
            )
        return ScanState.CLEAN if result is ScanResult.CLEAN else ScanState.QUARANTINED


def _accepted_type(inspection: Inspection, field: str) -> MediaType:
    if inspection.media_type is None or not inspection.ok:
        params: dict[str, Any] = {**inspection.params}
        raise InvalidInput(inspection.reason or "", field=field, **params)
    return inspection.media_type


async def _spool(meter: Meter, spooled: IO[bytes]) -> tuple[int, str]:
    """Writes in steps of a megabyte, off the event loop. Returns size and SHA-256."""
    waiting = bytearray()
    async for chunk in meter:
        waiting += chunk
        if len(waiting) >= _SPOOL_STEP:
            await asyncio.to_thread(spooled.write, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(spooled.write, bytes(waiting))
    await asyncio.to_thread(spooled.flush)
    return meter.size, meter.sha256


async def _replay(spooled: IO[bytes]) -> AsyncIterator[bytes]:
    spooled.seek(0)
    while chunk := await asyncio.to_thread(spooled.read, _SPOOL_STEP):
        yield chunk
