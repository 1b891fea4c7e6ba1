"""Letters on paper, warnings and reprimands: a batch to print, its addresses, the day of posting, post for mail."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import pikepdf
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.database import uuids
from services.deadlines import store
from services.errors import Conflict, DomainError, NotFound, TransitionRefused
from services.i18n import N_
from services.messages.intents import cancel_for_case
from services.models import (
    Account,
    Document,
    LetterChannel,
    PrintBatch,
    WarningLetter,
    new_id,
)
from services.reference import regions
from services.reprimands import post as reprimands
from services.warnings import clocks, issuing, standing

MOST: Final = 1000
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

_WAITING: Final = """
    FROM warning_letter l
    JOIN warning_ladder w ON w.case_id = l.case_id AND w.rung = l.rung
    JOIN case_file c ON c.id = l.case_id
    WHERE l.channel = 'post' AND l.sent_at IS NULL AND l.voided_at IS NULL AND l.document_id IS NOT NULL
      AND w.ended_at IS NULL
      AND (w.suspended_at IS NULL AND c.status = 'issued' OR w.suspension = 'unserved')"""
_TAKE: Final = text(
    f"SELECT l.case_id {_WAITING} AND l.print_batch_id IS NULL AND l.authority = :authority"
    " ORDER BY l.case_id LIMIT :most"
)
_PUT: Final = text(
    f"""
    UPDATE warning_letter p SET print_batch_id = :batch
    WHERE (p.case_id, p.rung) IN (
        SELECT l.case_id, l.rung {_WAITING} AND l.print_batch_id IS NULL AND l.case_id = ANY(CAST(:ids AS uuid[])))
    RETURNING p.case_id
    """  # noqa: S608 -- our own constant
)
_QUEUE: Final = text(
    f"SELECT l.authority, count(*) AS letters, min(l.letter_date) AS oldest {_WAITING}"
    " AND l.print_batch_id IS NULL GROUP BY l.authority ORDER BY l.authority"
)
_OF_BATCH: Final = text(
    f"SELECT l.case_id, l.rung {_WAITING} AND l.print_batch_id = :batch ORDER BY l.case_id"
)


@dataclass(frozen=True)
class Waiting:
    """How many letters of an office wait to be printed."""

    authority: str
    letters: int


@dataclass(frozen=True)
class Envelope:
    """One letter of a batch, a warning or a reprimand, and where it goes."""

    number: str
    document: Document
    account: Account


async def queue(session: AsyncSession, authorities: Sequence[str]) -> list[Waiting]:
    """What waits to be printed in these offices."""
    waiting = await reprimands.queue(session)
    waiting.update({row.authority: row.letters for row in await session.execute(_QUEUE)})
    return [
        Waiting(authority, waiting[authority]) for authority in sorted(waiting) if authority in authorities
    ]


async def take(session: AsyncSession, authority: str, *, actor: str, now: datetime) -> PrintBatch:
    """Put what waits in an office into one batch. Conflict when nothing waits."""
    found = await session.execute(_TAKE, {"authority": authority, "most": MOST})
    locked = await cases.lock_many(session, list(found.scalars()))
    batch = PrintBatch(id=new_id(), authority=authority, made_by=actor, made_at=now, letters=0)
    session.add(batch)
    await session.flush()
    taken = (await session.execute(_PUT, {"batch": batch.id, "ids": uuids(locked)})).scalars().all()
    batch.letters = len(taken) + await reprimands.take(session, batch, most=MOST - len(taken))
    if not batch.letters:
        raise Conflict(N_("Tidak ada surat yang menunggu dicetak."))
    await session.flush()
    return batch


async def load(session: AsyncSession, batch_id: UUID) -> PrintBatch:
    """The batch, or NotFound."""
    batch = await session.get(PrintBatch, batch_id, populate_existing=True)
    if batch is None:
        raise NotFound
    return batch


async def batches(session: AsyncSession, authorities: Sequence[str], *, limit: int = 50) -> list[PrintBatch]:
    """The newest batches of these offices."""
    query = select(PrintBatch).where(col(PrintBatch.authority).in_(authorities))
    return list((await session.execute(query.order_by(col(PrintBatch.id).desc()).limit(limit))).scalars())


async def envelopes(session: AsyncSession, batch_id: UUID) -> list[Envelope]:
    """The letters of a batch in the order of their numbers, the reprimands last."""
    query = (
        select(WarningLetter, Document, Account)
        .join(Document, col(Document.id) == col(WarningLetter.document_id))
        .join(Account, col(Account.id) == col(Document.account_id))
        .where(col(WarningLetter.print_batch_id) == batch_id, col(WarningLetter.voided_at).is_(None))
        .order_by(col(WarningLetter.year), col(WarningLetter.sequence))
    )
    warned = [Envelope(row[0].number or "", row[1], row[2]) for row in (await session.execute(query)).all()]
    return warned + [Envelope(*one) for one in await reprimands.enveloped(session, batch_id)]


def merged(letters: Sequence[bytes]) -> bytes:
    """One file to print, letter after letter. Each stays in the archive as it was made; this one is for paper."""
    out = io.BytesIO()
    with pikepdf.Pdf.new() as whole:
        for content in letters:
            with pikepdf.Pdf.open(io.BytesIO(content)) as one:
                whole.pages.extend(one.pages)
        whole.save(out)
    return out.getvalue()


def address_list(found: Sequence[Envelope]) -> str:
    """CSV for labels and the post's receipt book; no cell can be read as a formula."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["nomor_surat", "perusahaan", "alamat", "kabupaten_kota", "nib"])
    for one in found:
        region = regions.find(one.account.region_code)
        cells = [
            one.number,
            one.account.name,
            one.account.address,
            region.name if region else one.account.region_code,
            one.account.nib or "",
        ]
        rows.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return out.getvalue()


async def posted(session: AsyncSession, batch_id: UUID, *, actor: str, now: datetime) -> int:
    """The letters were handed to the post: their dates begin. What was overtaken does not go; returns how many do."""
    batch = await load(session, batch_id)
    if batch.posted_at is not None:
        raise TransitionRefused(N_("Kiriman ini sudah diserahkan kepada pos."))
    rows = (await session.execute(_OF_BATCH, {"batch": batch_id})).all()
    locked = await cases.lock_many(session, [row.case_id for row in rows])
    await standing.ladders_changed(session, locked, now=now)
    found = await standing.facts(session, locked, now=now)
    ready = {one.case_id for one in found if standing.may_be_posted(one)}
    query = select(WarningLetter).where(
        col(WarningLetter.print_batch_id) == batch_id, col(WarningLetter.sent_at).is_(None)
    )
    letters = [one for one in (await session.execute(query)).scalars() if one.case_id in ready]
    given = await reprimands.posted(session, batch_id, actor=actor, now=now)
    if not letters and not given:
        raise Conflict(N_("Tidak ada surat dalam kiriman ini yang masih perlu dikirim."))
    batch.posted_at, batch.posted_by = now, actor
    for letter in letters:
        letter.sent_at = now
    await session.flush()
    await _leave(session, letters, actor, now)
    return len(letters) + given


async def _leave(session: AsyncSession, letters: Sequence[WarningLetter], actor: str, now: datetime) -> None:
    groups: dict[tuple[int, object], list[WarningLetter]] = {}
    for letter in letters:
        groups.setdefault((letter.rung, letter.letter_date), []).append(letter)
    for (rung, _), alike in groups.items():
        ids = [letter.case_id for letter in alike]
        day = alike[0].letter_date or clocks.today(now)
        for rules, some in await rulebook.of_cases(session, ids, now=now):
            await issuing.leave(session, rules, rung, some, LetterChannel.POST, letter_date=day, now=now)
        data = [{"letter": rung, "number": letter.number} for letter in alike]
        await cases.record_many(session, ids, "letter_posted", now=now, actor=actor, data=data)


async def by_post_instead(
    session: AsyncSession, case_id: UUID, *, actor: str, now: datetime
) -> WarningLetter:
    """The mail came back or nobody opens it: the same letter goes by post. Not one that is served.

    Also when the mail came back after the next step was proposed, which stands still for it. The letter keeps its
    date, and with it the day from which the next may follow; and that it left by mail is remembered.
    """
    await cases.lock(session, case_id)
    await standing.ladders_changed(session, [case_id], now=now)
    case, letter = await cases.lock(session, case_id), await _newest(session, case_id, now)
    refusal = _unpostable(letter)
    if refusal is not None or letter is None:
        raise refusal or NotFound
    await cancel_for_case(session, case_id, ("warning_letter",), reason="by_post_instead", now=now)
    letter.mailed_at = letter.sent_at
    letter.channel, letter.sent_at, letter.unproven_since = LetterChannel.POST, None, None
    await store.pause(session, case_id, [clocks.service_of(letter.rung)], now=now)
    await session.flush()
    data = {"letter": letter.rung, "number": letter.number}
    await cases.record(session, case, "letter_by_post", now=now, actor=actor, data=data)
    return letter


async def may_go_by_post(session: AsyncSession, case_id: UUID, *, now: datetime) -> bool:
    """Whether `by_post_instead` would let the newest letter go by post, so that nothing else is offered."""
    return _unpostable(await _newest(session, case_id, now)) is None


async def _newest(session: AsyncSession, case_id: UUID, now: datetime) -> WarningLetter | None:
    """The newest letter that was made, of a ladder that waits for nothing but its service."""
    found = await standing.facts(session, [case_id], now=now)
    if not found or not standing.may_be_posted(found[0]):
        return None
    return await session.get(WarningLetter, (case_id, found[0].rung), populate_existing=True)


def _unpostable(letter: WarningLetter | None) -> DomainError | None:
    if letter is None:
        return NotFound()
    if letter.served_at is not None:
        return TransitionRefused(N_("Surat ini sudah terbukti diterima."))
    if letter.channel == LetterChannel.POST:
        return TransitionRefused(N_("Surat ini sudah dikirim atau menunggu dikirim lewat pos."))
    return None
