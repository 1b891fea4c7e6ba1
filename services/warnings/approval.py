"""An officer of the competent authority decides on proposals: approves one or thousands, leaves out with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.database import uuids
from services.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from services.i18n import N_
from services.identity import actors
from services.identity.principal import Principal
from services.models import (
    AuthorityLevel,
    CaseFile,
    CaseKind,
    LetterChannel,
    Outcome,
    WarningBatch,
    WarningBatchStatus,
    WarningLadder,
    WarningStatus,
    new_id,
)
from services.warnings import authorities, desk, ending, numbering, standing
from services.warnings.competence import Office, office, office_at
from services.warnings.desk import Filters, Line
from services.warnings.proposals import TARGET
from services.warnings.wording import office_name

MAX_REASON: Final = 2000
OWN_PROPOSAL: Final = N_(
    "Usulan ini Anda ajukan sendiri; surat peringatan disetujui oleh pejabat lain (kebijakan layanan)."
)
NOT_COMPETENT: Final = N_(
    "Kewenangan memberi peringatan atas perkara ini ada pada instansi lain (UU 23/2014; PP 28/2025)."
)
UNDETERMINED: Final = N_(
    "Kewenangan belum dapat ditentukan karena skala izin belum diketahui; tetapkan dahulu instansinya (UU 23/2014)."
)
NUMBERED: Final = N_(
    "Surat peringatan ini sudah bernomor {number} dari {office}; hanya instansi itu yang dapat menyetujuinya lagi "
    "(UU 23/2014; PP 28/2025)."
)
NOTHING_LEFT: Final = N_(
    "Tidak ada usulan peringatan yang dapat disetujui: kewajibannya sudah dipenuhi atau ditunda."
)


@dataclass(frozen=True)
class LeftOut:
    """A proposal that was not approved with the others, and why: a code, or the officer's own words."""

    id: UUID
    reason: str


@dataclass(frozen=True)
class Approved:
    """What was approved: one batch for each office in whose name letters are made."""

    batches: Sequence[WarningBatch]
    letters: int
    left_out: Sequence[LeftOut]


async def approve(
    session: AsyncSession,
    principal: Principal,
    filters: Filters,
    *,
    now: datetime,
    exclusions: Mapping[UUID, str] | None = None,
    channel: LetterChannel | None = None,
    previewed_at: datetime | None = None,
) -> Approved:
    """Approve what was previewed, except what is left out with a reason. The letters are made after this.

    Forbidden when one of them is the approver's own proposal or another office's, also one that is left out;
    InvalidInput for an exclusion without a reason; Conflict when nothing is left, or for a letter that has the
    number of another office than the approver's. What was met or put off meanwhile is left out by itself.
    """
    chosen = await desk.select_lines(session, principal, filters, now=now, previewed_at=previewed_at)
    locked = await cases.lock_many(session, [line.id for line in chosen])
    await authorities.derive_again(session, locked, now=now)
    again = Filters(ids=tuple(line.id for line in chosen))
    lines = await desk.select_lines(session, principal, again, now=now) if chosen else []
    excluded = _excluded(lines, exclusions or {})
    wanted = [line for line in lines if line.id not in excluded]
    own = await actors.selves(session, principal.actor)
    _check(wanted, own, single=bool(filters.ids))
    open_ = [line for line in wanted if line.issuer is not None and not line.suspended]
    acting = {line.id: line.issuer for line in open_ if line.issuer is not None}
    elsewhere = await numbering.of_another_office(session, acting)
    ready = [line for line in open_ if line.id not in elsewhere]
    if elsewhere and (filters.ids or not ready):
        letter = next(iter(elsewhere.values()))
        raise Conflict(NUMBERED, number=letter.number, office=office_name(office(letter.authority)))
    left_out = _left_out(chosen, lines, wanted, ready, excluded)
    if not ready:
        raise Conflict(NOTHING_LEFT)
    for case_id, reason in excluded.items():
        await _exclude(session, case_id, reason, principal.actor, now)
    batches = await _batches(session, ready, left_out, principal, channel, now)
    return Approved(batches, len(ready), left_out)


async def exclude(
    session: AsyncSession, principal: Principal, reasons: Mapping[UUID, str], *, now: datetime
) -> int:
    """Leave proposals out for good, each with its reason; the same missed date is not proposed again."""
    await cases.lock_many(session, list(reasons))
    lines = (
        await desk.select_lines(session, principal, Filters(ids=tuple(reasons)), now=now) if reasons else []
    )
    if len(lines) != len(reasons):
        raise NotFound
    excluded = _excluded(lines, reasons)
    for case_id, reason in excluded.items():
        await _exclude(session, case_id, reason, principal.actor, now)
    return len(excluded)


async def determine(
    session: AsyncSession,
    principal: Principal,
    ladders: Sequence[UUID],
    level: AuthorityLevel,
    *,
    reason: str,
    now: datetime,
) -> int:
    """An officer says whose office is competent where the rules do not; with the ground for it."""
    if not reason.strip():
        raise InvalidInput(N_("Tuliskan dasar penetapan kewenangan."), field="reason")
    locked = await cases.lock_many(session, ladders)
    lines = await desk.select_lines(session, principal, Filters(ids=tuple(locked)), now=now) if locked else []
    if not lines or len(lines) != len(set(ladders)):
        raise NotFound
    if any(line.authority is not None for line in lines):
        raise Conflict(N_("Kewenangan atas usulan ini sudah ditentukan."))
    for line in lines:
        ladder = await session.get_one(WarningLadder, line.id, populate_existing=True)
        ladder.authority_level, ladder.authority = level, office_at(level, line.region_code).code
        ladder.authority_reason, ladder.authority_set_by = reason.strip()[:MAX_REASON], principal.actor
    await session.flush()
    ids = [line.id for line in lines]
    data = {"level": level.value}
    await cases.record_many(session, ids, "authority_determined", now=now, actor=principal.actor, data=data)
    return len(lines)


def _excluded(lines: Sequence[Line], given: Mapping[UUID, str]) -> dict[UUID, str]:
    """What is left out of these lines. Forbidden where another office decides on it; InvalidInput without a reason."""
    known = {line.id for line in lines}
    if any(line.id in given and _of_another_office(line) for line in lines):
        raise Forbidden(NOT_COMPETENT)
    errors = [
        FieldError("exclusions", N_("Tuliskan alasan mengapa usulan ini tidak disetujui."))
        for case_id, reason in given.items()
        if case_id in known and not reason.strip()
    ]
    if errors:
        raise InvalidInput(N_("Usulan hanya dapat dikecualikan dengan alasan."), fields=errors)
    return {case_id: reason.strip()[:MAX_REASON] for case_id, reason in given.items() if case_id in known}


def _check(wanted: Sequence[Line], own: frozenset[str], *, single: bool) -> None:
    """What nobody may approve in bulk by oversight: own proposals; and what was named one by one in vain."""
    if any(line.proposed_by in own for line in wanted):
        raise Forbidden(OWN_PROPOSAL)
    if single and any(_of_another_office(line) for line in wanted):
        raise Forbidden(NOT_COMPETENT)
    if single and any(line.authority is None for line in wanted):
        raise Conflict(UNDETERMINED)


def _of_another_office(line: Line) -> bool:
    return line.authority is not None and line.issuer is None


def _left_out(
    chosen: Sequence[Line],
    lines: Sequence[Line],
    wanted: Sequence[Line],
    ready: Sequence[Line],
    excluded: Mapping[UUID, str],
) -> list[LeftOut]:
    found = [LeftOut(case_id, reason) for case_id, reason in excluded.items()]
    still = {line.id for line in lines}
    found += [LeftOut(line.id, "no_longer_proposed") for line in chosen if line.id not in still]
    going = {line.id for line in ready}
    for line in wanted:
        if line.id not in going:
            found.append(LeftOut(line.id, _why_not(line)))
    return found


def _why_not(line: Line) -> str:
    if line.authority is None:
        return "authority_undetermined"
    if line.issuer is None:
        return "not_competent"
    return "suspended" if line.suspended else "numbered_by_another_office"


async def _exclude(session: AsyncSession, case_id: UUID, reason: str, actor: str, now: datetime) -> None:
    ladder = await session.get_one(WarningLadder, case_id, populate_existing=True)
    ladder.exclusion_reason = reason
    await session.flush()
    data = {"letter": ladder.rung + 1}
    status, outcome = WarningStatus.EXCLUDED, Outcome.REFUSED
    await ending.end(session, [case_id], status, outcome, now=now, actor=actor, data=data)


async def _batches(
    session: AsyncSession,
    ready: Sequence[Line],
    left_out: Sequence[LeftOut],
    principal: Principal,
    channel: LetterChannel | None,
    now: datetime,
) -> list[WarningBatch]:
    going = {one.case_id for one in await standing.ladders_changed(session, [r.id for r in ready], now=now)}
    by_office: dict[Office, list[Line]] = {}
    for line in ready:
        if line.issuer is not None and line.id in going:
            by_office.setdefault(line.issuer, []).append(line)
    if not by_office:
        raise Conflict(NOTHING_LEFT)
    return [
        await _batch(session, issuer, lines, left_out, principal, channel, now)
        for issuer, lines in sorted(by_office.items())
    ]


async def _batch(
    session: AsyncSession,
    issuer: Office,
    lines: Sequence[Line],
    left_out: Sequence[LeftOut],
    principal: Principal,
    channel: LetterChannel | None,
    now: datetime,
) -> WarningBatch:
    rules = await rulebook.current(session, now=now)
    batch_id = new_id()
    case = CaseFile(
        id=batch_id,
        kind=CaseKind.WARNING_BATCH,
        key=f"warning-batch/{batch_id}",
        title=issuer.region or "",
        region_code=None if issuer.level is AuthorityLevel.MINISTRY else issuer.code,
        status=WarningBatchStatus.APPROVED,
        policy_version_id=rules.version_id,
        opened_at=now,
    )
    await cases.open_case(session, case)
    batch = WarningBatch(
        case_id=batch_id,
        authority_level=issuer.level,
        authority=issuer.code,
        approved_by=principal.actor,
        approver=principal.name,
        approved_at=now,
        letters=len(lines),
        left_out=[{"id": str(one.id), "reason": one.reason} for one in left_out],
    )
    session.add(batch)
    await session.flush()
    await _mark(session, batch, lines, channel, now)
    data = {"count": len(lines), "left_out": len(left_out)}
    await cases.record(session, case, "letters_approved", now=now, actor=principal.actor, data=data)
    cases.wake(case, now)
    return batch


_APPROVE: Final = text(
    """
    WITH given AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:rungs AS int[]), CAST(:channels AS text[]))
               AS g(case_id, rung, channel)
    ), moved AS (
        UPDATE case_file c SET status = 'approved', version = version + 1 FROM given g
        WHERE c.id = g.case_id AND c.status = 'proposed' RETURNING c.id
    ), climbed AS (
        UPDATE warning_ladder w SET rung = g.rung FROM given g JOIN moved ON moved.id = g.case_id
        WHERE w.case_id = g.case_id AND w.rung = g.rung - 1
    ), met AS (
        UPDATE deadline d SET met_at = :now FROM moved WHERE d.case_id = moved.id AND d.name = :target
    )
    INSERT INTO warning_letter (case_id, rung, batch_id, authority_level, authority, channel, approved_by, approved_at)
    SELECT g.case_id, g.rung, :batch, :level, :authority, g.channel, :actor, :now
    FROM given g JOIN moved ON moved.id = g.case_id
    ON CONFLICT (case_id, rung) DO UPDATE
    SET batch_id = excluded.batch_id, channel = excluded.channel, approved_by = excluded.approved_by,
        approved_at = excluded.approved_at
    WHERE warning_letter.sent_at IS NULL AND warning_letter.voided_at IS NULL
    RETURNING case_id
    """
)


async def _mark(
    session: AsyncSession,
    batch: WarningBatch,
    lines: Sequence[Line],
    channel: LetterChannel | None,
    now: datetime,
) -> None:
    given: dict[str, Any] = {
        "ids": uuids(line.id for line in lines),
        "rungs": [line.letter for line in lines],
        "channels": [line.goes_by(channel).value for line in lines],
        "batch": batch.case_id,
        "level": batch.authority_level,
        "authority": batch.authority,
        "actor": batch.approved_by,
        "target": TARGET,
        "now": now,
    }
    marked = set((await session.execute(_APPROVE, given)).scalars())
    if len(marked) != len(lines):
        raise Conflict(N_("Daftar berubah saat disetujui; periksa kembali lalu setujui lagi."))
    data = [{"letter": line.letter, "batch": str(batch.case_id)} for line in lines]
    ids = [line.id for line in lines]
    await cases.record_many(session, ids, "letter_approved", now=now, actor=batch.approved_by, data=data)
