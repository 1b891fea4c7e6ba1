"""What officers do to any case: hold it, release it, hand it to somebody, write a note."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.errors import Conflict, InvalidInput
from services.i18n import N_
from services.identity import people
from services.models import CaseFile, CaseKind, CaseNote, Person, new_id
from services.processes import GRACE
from services.warnings import overdue, standing
from services.warnings.duties import DUTIES

MAX_REASON = 2000
MAX_NOTE = 10_000


async def hold(session: AsyncSession, case_id: UUID, *, reason: str, actor: str, now: datetime) -> CaseFile:
    """Nothing happens to a held case by itself until it is released. The reason stays with the row."""
    case = await _open_case(session, case_id)
    written = _text(reason, MAX_REASON, "reason")
    if case.held_at is not None:
        raise Conflict(N_("Perkara ini sudah ditahan."))
    case.held_at, case.hold_reason = now, written
    case.version += 1
    await cases.record(session, case, "held", now=now, actor=actor)
    await _tell_warnings(session, case, now)
    return case


async def release(session: AsyncSession, case_id: UUID, *, actor: str, now: datetime) -> CaseFile:
    """Let a held case go on. A report whose date passed meanwhile is recorded as overdue, at its legal moment."""
    case = await _open_case(session, case_id)
    if case.held_at is None:
        raise Conflict(N_("Perkara ini tidak sedang ditahan."))
    case.held_at, case.hold_reason = None, None
    case.version += 1
    await cases.record(session, case, "released", now=now, actor=actor)
    if case.kind == CaseKind.REPORT:
        await _catch_up(session, case, now)
    await _tell_warnings(session, case, now)
    cases.wake(case, now)
    return case


async def assign(
    session: AsyncSession, case_id: UUID, assignee_id: UUID | None, *, actor: str, now: datetime
) -> CaseFile:
    """Hand the case to an official, or (None) back to the desk. Repeating it changes nothing."""
    case = await _open_case(session, case_id)
    if case.assignee_id == assignee_id:
        return case
    if assignee_id is not None:
        await _official(session, assignee_id)
    case.assignee_id = assignee_id
    case.version += 1
    data = {"assignee": str(assignee_id) if assignee_id else None}
    await cases.record(session, case, "assigned", now=now, actor=actor, data=data)
    return case


async def add_note(
    session: AsyncSession, case_id: UUID, body: str, *, author_id: UUID | None, actor: str, now: datetime
) -> CaseNote:
    """Write something down for colleagues. The timeline says only that a note was written."""
    case = await cases.lock(session, case_id)
    note = CaseNote(
        id=new_id(), case_id=case.id, author_id=author_id, body=_text(body, MAX_NOTE, "body"), written_at=now
    )
    session.add(note)
    await cases.record(session, case, "noted", now=now, actor=actor, data={"note": str(note.id)})
    return note


async def notes(session: AsyncSession, case_id: UUID) -> Sequence[tuple[CaseNote, str | None]]:
    """The notes of a case with their authors' names, the newest first."""
    query = (
        select(CaseNote, col(Person.name))
        .outerjoin(Person, col(Person.id) == col(CaseNote.author_id))
        .where(col(CaseNote.case_id) == case_id)
        .order_by(col(CaseNote.id).desc())
    )
    return [(note, name) for note, name in await session.execute(query)]


async def _open_case(session: AsyncSession, case_id: UUID) -> CaseFile:
    case = await cases.lock(session, case_id)
    if case.closed_at is not None:
        raise Conflict(N_("Perkara ini sudah selesai."))
    return case


async def _official(session: AsyncSession, person_id: UUID) -> None:
    person = await session.get(Person, person_id)
    if person is None or person.status == "disabled" or not await people.grants(session, person_id):
        raise InvalidInput(N_("Perkara hanya dapat diserahkan kepada petugas aktif."), field="assignee_id")


_PASSED = text(
    """
    UPDATE deadline SET acted_at = :now
    WHERE case_id = :id AND name = 'report_due' AND met_at IS NULL AND acted_at IS NULL
      AND due_before <= :passed
    RETURNING due_before
    """
)


async def _catch_up(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The period's overdue list passed over the case while it was held."""
    given = {"id": case.id, "now": now, "passed": now - GRACE}
    due = (await session.execute(_PASSED, given)).scalar_one_or_none()
    if due is not None:
        await cases.record(session, case, "became_overdue", now=now, at=due)


async def _tell_warnings(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """A dispute or force majeure stops the warnings about a duty, its end lets them go on."""
    if case.kind == CaseKind.WARNING:
        await session.flush()
        await standing.ladders_changed(session, [case.id], now=now)
    elif case.kind in DUTIES:
        await standing.duties_changed(session, [case.id], now=now)
        if case.held_at is None:
            await overdue.warn_late(session, case, now=now)


def _text(typed: str, longest: int, field: str) -> str:
    written = typed.strip()
    if not written:
        raise InvalidInput(N_("Wajib diisi."), field=field)
    if len(written) > longest:
        raise InvalidInput(N_("Paling banyak {longest} karakter."), field=field, longest=longest)
    return written
