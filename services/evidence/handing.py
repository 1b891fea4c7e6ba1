"""Handing out a bundle: collected in one transaction, written to a file, and its seal noted with the purpose."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import audit
from services.audit import Anchor
from services.database import Sessions
from services.documents.store import DocumentStore
from services.errors import InvalidInput
from services.evidence import bundle, contents
from services.i18n import N_
from services.identity.read_log import MAX_PURPOSE
from services.models import CaseEvent, CaseFile, ReadLog

IN_MEMORY: Final = 8 * 1024 * 1024
ENCLOSED_AT_MOST: Final = 1_000_000
HASHES_AT_ONCE: Final = 20_000
CHUNK: Final = 256 * 1024


async def make(
    sessions: Sessions, store: DocumentStore, case_id: UUID, anchor_file: Path
) -> tuple[BinaryIO, str]:
    """The bundle of a case in a temporary file, read from its beginning, and its seal. NotFound without such a case."""
    anchors = audit.read_anchors(anchor_file)
    async with sessions.begin() as session:
        found = await contents.collect(session, case_id, anchors)
        covering = await _covering(session, case_id, anchors)
    found.anchors_not_enclosed = [number for number, size in covering if size > ENCLOSED_AT_MOST]
    target: BinaryIO = tempfile.SpooledTemporaryFile(IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115 -- handed on
    async with _closed_on_failure(target), sessions() as session:
        hashes = [
            (f"anchors/{number:05d}.hashes", size * 32, _hashes(session, anchors, number))
            for number, size in covering
            if size <= ENCLOSED_AT_MOST
        ]
        seal = await bundle.write(target, found, store, hashes)
    target.seek(0)
    return target, seal


@asynccontextmanager
async def _closed_on_failure(file: BinaryIO) -> AsyncIterator[None]:
    """A bundle that cannot be finished is given back to the system."""
    try:
        yield
    except BaseException:
        file.close()
        raise


async def note(session: AsyncSession, reader: str, case: CaseFile, seal: str, purpose: str) -> None:
    """Who took the bundle with this seal, and why. InvalidInput when the purpose says nothing."""
    row = {
        "reader": reader, "account_id": case.account_id, "case_id": case.id, "what": f"evidence:{seal}",
        "purpose": purpose_of(purpose),
    }  # fmt: skip
    await session.execute(insert(ReadLog).values(row))


def purpose_of(said: str) -> str:
    """The purpose as the log keeps it. InvalidInput when it says nothing."""
    purpose = " ".join(said.split())
    if not purpose:
        raise InvalidInput(N_("Sebutkan keperluan membuka data ini."), field="purpose")
    return purpose[:MAX_PURPOSE]


async def chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    """The bytes of a bundle; closes it at the end."""
    try:
        while chunk := file.read(CHUNK):
            yield chunk
    finally:
        file.close()


def filename(case: CaseFile) -> str:
    """What the file is called: the case's key without its slashes."""
    return f"bukti-{case.key.replace('/', '-')}.zip"


async def _covering(session: AsyncSession, case_id: UUID, anchors: Sequence[Anchor]) -> list[tuple[int, int]]:
    """The anchors that cover an event of the case: (place, how many events they cover)."""
    query = select(col(CaseEvent.id)).where(col(CaseEvent.case_id) == case_id)
    ids = [id_ for id_ in (await session.execute(query)).scalars() if id_ is not None]
    found = []
    for number, anchor in enumerate(anchors):
        before = anchors[number - 1] if number else None
        since = before.last_event if before else 0
        if any(since < id_ <= anchor.last_event for id_ in ids):
            found.append((number, anchor.events - (before.events if before else 0)))
    return found


async def _hashes(session: AsyncSession, anchors: Sequence[Anchor], number: int) -> AsyncIterator[bytes]:
    """The hashes of all events an anchor covers, in order."""
    after, last = anchors[number - 1].last_event if number else 0, anchors[number].last_event
    while after < last:
        query = (
            select(col(CaseEvent.id), col(CaseEvent.hash))
            .where(col(CaseEvent.id) > after, col(CaseEvent.id) <= last)
            .order_by(col(CaseEvent.id))
            .limit(HASHES_AT_ONCE)
        )
        rows = (await session.execute(query)).all()
        if not rows:
            break
        after = rows[-1][0] or last
        yield b"".join(row[1] for row in rows)
