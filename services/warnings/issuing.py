"""Making the letters of an approved batch: numbered, set as PDF, kept, queued; resumed where it stopped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.clock import app_now
from services.database import Sessions, uuids
from services.deadlines import store
from services.documents.inspection import MediaType
from services.documents.records import LETTER
from services.documents.store import DocumentStore, Stored
from services.documents.typesetting import Typesetter
from services.messages.bulk import Told, intend_each
from services.models import (
    Document,
    LetterChannel,
    Outcome,
    ScanState,
    WarningBatchStatus,
    WarningStatus,
    new_id,
)
from services.rulebook import Rulebook
from services.waking import Waker, hand_over
from services.warnings import clocks, standing, wording
from services.warnings.competence import office
from services.warnings.numbering import number_next

AT_ONCE: Final = 40
"""Letters of one round: a few seconds of setting, and what an interruption makes again."""


@dataclass(frozen=True)
class Press:
    """What letters are made with. `specimen`: they say that they are none of the office's documents."""

    store: DocumentStore
    typesetter: Typesetter
    public_url: str
    specimen: bool


@dataclass(frozen=True)
class Made:
    """A letter that is set and kept, not yet queued."""

    row: Row[Any]
    stored: Stored


@dataclass(frozen=True)
class Issue:
    """Makes and sends the letters of one batch."""

    sessions: Sessions
    waker: Waker
    press: Press
    heartbeat: Callable[[object], None] = field(default=lambda _: None)

    async def run(self, batch_id: UUID) -> None:
        """Round by round until none is left; each round is one transaction before the press and one after."""
        total = 0
        while (numbered := await self._number(batch_id)) is not None:
            made = await self._set(numbered)
            await self._send(made)
            total += len(made)
            self.heartbeat(total)
        async with self.sessions() as session, session.begin():
            await finish(session, batch_id, now=await app_now(session))
        hand_over(session, self.waker)

    async def _number(self, batch_id: UUID) -> Sequence[Row[Any]] | None:
        async with self.sessions() as session, session.begin():
            now = await app_now(session)
            numbered = await number_next(session, batch_id, now=now, most=AT_ONCE)
        hand_over(session, self.waker)
        return numbered

    async def _set(self, rows: Sequence[Row[Any]]) -> list[Made]:
        """Off the event loop, which the letters leave to everyone else."""
        async with self.sessions() as session:
            now = await app_now(session)
            basis = await _basis(session, rows, now)
        made = []
        for row in rows:
            written = wording.letter(
                row,
                basis=basis[row.case_id],
                public_url=self.press.public_url,
                specimen=self.press.specimen,
            )
            content = await self.press.typesetter.render(written)
            made.append(Made(row, await self.press.store.put_bytes(content)))
            self.heartbeat(row.number)
        return made

    async def _send(self, made: Sequence[Made]) -> None:
        if not made:
            return
        async with self.sessions() as session, session.begin():
            await dispatch(session, made, now=await app_now(session))
        hand_over(session, self.waker)


async def _basis(session: AsyncSession, rows: Sequence[Row[Any]], now: datetime) -> dict[UUID, str]:
    """The law each letter stands on, by the rules under which its ladder runs."""
    rung = {row.case_id: row.rung for row in rows}
    return {
        case_id: clocks.ladder_of(rules).rungs[rung[case_id] - 1].basis
        for rules, ids in await rulebook.of_cases(session, list(rung), now=now)
        for case_id in ids
    }


_KEEP: Final = text(
    """
    WITH given AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:rungs AS int[]), CAST(:documents AS uuid[]),
                             CAST(:hashes AS text[])) AS g(case_id, rung, document_id, sha256)
    ), kept AS (
        UPDATE warning_letter l SET document_id = g.document_id,
               sent_at = CASE WHEN l.channel = 'email' THEN CAST(:now AS timestamptz) END
        FROM given g WHERE l.case_id = g.case_id AND l.rung = g.rung
        RETURNING l.case_id, l.rung, l.channel, l.issued_id, l.document_id, g.sha256
    ), entered AS (
        UPDATE issued_document i SET document_id = kept.document_id, sha256 = kept.sha256, issued_at = :now
        FROM kept WHERE i.id = kept.issued_id
    )
    UPDATE case_file c SET status = 'issued', version = version + 1 FROM kept WHERE c.id = kept.case_id
    """
)
_LEAVE: Final = text(
    """
    WITH dated AS (
        INSERT INTO deadline (case_id, name, derivation_id, base_before, due_before, set_at, pauses)
        SELECT case_id, name, derivation, due, due, :now, '[]'
        FROM unnest(CAST(:ids AS uuid[])) AS l(case_id),
             (VALUES (CAST(:service AS text), CAST(:service_why AS uuid), CAST(:service_before AS timestamptz)),
                     (CAST(:month AS text), CAST(:month_why AS uuid), CAST(:month_before AS timestamptz)))
             AS d(name, derivation, due)
        ON CONFLICT (case_id, name) DO UPDATE
        SET derivation_id = excluded.derivation_id, base_before = excluded.base_before,
            due_before = excluded.due_before, set_at = excluded.set_at, met_at = NULL, acted_at = NULL,
            paused_since = NULL, pauses = excluded.pauses
        WHERE deadline.name = :service
    )
    UPDATE case_file SET milestones = milestones || jsonb_build_object(CAST(:sent AS text), CAST(:at AS text)),
           wake_at = least(wake_at, CAST(:wake AS timestamptz))
    WHERE id = ANY(CAST(:ids AS uuid[]))
    """
)
_MESSAGES: Final = text(
    """
    UPDATE warning_letter l SET message_id = m.id FROM message m
    WHERE l.case_id = ANY(CAST(:ids AS uuid[])) AND l.rung = :rung AND m.case_id = l.case_id
      AND m.template = 'warning_letter' AND m.dedupe_key = 'warning_letter:' || l.case_id || ':' || l.rung
    """
)


def sent(rung: int) -> str:
    """The milestone that a letter has left."""
    return f"letter_{rung}_sent"


def served(rung: int) -> str:
    """The milestone that a letter's service is proven."""
    return f"letter_{rung}_served"


async def dispatch(session: AsyncSession, made: Sequence[Made], *, now: datetime) -> None:
    """Keep what was set and let it go, in one transaction; what was overtaken meanwhile stays behind, void."""
    locked = await cases.lock_many(session, [one.row.case_id for one in made])
    going = {
        ladder.case_id
        for ladder in await standing.ladders_changed(session, locked, now=now)
        if ladder.status == WarningStatus.APPROVED
    }
    leaving = [one for one in made if one.row.case_id in going]
    if not leaving:
        return
    kept = await _keep(session, leaving, now)
    basis = await _basis(session, [one.row for one in leaving], now)
    for rung in sorted({one.row.rung for one in leaving}):
        mails = [o for o in leaving if o.row.rung == rung and o.row.channel == LetterChannel.EMAIL]
        if mails:
            told = [_told(one, basis[one.row.case_id], kept[one.row.case_id], now) for one in mails]
            await _mail(session, rung, mails, told, now)
        papers = [o for o in leaving if o.row.rung == rung and o.row.channel == LetterChannel.POST]
        numbers = [{"letter": rung, "number": one.row.number} for one in papers]
        ids = [one.row.case_id for one in papers]
        await cases.record_many(session, ids, "letter_to_print", now=now, data=numbers)


async def _keep(session: AsyncSession, leaving: Sequence[Made], now: datetime) -> dict[UUID, UUID]:
    """Store what was made; the document of each ladder."""
    documents = [_document(one, now) for one in leaving]
    await session.execute(insert(Document).values(documents))
    given = {
        "ids": uuids(one.row.case_id for one in leaving),
        "rungs": [one.row.rung for one in leaving],
        "documents": uuids(document["id"] for document in documents),
        "hashes": [one.stored.sha256 for one in leaving],
        "now": now,
    }
    await session.execute(_KEEP, given)
    return {document["case_id"]: document["id"] for document in documents}


def _document(one: Made, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": LETTER,
        "sha256": one.stored.sha256,
        "size": one.stored.size,
        "media_type": MediaType.PDF,
        "filename": f"{one.row.number.replace('/', '-')}.pdf",
        "storage_key": one.stored.key,
        "scan_state": ScanState.CLEAN,
        "account_id": one.row.account_id,
        "case_id": one.row.case_id,
        "uploaded_by": cases.SYSTEM,
        "created_at": now,
    }


def _told(one: Made, basis: str, document: UUID, now: datetime) -> Told:
    """The mail, with the very letter that is in the register."""
    return Told(one.row.case_id, str(one.row.rung), _context(one.row, basis, now), attachment=document)


async def _mail(
    session: AsyncSession, rung: int, mails: Sequence[Made], told: Sequence[Told], now: datetime
) -> None:
    """Legal mail: queued in the transaction that says it was sent."""
    await intend_each(session, "warning_letter", told, now=now)
    ids = [one.row.case_id for one in mails]
    await session.execute(_MESSAGES, {"ids": uuids(ids), "rung": rung})
    numbers = [{"letter": rung, "number": one.row.number} for one in mails]
    await cases.record_many(session, ids, "letter_sent", now=now, data=numbers)
    day = mails[0].row.letter_date
    for rules, some in await rulebook.of_cases(session, ids, now=now):
        await leave(session, rules, rung, some, LetterChannel.EMAIL, letter_date=day, now=now)


async def leave(
    session: AsyncSession,
    rules: Rulebook,
    rung: int,
    ids: Sequence[UUID],
    channel: LetterChannel,
    *,
    letter_date: date,
    now: datetime,
) -> None:
    """What follows from letters of one day that have left: the dates, the milestone, when the process wakes.

    A letter that goes by post after its mail came back is looked for anew; its month stays what it was.
    """
    dates = clocks.dates_of(rules, channel, sent_at=now, letter_date=letter_date)
    given = {
        "ids": uuids(ids),
        "service": clocks.service_of(rung),
        "service_why": await store.keep_derivation(session, dates.service),
        "service_before": dates.service.due_before,
        "month": clocks.month_of(rung),
        "month_why": await store.keep_derivation(session, dates.interval),
        "month_before": dates.interval.due_before,
        "sent": sent(rung),
        "at": now.isoformat(),
        "wake": dates.wakes_at,
        "now": now,
    }
    await session.execute(_LEAVE, given)


def _context(row: Row[Any], basis: str, now: datetime) -> dict[str, Any]:
    return {
        "number": row.number,
        "rung": row.rung,
        "issued_at": now,
        "office": wording.office_name(office(row.authority)),
        "matter": wording.duty(row.kind, row.key, row.period, row.stage),
        "matter_en": wording.duty(row.kind, row.key, row.period, row.stage, "en"),
        "due_before": row.due_before,
        "basis": basis,
    }


_LEFT: Final = text(
    """
    SELECT count(*) FROM warning_letter l JOIN warning_ladder w ON w.case_id = l.case_id
    WHERE l.batch_id = :batch AND l.document_id IS NOT NULL
    """
)


async def finish(session: AsyncSession, batch_id: UUID, *, now: datetime) -> None:
    """All letters of the batch are made; the batch is done."""
    case = await cases.lock(session, batch_id)
    if case.status == WarningBatchStatus.DONE:
        return
    made = (await session.execute(_LEFT, {"batch": batch_id})).scalar_one()
    cases.move(case, WarningBatchStatus.DONE)
    await cases.record(session, case, "letters_made", now=now, data={"count": made})
    cases.close(case, Outcome.DONE, now)
