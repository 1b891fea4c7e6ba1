"""Rows about files: what was taken in, what was printed, what waits, what nobody knows."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.documents import records, registry
from services.documents.antivirus import Antivirus
from services.documents.letters import LetterKind
from services.documents.store import DocumentStore
from services.documents.uploads import Intake
from services.errors import Conflict, NotFound
from services.models.base import new_id
from services.models.documents import Document, IssuedDocument, ScanState
from tests.services.documents import corpus
from tests.services.documents.clamd import EICAR, Clamd
from tests.services.documents.streams import stream

NOW = datetime(2026, 12, 20, 3, 0, tzinfo=UTC)


async def an_upload(session: AsyncSession, intake: Intake) -> Document:
    accepted = await intake.accept(stream(corpus.pdf()), filename="nib.pdf")
    return await records.add(session, accepted, kind="nib", uploaded_by="person:x", now=NOW)


async def a_receipt(session: AsyncSession) -> IssuedDocument:
    return await registry.issue(session, LetterKind.REPORT_RECEIPT, "BL-10001-1", now=NOW)


async def test_an_upload_is_entered_with_its_facts(session: AsyncSession, intake: Intake) -> None:
    document = await records.readable(session, (await an_upload(session, intake)).id)
    assert (document.kind, document.filename, document.media_type) == ("nib", "nib.pdf", "application/pdf")
    assert await intake.store.read(document.storage_key) == corpus.pdf()


async def test_an_unknown_document_is_not_found(session: AsyncSession) -> None:
    with pytest.raises(NotFound):
        await records.readable(session, new_id())


@pytest.mark.parametrize("state", [ScanState.QUARANTINED, ScanState.REJECTED])
async def test_what_is_not_clean_is_not_opened(
    session: AsyncSession, intake: Intake, state: ScanState
) -> None:
    document = await an_upload(session, intake)
    document.scan_state = state
    with pytest.raises(Conflict):
        await records.readable(session, document.id)


async def test_a_quarantine_ends_when_the_scanner_is_back(
    session: AsyncSession, intake: Intake, clamd: Clamd
) -> None:
    guarded = clamd.before(intake)
    clamd.limit = 10
    document = await an_upload(session, guarded)
    assert [waiting.id for waiting in await records.quarantined(session)] == [document.id]
    clamd.limit = 10**9
    state = await records.rescan(intake.store, _scanner(guarded), document)
    await records.settle(session, document.id, state)
    assert (await records.readable(session, document.id)).id == document.id
    assert await records.quarantined(session) == []


async def test_a_virus_found_later_closes_the_file(
    session: AsyncSession, intake: Intake, clamd: Clamd
) -> None:
    stored = await intake.store.put_bytes(EICAR)
    document = await an_upload(session, intake)
    document.storage_key, document.scan_state = stored.key, ScanState.QUARANTINED
    state = await records.rescan(intake.store, _scanner(clamd.before(intake)), document)
    await records.settle(session, document.id, state)
    assert document.scan_state == ScanState.REJECTED
    await records.settle(session, document.id, ScanState.CLEAN)
    assert document.scan_state == ScanState.REJECTED


def _scanner(intake: Intake) -> Antivirus:
    assert intake.antivirus is not None
    return intake.antivirus


async def test_a_letter_is_kept_once(session: AsyncSession, store: DocumentStore) -> None:
    issued = await a_receipt(session)
    assert await records.letter_of(session, issued.id) is None
    first = await records.keep_letter(
        session, issued.id, await store.put_bytes(b"%PDF-1"), actor="system", now=NOW
    )
    again = await records.keep_letter(
        session, issued.id, await store.put_bytes(b"%PDF-2"), actor="system", now=NOW
    )
    assert again.id == first.id
    assert (issued.document_id, issued.sha256) == (first.id, first.sha256)
    kept = await records.letter_of(session, issued.id)
    assert kept is not None
    assert (kept.filename, await store.read(kept.storage_key)) == ("BL-10001-1.pdf", b"%PDF-1")


async def test_orphans_are_what_no_row_knows(session: AsyncSession, intake: Intake) -> None:
    known = await an_upload(session, intake)
    unknown = await intake.accept(stream(corpus.pdf(2)), filename="nib.pdf")
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert [key async for key in records.orphans(session, intake.store, older_than=soon)] == [unknown.key]
    early = datetime.now(UTC) - timedelta(minutes=1)
    assert [key async for key in records.orphans(session, intake.store, older_than=early)] == []
    keys = (await session.execute(select(Document.storage_key))).scalars().all()  # type: ignore[call-overload]
    assert keys == [known.storage_key]
