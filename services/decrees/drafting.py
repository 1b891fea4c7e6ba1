"""A decree on its way: written down, tried out, approved by a second person, ordered back, dropped."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.deadlines import store
from services.deadlines.zones import WIB
from services.decrees import comparing, moving
from services.decrees.changes import Change, changes, with_days
from services.decrees.lines import Line, RawLine, as_days, check
from services.decrees.stored import calendar_seen, days_of, load, told_names
from services.errors import Conflict, FieldError, Forbidden, InvalidInput, TransitionRefused
from services.i18n import N_
from services.identity import actors
from services.models import (
    CaseFile,
    CaseKind,
    DecreeDay,
    DecreeLayer,
    DecreeStatus,
    Document,
    HolidayDecree,
    Outcome,
    new_id,
)
from services.reference import regions
from services.rulebook import Rulebook

MAX_TEXT = 2000
NIB_DIGITS = 13


@dataclass(frozen=True)
class DecreeDraft:
    """What somebody entered. `complete`: it names all holidays of its years, the library's others are worked."""

    instrument: str
    reason: str
    days: tuple[RawLine, ...]
    layer: DecreeLayer = DecreeLayer.DECREE
    scope: str = ""
    complete: bool = False
    document_id: UUID | None = None
    notify: bool = True


@dataclass(frozen=True)
class Foreseen:
    """What a decree would do: open dates that move, by name; the earliest and the latest of the new dates."""

    moving: int
    later: int
    earlier: int
    told: int
    by_name: dict[str, int]


async def draft(session: AsyncSession, wanted: DecreeDraft, *, actor: str, now: datetime) -> HolidayDecree:
    """Write a decree down; no calendar changes yet. InvalidInput names every field that cannot be accepted."""
    lines = _checked(wanted)
    rules = await rulebook.current(session, now=now)
    case, decree = _rows(wanted, rules.version_id, actor, now)
    await cases.open_case(session, case)
    session.add(decree)
    await session.flush()
    session.add_all(
        DecreeDay(case_id=case.id, day=line.day, kind=line.kind, name=line.name, name_en=line.name_en)
        for line in lines
    )
    await cases.record(session, case, "drafted", now=now, actor=actor, data={"days": len(lines)})
    await session.flush()
    return decree


def _checked(wanted: DecreeDraft) -> list[Line]:
    """Everything that is wrong is said at once."""
    problems, lines = _problems(wanted), []
    try:
        lines = check(wanted.days)
    except InvalidInput as refused:
        problems += refused.fields
    if problems:
        raise InvalidInput(N_("Periksa kembali isian yang ditandai."), fields=problems)
    return comparing.completed(lines) if wanted.complete else lines


def _rows(
    wanted: DecreeDraft, policy_version: UUID, actor: str, now: datetime
) -> tuple[CaseFile, HolidayDecree]:
    case_id = new_id()
    case = CaseFile(
        id=case_id,
        kind=CaseKind.DECREE,
        key=f"decree/{case_id}",
        title=wanted.instrument.strip(),
        region_code=wanted.scope if wanted.layer is DecreeLayer.REGION else None,
        status=DecreeStatus.DRAFT,
        policy_version_id=policy_version,
        opened_at=now,
    )
    return case, HolidayDecree(
        case_id=case_id,
        layer=wanted.layer,
        scope=wanted.scope.strip(),
        instrument=wanted.instrument.strip(),
        reason=wanted.reason.strip(),
        document_id=wanted.document_id,
        notify=wanted.notify,
        requested_by=actor,
        requested_at=now,
    )


def _problems(wanted: DecreeDraft) -> list[FieldError]:
    problems = []
    for name, value in (("instrument", wanted.instrument), ("reason", wanted.reason)):
        if not value.strip():
            problems.append(FieldError(name, N_("Wajib diisi.")))
        if len(value) > MAX_TEXT:
            problems.append(FieldError(name, N_("Paling banyak {longest} karakter."), {"longest": MAX_TEXT}))
    scope = wanted.scope.strip()
    if wanted.layer is DecreeLayer.DECREE and scope:
        problems.append(FieldError("scope", N_("Keputusan nasional berlaku di seluruh Indonesia.")))
    if wanted.layer is DecreeLayer.REGION and regions.find(scope) is None:
        problems.append(FieldError("scope", N_("Kode wilayah {code} tidak dikenal."), {"code": scope[:20]}))
    if wanted.layer is DecreeLayer.ORGANISATION and not (
        scope.isascii() and scope.isdigit() and len(scope) == NIB_DIGITS
    ):
        problems.append(FieldError("scope", N_("NIB terdiri atas 13 angka.")))
    return problems


async def attach(
    session: AsyncSession, decree_id: UUID, document: Document, *, actor: str, now: datetime
) -> HolidayDecree:
    """Put the decree itself to its entry, as long as it was not approved."""
    case, decree = await load(session, decree_id)
    if case.status not in (DecreeStatus.DRAFT, DecreeStatus.PREVIEWED):
        raise TransitionRefused(N_("Keputusan ini sudah disetujui atau dibatalkan."))
    document.case_id, decree.document_id = case.id, document.id
    data = {"document": str(document.id)}
    await cases.record(session, case, "instrument_attached", now=now, actor=actor, data=data)
    return decree


async def dry_run(session: AsyncSession, decree_id: UUID, *, actor: str, now: datetime) -> Foreseen:
    """Write down every open date that would move. A decree that moves one into the past is refused."""
    case, decree = await load(session, decree_id)
    if case.status not in (DecreeStatus.DRAFT, DecreeStatus.PREVIEWED):
        raise TransitionRefused(N_("Keputusan ini sudah disetujui atau dibatalkan."))
    rules = await rulebook.current(session, now=now)
    found = await _changes(session, decree, rules, now)
    await moving.plan(session, decree, found, told_names(rules), now)
    foreseen = await _foreseen(session, decree)
    if case.status == DecreeStatus.DRAFT:
        cases.move(case, DecreeStatus.PREVIEWED)
    decree.status, decree.previewed_at = DecreeStatus.PREVIEWED, now
    decree.calendar_seen = await calendar_seen(session)
    decree.counts = {
        "moving": foreseen.moving, "later": foreseen.later, "earlier": foreseen.earlier,
        "told": foreseen.told, "by_name": foreseen.by_name,
    }  # fmt: skip
    data = {"moving": foreseen.moving, "messages": foreseen.told}
    await cases.record(session, case, "previewed", now=now, actor=actor, data=data)
    return foreseen


async def _changes(
    session: AsyncSession, decree: HolidayDecree, rules: Rulebook, now: datetime
) -> list[Change]:
    """What the decree would change; InvalidInput when that moves a date into the past."""
    lines = await days_of(session, decree)
    added = as_days(lines, decree.layer, decree.scope, decree.instrument)
    found = await changes(session, with_days(rules, added))
    if past := await moving.into_the_past(session, found, now):
        raise InvalidInput(
            N_(
                "Menurut {instrument} batas waktu {title} menjadi {day}, yang sudah lewat. Kalender tidak boleh"
                " memindahkan batas waktu ke masa lalu (kebijakan layanan)."
            ),
            field="days",
            instrument=decree.instrument,
            title=past.title,
            day=(past.due - timedelta(seconds=1)).astimezone(WIB).date(),
        )
    return found


async def _foreseen(session: AsyncSession, decree: HolidayDecree) -> Foreseen:
    rows = await session.execute(
        text(
            "SELECT deadline_name, new_before > old_before AS later, new_before < old_before AS earlier,"
            " count(*) AS lines, count(*) FILTER (WHERE told) AS told"
            " FROM decree_line WHERE decree_id = :id AND state = 'planned' GROUP BY 1, 2, 3"
        ),
        {"id": decree.case_id},
    )
    by_name: Counter[str] = Counter()
    later = earlier = told = 0
    for row in rows:
        by_name[row.deadline_name] += row.lines
        later += row.lines if row.later else 0
        earlier += row.lines if row.earlier else 0
        told += row.told
    return Foreseen(by_name.total(), later, earlier, told, dict(by_name))


async def approve(session: AsyncSession, decree_id: UUID, *, actor: str, now: datetime) -> HolidayDecree:
    """Approve what was tried out, by somebody other than who entered it."""
    case, decree = await load(session, decree_id)
    if case.status != DecreeStatus.PREVIEWED:
        raise TransitionRefused(N_("Periksa dahulu akibat keputusan (uji coba) sebelum menyetujuinya."))
    if decree.requested_by in await actors.selves(session, actor):
        raise Forbidden(N_("Keputusan hari libur harus disetujui orang kedua (kebijakan layanan)."))
    if decree.calendar_seen != await calendar_seen(session):
        raise Conflict(
            N_(
                "Kalender sudah berubah sejak uji coba {instrument}; yang disetujui ialah akibat yang diperiksa "
                "(kebijakan layanan). Lakukan uji coba lagi."
            ),
            instrument=decree.instrument,
        )
    await _still_ahead(session, decree, now)
    cases.move(case, DecreeStatus.APPROVED)
    decree.status, decree.approved_by, decree.approved_at = DecreeStatus.APPROVED, actor, now
    cases.reach(case, "approved_at", now)
    data = {"moving": decree.counts.get("moving", 0)}
    await cases.record(session, case, "approved", now=now, actor=actor, data=data)
    cases.wake(case, now)
    return decree


async def _still_ahead(session: AsyncSession, decree: HolidayDecree, now: datetime) -> None:
    """Between dry run and approval time passes: a date that would lie behind by now is refused all the same."""
    query = text(
        "SELECT count(*) FROM decree_line l JOIN deadline d ON d.case_id = l.case_id AND d.name = l.deadline_name"
        " WHERE l.decree_id = :id AND l.state = 'planned' AND d.met_at IS NULL AND d.paused_since IS NULL"
        " AND (d.due_before > :now AND l.new_before <= :now"
        "      OR d.lenient_before > :now AND l.new_lenient_before <= :now)"
    )
    count = (await session.execute(query, {"id": decree.case_id, "now": now})).scalar_one()
    if count:
        raise Conflict(
            N_(
                "Sejak uji coba {instrument}, {count} batas waktu baru sudah lewat; tidak ada tanggal yang bergeser "
                "ke masa lalu (kebijakan layanan). Lakukan uji coba lagi."
            ),
            instrument=decree.instrument,
            count=count,
        )


async def order_undo(session: AsyncSession, decree_id: UUID, *, actor: str, now: datetime) -> HolidayDecree:
    """Take a decree back. What `undo_refusal` answers is raised."""
    case, decree = await load(session, decree_id)
    refusal = await undo_refusal(session, case, decree, now=now)
    if refusal is not None:
        raise refusal
    cases.move(case, DecreeStatus.UNDOING)
    decree.status, decree.undone_by = DecreeStatus.UNDOING, actor
    await store.meet(session, case.id, None, now=now)
    cases.reach(case, "undo_ordered_at", now)
    await cases.record(session, case, "undo_ordered", now=now, actor=actor)
    cases.wake(case, now)
    return decree


async def undo_refusal(
    session: AsyncSession, case: CaseFile, decree: HolidayDecree, *, now: datetime
) -> TransitionRefused | None:
    """Why a decree cannot be taken back now; None as long as no date it put off would be past without it."""
    if case.status != DecreeStatus.APPLIED:
        return TransitionRefused(N_("Hanya keputusan yang sudah diterapkan yang dapat dibatalkan."))
    query = text(
        "SELECT count(*) FROM decree_line l JOIN deadline d ON d.case_id = l.case_id AND d.name = l.deadline_name"
        " WHERE l.decree_id = :id AND l.state = 'moved' AND d.met_at IS NULL AND d.paused_since IS NULL"
        " AND d.due_before > :now AND l.new_before > l.old_before AND l.old_before <= :now"
    )
    late = (await session.execute(query, {"id": decree.case_id, "now": now})).scalar_one()
    if late:
        return TransitionRefused(
            N_(
                "Tanpa {instrument}, {count} batas waktu sudah lewat; keputusan ini tidak dapat dibatalkan lagi."
            ),
            instrument=decree.instrument,
            count=late,
        )
    if case.closed_at is not None:
        return TransitionRefused(
            N_(
                "{instrument} dapat dibatalkan sampai harinya tiba atau tanggal pertama yang digesernya lewat;"
                " waktu itu sudah lewat (kebijakan layanan)."
            ),
            instrument=decree.instrument,
        )
    return None


async def cancel(session: AsyncSession, decree_id: UUID, *, actor: str, now: datetime) -> HolidayDecree:
    """Drop a decree that was not approved."""
    case, decree = await load(session, decree_id)
    cases.move(case, DecreeStatus.CANCELLED)
    decree.status = DecreeStatus.CANCELLED
    drop = "DELETE FROM decree_line WHERE decree_id = :decree AND state = 'planned'"
    await session.execute(text(drop), {"decree": decree.case_id})
    await cases.record(session, case, "cancelled", now=now, actor=actor)
    cases.close(case, Outcome.VOID, now)
    return decree
