"""Whether any timeline was altered: the hash chains recomputed in SQL, and anchors kept outside the database."""

import asyncio
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.database import Sessions
from services.instance import identity

CASES_AT_ONCE: Final = 2000
EVENTS_AT_ONCE: Final = 20_000
FIRST: Final = UUID(int=0)
_POLL: Final = 0.2


@dataclass(frozen=True)
class Break:
    """One place where a chain does not hold. `what`: gap, altered (fields against the hashed text), rehashed
    (text against its hash), unlinked (hash of the line before), end (chain end against the last line),
    no_chain, or anchor."""

    case_id: UUID | None
    seq: int | None
    what: str


@dataclass(frozen=True)
class Checked:
    """How much was looked at in one batch, where to go on (None: done), and what is broken."""

    last: UUID | None
    cases: int
    events: int
    breaks: tuple[Break, ...]


# The hashed text must say what the columns say, be what was hashed, and continue the line before.
_VERIFY: Final = text(
    """
    WITH batch AS (
        SELECT id FROM case_file WHERE id > :after ORDER BY id LIMIT :limit
    ), line AS (
        SELECT e.case_id, e.seq, e.hash, e.hashed_text,
               row_number() OVER chain AS position, lag(e.hash, 1, ''::bytea) OVER chain AS previous,
               row_number() OVER (PARTITION BY e.case_id ORDER BY e.seq DESC) = 1 AS is_last,
               jsonb_build_object(
                   'case', e.case_id, 'seq', e.seq, 'type', e.type,
                   'at', instant_text(e.at), 'recorded_at', instant_text(e.recorded_at),
                   'actor', e.actor, 'data', e.data) AS fields
        FROM batch b JOIN case_event e ON e.case_id = b.id
        WINDOW chain AS (PARTITION BY e.case_id ORDER BY e.seq)
    ), judged AS (
        SELECT case_id, seq, hash, is_last, CASE
            WHEN seq <> position THEN 'gap'
            WHEN sha256(convert_to(hashed_text, 'UTF8')) <> hash THEN 'rehashed'
            WHEN hashed_text NOT IN (
                (fields || jsonb_build_object('previous', encode(previous, 'hex')))::text
            ) THEN CASE WHEN position(concat('"previous": "', encode(previous, 'hex'), '"') IN hashed_text) = 0
                        THEN 'unlinked' ELSE 'altered' END
        END AS what
        FROM line
    ), ends AS (
        SELECT b.id AS case_id, c.last_seq AS seq, CASE
            WHEN c.case_id IS NULL THEN 'no_chain'
            WHEN (coalesce(j.seq, 0), coalesce(j.hash, ''::bytea)) <> (c.last_seq, c.last_hash) THEN 'end'
        END AS what
        FROM batch b LEFT JOIN case_chain c ON c.case_id = b.id
        LEFT JOIN judged j ON j.case_id = b.id AND j.is_last
    )
    SELECT (SELECT max(id::text)::uuid FROM batch) AS last, (SELECT count(*) FROM batch) AS cases,
           (SELECT count(*) FROM judged) AS events,
           (SELECT coalesce(jsonb_agg(jsonb_build_array(case_id, seq, what) ORDER BY case_id, seq), '[]')
            FROM (SELECT case_id, seq, what FROM judged UNION ALL SELECT case_id, seq, what FROM ends) found
            WHERE what IS NOT NULL) AS breaks
    """
)


async def verify_batch(session: AsyncSession, after: UUID = FIRST, *, limit: int = CASES_AT_ONCE) -> Checked:
    """Recompute the chains of the next cases in id order."""
    row = (await session.execute(_VERIFY, {"after": after, "limit": limit})).one()
    breaks = tuple(Break(UUID(case_id), seq, what) for case_id, seq, what in row.breaks)
    return Checked(row.last, row.cases, row.events, breaks)


@dataclass(frozen=True)
class Anchor:
    """A line of the anchor file: `digest` covers all events with ids up to `last_event` and the anchor before."""

    instance: str
    at: str
    last_event: int
    events: int
    digest: str


_HORIZON: Final = text(
    "SELECT coalesce(max(id), 0), pg_snapshot_xmax(pg_current_snapshot())::text FROM case_event"
)
_SETTLED: Final = text("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= CAST(:mark AS xid8)")
_DIGEST: Final = text(
    """
    SELECT max(id) AS last, count(*) AS events, string_agg(hash, ''::bytea ORDER BY id) AS hashes
    FROM (SELECT id, hash FROM case_event WHERE id > :after AND id <= :last ORDER BY id LIMIT :limit) batch
    """
)


async def horizon(session: AsyncSession) -> tuple[int, str]:
    """The last event there is, and a mark: once it is `settled`, no smaller event can appear any more."""
    last, mark = (await session.execute(_HORIZON)).one()
    return last, mark


async def settled(session: AsyncSession, mark: str) -> bool:
    """Whether every transaction that ran when the mark was taken has ended."""
    return bool((await session.execute(_SETTLED, {"mark": mark})).scalar_one())


async def digest(session: AsyncSession, before: Anchor | None, last: int) -> Anchor:
    """The anchor of all events up to `last`, continuing the one before."""
    hashed = hashlib.sha256(before.digest.encode() if before else b"")
    after, events = (before.last_event, before.events) if before else (0, 0)
    while after < last:
        given = {"after": after, "last": last, "limit": EVENTS_AT_ONCE}
        row = (await session.execute(_DIGEST, given)).one()
        if row.last is None:
            break
        hashed.update(row.hashes)
        after, events = row.last, events + row.events
    who = await identity(session)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Anchor(str(who.id), at, last, events, hashed.hexdigest())


async def check_anchors(session: AsyncSession, anchors: Iterable[Anchor]) -> list[Break]:
    """The anchors that no longer agree with the events they cover."""
    broken, before = [], None
    for anchor in anchors:
        again = await digest(session, before, anchor.last_event)
        same = (again.instance, again.events, again.digest) == (anchor.instance, anchor.events, anchor.digest)
        if not same:
            broken.append(Break(None, anchor.last_event, "anchor"))
        before = anchor
    return broken


async def keep_anchor(sessions: Sessions, path: Path) -> Anchor:
    """Add today's fingerprint of all events to a file. Waits at most as long as a transaction may last."""
    kept = await asyncio.to_thread(read_anchors, path)
    async with sessions() as session:
        last, mark = await horizon(session)
    while True:
        async with sessions() as session:
            if await settled(session, mark):
                made = await digest(session, kept[-1] if kept else None, last)
                break
        await asyncio.sleep(_POLL)
    await asyncio.to_thread(append_anchor, path, made)
    return made


def read_anchors(path: Path) -> list[Anchor]:
    """The anchors of a file, oldest first; none when there is no file."""
    if not path.exists():
        return []
    return [Anchor(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line]


def append_anchor(path: Path, anchor: Anchor) -> None:
    """Add a line, durably. Copy the file to where the database's keepers cannot write."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(anchor)) + "\n")
        lines.flush()
        os.fsync(lines.fileno())
