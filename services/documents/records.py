"""Rows about files: entering what was accepted, keeping what we printed, finding what nobody knows of."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.documents.antivirus import Antivirus, ScanResult
from services.documents.inspection import MediaType
from services.documents.store import DocumentStore, Stored
from services.documents.uploads import Accepted
from services.errors import Conflict, NotFound
from services.i18n import N_
from services.models.documents import Document, IssuedDocument, ScanState

LETTER: Final = "letter"
_KEYS_AT_ONCE: Final = 500


async def add(
    session: AsyncSession,
    accepted: Accepted,
    *,
    kind: str,
    uploaded_by: str,
    now: datetime,
    account_id: UUID | None = None,
    case_id: UUID | None = None,
) -> Document:
    """Enters a file that was taken in. `uploaded_by` is an actor; `kind` says what the file is for."""
    document = Document(
        kind=kind,
        sha256=accepted.sha256,
        size=accepted.size,
        media_type=accepted.media_type,
        filename=accepted.filename,
        storage_key=accepted.key,
        scan_state=accepted.scan_state,
        account_id=account_id,
        case_id=case_id,
        uploaded_by=uploaded_by,
        created_at=now,
    )
    session.add(document)
    await session.flush()
    return document


async def add_if(
    session: AsyncSession,
    accepted: Accepted | None,
    *,
    kind: str,
    uploaded_by: str,
    now: datetime,
    account_id: UUID,
) -> Document | None:
    """As `add`, of a file that may be left out."""
    if accepted is None:
        return None
    return await add(session, accepted, kind=kind, uploaded_by=uploaded_by, now=now, account_id=account_id)


async def readable(session: AsyncSession, document_id: UUID) -> Document:
    """A document that may be opened. NotFound; Conflict while its scan is pending or when it was rejected."""
    document = await session.get(Document, document_id)
    if document is None:
        raise NotFound
    if document.scan_state == ScanState.QUARANTINED:
        raise Conflict(N_("Berkas ini masih menunggu pemeriksaan virus. Coba lagi beberapa saat lagi."))
    if document.scan_state == ScanState.REJECTED:
        raise Conflict(N_("Berkas ini ditolak karena mengandung virus dan tidak dapat dibuka."))
    return document


async def letter_of(session: AsyncSession, issued_id: UUID) -> Document | None:
    """The stored PDF of an issued document; None while nobody has asked for it."""
    query = (
        select(Document)
        .join(IssuedDocument, col(IssuedDocument.document_id) == col(Document.id))
        .where(col(IssuedDocument.id) == issued_id)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def keep_letter(
    session: AsyncSession, issued_id: UUID, stored: Stored, *, actor: str, now: datetime
) -> Document:
    """Ties a rendered letter to its entry. Whoever comes second gets the first one's file back."""
    query = select(IssuedDocument).where(col(IssuedDocument.id) == issued_id).with_for_update()
    issued = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if issued is None:
        raise NotFound
    kept = await letter_of(session, issued_id)
    if kept is not None:
        return kept
    document = Document(
        kind=LETTER,
        sha256=stored.sha256,
        size=stored.size,
        media_type=MediaType.PDF,
        filename=f"{issued.number}.pdf",
        storage_key=stored.key,
        scan_state=ScanState.CLEAN,
        account_id=issued.account_id,
        case_id=issued.case_id,
        uploaded_by=actor,
        created_at=now,
    )
    session.add(document)
    await session.flush()
    issued.document_id, issued.sha256 = document.id, document.sha256
    await session.flush()
    return document


async def quarantined(
    session: AsyncSession, *, after: UUID | None = None, limit: int = 100
) -> list[Document]:
    """Files whose scan is pending, oldest first, after one that has been looked at."""
    query = select(Document).where(col(Document.scan_state) == ScanState.QUARANTINED)
    if after is not None:
        query = query.where(col(Document.id) > after)
    return list((await session.execute(query.order_by(col(Document.id)).limit(limit))).scalars())


async def rescan(store: DocumentStore, antivirus: Antivirus, document: Document) -> ScanState:
    """What the scanner says of a stored file now; sets no row, so that no transaction waits for it."""
    result = await antivirus.scan(await store.open(document.storage_key))
    return {
        ScanResult.CLEAN: ScanState.CLEAN,
        ScanResult.INFECTED: ScanState.REJECTED,
        ScanResult.UNSCANNED: ScanState.QUARANTINED,
    }[result]


async def settle(session: AsyncSession, document_id: UUID, state: ScanState) -> None:
    """Ends a quarantine; a file that has left it already stays as it is."""
    document = await session.get(Document, document_id, with_for_update=True)
    if document is None:
        raise NotFound
    if document.scan_state == ScanState.QUARANTINED:
        document.scan_state = state
        await session.flush()


async def orphans(session: AsyncSession, store: DocumentStore, *, older_than: datetime) -> AsyncIterator[str]:
    """Keys in the store that no row knows: uploads whose transaction failed. `older_than` in real time."""
    batch: list[str] = []
    async for key in store.keys(modified_before=older_than):
        batch.append(key)
        if len(batch) == _KEYS_AT_ONCE:
            for orphan in await _unknown(session, batch):
                yield orphan
            batch = []
    for orphan in await _unknown(session, batch):
        yield orphan


async def _unknown(session: AsyncSession, keys: list[str]) -> list[str]:
    query = select(col(Document.storage_key)).where(col(Document.storage_key).in_(keys))
    known = set((await session.execute(query)).scalars())
    return [key for key in keys if key not in known]
