"""The paper that goes along with a mail: read from the store within bounds, and compared with what was recorded."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from obstore.exceptions import BaseError

from services.database import Sessions
from services.documents.store import DocumentStore, Meter
from services.errors import TooLarge
from services.models import Document, ScanState

MAX_BYTES: Final = 8 * 1024 * 1024
"""Many mail servers take no more than 10 MB, and base64 adds a third."""


class Unsendable(Exception):
    """This paper cannot go out by mail; the message says why, as a code."""


class StoreAway(Exception):
    """The store does not answer now: nothing is said about the paper."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A paper as a mail carries it: a file name safe in a header, its type, its bytes."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Papers:
    """Where the papers of mails are."""

    sessions: Sessions
    store: DocumentStore

    async def read(self, document_id: UUID) -> Attachment:
        """The document's bytes, which are the ones that were recorded. Unsendable, or StoreAway, before any DATA."""
        async with self.sessions() as session:
            document = await session.get(Document, document_id)
        if document is None or document.scan_state == ScanState.REJECTED:
            raise Unsendable("attachment_missing")
        if document.size > MAX_BYTES:
            raise Unsendable("attachment_too_large")
        content, sha256 = await self._bytes(document.storage_key)
        if sha256 != document.sha256:
            raise Unsendable("attachment_changed")
        return Attachment(document.filename, document.media_type, content)

    async def _bytes(self, key: str) -> tuple[bytes, str]:
        try:
            meter = Meter(await self.store.open(key), MAX_BYTES)
            content = b"".join([chunk async for chunk in meter])
        except FileNotFoundError as lost:
            raise Unsendable("attachment_missing") from lost
        except TooLarge as large:
            raise Unsendable("attachment_too_large") from large
        except (OSError, BaseError) as away:
            raise StoreAway(type(away).__name__) from away
        return content, meter.sha256
