"""Giving approved letters their number and day: without gaps per year and office, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.database import uuids
from services.documents import registry
from services.documents.letters import LetterKind
from services.models import IssuedDocument, WarningLadder, WarningLetter, WarningStatus, new_id
from services.warnings import standing
from services.warnings.clocks import today
from services.warnings.competence import Office, office
from services.warnings.duties import DATE_OF_DUTY

# Letters of a batch that are still to be made, numbered or not; those made already are not made again.
_TO_MAKE: Final = text(
    """
    SELECT l.case_id FROM warning_letter l
    JOIN warning_ladder w ON w.case_id = l.case_id AND w.rung = l.rung
    JOIN case_file c ON c.id = l.case_id
    WHERE l.batch_id = :batch AND l.document_id IS NULL AND l.voided_at IS NULL
      AND w.ended_at IS NULL AND w.suspended_at IS NULL AND c.status = 'approved' AND c.held_at IS NULL
    ORDER BY l.case_id LIMIT :most
    """
)
_TAKE: Final = text(
    """
    INSERT INTO letter_register (authority, year, last) VALUES (:authority, :year, :many)
    ON CONFLICT (authority, year) DO UPDATE SET last = letter_register.last + :many
    RETURNING last
    """
)
# All that a letter says, read once it is numbered.
_FACTS: Final = text(
    f"""
    SELECT l.case_id, l.rung, l.number, l.letter_date, l.authority, l.channel, l.issued_id, i.code, i.issued_at,
           a.id AS account_id, a.name AS company, coalesce(a.nib, '') AS nib, a.address, a.region_code,
           o.kind, o.key, o.period, o.stage, d.due_before, b.approver,
           coalesce((SELECT jsonb_agg(jsonb_build_object('number', e.number, 'day', e.letter_date) ORDER BY e.rung)
                     FROM warning_letter e WHERE e.case_id = l.case_id AND e.rung < l.rung), '[]') AS earlier
    FROM warning_letter l
    JOIN warning_ladder w ON w.case_id = l.case_id
    JOIN warning_batch b ON b.case_id = l.batch_id
    JOIN issued_document i ON i.id = l.issued_id
    JOIN account a ON a.id = w.account_id
    JOIN case_file o ON o.id = w.obligation_id
    JOIN deadline d ON d.case_id = o.id
         AND d.name = {DATE_OF_DUTY}
    WHERE l.batch_id = :batch AND l.case_id = ANY(CAST(:ids AS uuid[])) ORDER BY l.case_id
    """  # noqa: S608 -- our own constants
)


async def number_next(
    session: AsyncSession, batch_id: UUID, *, now: datetime, most: int
) -> Sequence[Row[Any]] | None:
    """Lock and number the next letters of a batch; what each says. None when none is left to be made.

    An empty list: those that were next are owed no more, and have been ended or stopped.
    """
    found = list((await session.execute(_TO_MAKE, {"batch": batch_id, "most": most})).scalars())
    if not found:
        return None
    locked = await cases.lock_many(session, found)
    going = await standing.ladders_changed(session, locked, now=now)
    ready = [ladder.case_id for ladder in going if ladder.status == WarningStatus.APPROVED]
    letters = await _letters(session, batch_id, ready)
    await _number(session, letters, now)
    return (await session.execute(_FACTS, {"batch": batch_id, "ids": uuids(ready)})).all()


async def of_another_office(
    session: AsyncSession, acting: Mapping[UUID, Office]
) -> dict[UUID, WarningLetter]:
    """The next letters of these ladders that have a number of another office than would act now (`acting`).

    They were numbered, stopped before they left, and lie on the desk again: the number stays what it is.
    """
    query = (
        select(WarningLetter)
        .join(WarningLadder, col(WarningLadder.case_id) == col(WarningLetter.case_id))
        .where(
            col(WarningLetter.case_id).in_(acting),
            col(WarningLetter.rung) == col(WarningLadder.rung) + 1,
            col(WarningLetter.number).is_not(None),
        )
        .order_by(col(WarningLetter.case_id))
    )
    found = (await session.execute(query.execution_options(populate_existing=True))).scalars()
    return {letter.case_id: letter for letter in found if office(letter.authority) != acting[letter.case_id]}


async def _letters(session: AsyncSession, batch_id: UUID, ladders: Sequence[UUID]) -> list[WarningLetter]:
    query = (
        select(WarningLetter)
        .join(WarningLadder, col(WarningLadder.case_id) == col(WarningLetter.case_id))
        .where(
            col(WarningLetter.batch_id) == batch_id,
            col(WarningLetter.case_id).in_(ladders),
            col(WarningLetter.rung) == col(WarningLadder.rung),
            col(WarningLetter.document_id).is_(None),
        )
        .order_by(col(WarningLetter.case_id))
    )
    return list((await session.execute(query.execution_options(populate_existing=True))).scalars())


async def _number(session: AsyncSession, letters: Sequence[WarningLetter], now: datetime) -> None:
    """Numbers in the order of cases. One that was given before an interruption stays; its day is today's."""
    day = today(now)
    unnumbered = [letter for letter in letters if letter.number is None]
    for letter in letters:
        if letter.number is not None and letter.year == day.year:
            letter.letter_date = day
    if unnumbered:
        authority = unnumbered[0].authority  # a batch is of one office
        given = {"authority": authority, "year": day.year, "many": len(unnumbered)}
        last: int = (await session.execute(_TAKE, given)).scalar_one()
        first = last - len(unnumbered) + 1
        entries = [_entry(letter, sequence, now) for sequence, letter in enumerate(unnumbered, first)]
        await session.execute(insert(IssuedDocument).values(entries))
        for sequence, (letter, entry) in enumerate(zip(unnumbered, entries, strict=True), first):
            letter.year, letter.sequence, letter.letter_date = day.year, sequence, day
            letter.number, letter.issued_id = entry["number"], entry["id"]
    await session.flush()


def _entry(letter: WarningLetter, sequence: int, now: datetime) -> dict[str, Any]:
    """The letter's line in the registry, by whose code anyone may check it."""
    name = office(letter.authority).on_letters
    return {
        "id": new_id(),
        "code": registry.new_code(),
        "kind": LetterKind.WARNING_LETTER,
        "number": f"{sequence:05d}/SP-{letter.rung}/{name}/{today(now).year}",
        "case_id": letter.case_id,
        "issued_at": now,
    }
