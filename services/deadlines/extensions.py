"""More time for some deadlines: drafted, previewed, approved, applied in batches, undone as long as it can be."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.database import uuids
from services.deadlines import store
from services.deadlines.derivation import moment
from services.deadlines.periods import Period, PeriodKind
from services.deadlines.zones import WIB
from services.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.messages.intents import intend_many
from services.models import (
    CaseFile,
    CaseKind,
    Deadline,
    Extension,
    ExtensionScope,
    ExtensionStatus,
    Outcome,
    new_id,
)
from services.reference import regions

NAME = "report_due"
UNDO_UNTIL = "undo_until"
SAMPLE = 50
MAX_TEXT = 2000


@dataclass(frozen=True)
class ExtensionDraft:
    """What an administrator asks for. `target` is the last day; everything else narrows who gets it."""

    scope: ExtensionScope
    target: date
    instrument: str
    reason: str
    period: str | None = None
    stage: str | None = None
    region: str | None = None
    kbli: str | None = None
    account_ids: tuple[UUID, ...] = ()
    case_id: UUID | None = None
    document_id: UUID | None = None
    notify: bool = True


@dataclass(frozen=True)
class Preview:
    """What an extension would do: how many dates move, from where, who is told, what stays as it is."""

    concerned: int
    moving: int
    unchanged: int
    messages: int
    held: int
    earliest_old: datetime | None
    groups: list[dict[str, Any]] = field(default_factory=list)
    sample: list[dict[str, Any]] = field(default_factory=list)


_SCOPE = """
    FROM case_file c JOIN deadline d ON d.case_id = c.id AND d.name = :name
    WHERE c.kind = 'report' AND c.closed_at IS NULL AND c.status NOT IN ('excused', 'closed')
      AND (CAST(:period AS text) IS NULL AND d.met_at IS NULL AND d.due_before > :now OR c.period = :period)
      AND (CAST(:stage AS text) IS NULL OR c.stage = :stage)
      AND (CAST(:region AS text) IS NULL OR c.region_code = :region OR c.region_code LIKE :region || '.%')
      AND (CAST(:kbli AS text) IS NULL OR EXISTS (SELECT FROM unnest(c.kbli) k WHERE k LIKE :kbli || '%'))
      AND (CAST(:accounts AS uuid[]) IS NULL OR c.account_id = ANY(:accounts))
      AND (CAST(:case_id AS uuid) IS NULL OR c.id = :case_id)
"""


def _given(extension: Extension, now: datetime) -> dict[str, Any]:
    accounts = extension.account_ids if extension.scope == ExtensionScope.ACCOUNTS else None
    return {
        "name": extension.deadline_name,
        "period": extension.period,
        "stage": extension.stage,
        "region": extension.region_prefix,
        "kbli": extension.kbli_prefix,
        "accounts": [UUID(account) for account in accounts] if accounts is not None else None,
        "case_id": extension.target_case_id,
        "target": extension.target_before,
        "now": now,
        "extension": extension.id,
    }


async def draft(session: AsyncSession, wanted: ExtensionDraft, *, actor: str, now: datetime) -> Extension:
    """Write down an extension; nothing moves yet. InvalidInput names every field that cannot be accepted."""
    rules = await rulebook.current(session, now=now)
    period = await _period_of(session, wanted)
    rule = rules.policies.rule(
        NAME, period or Period.containing(now.astimezone(WIB).date(), PeriodKind.QUARTER)
    )
    target = moment(rule, wanted.target)
    problems = await _problems(session, wanted, target, now)
    if problems:
        raise InvalidInput(N_("Periksa kembali isian yang ditandai."), fields=problems)
    extension_id = new_id()
    case = CaseFile(
        id=new_id(),
        kind=CaseKind.CAMPAIGN,
        key=f"campaign/{extension_id}",
        title=wanted.instrument.strip(),
        region_code=wanted.region,
        period=str(period) if period else None,
        status=ExtensionStatus.DRAFT,
        policy_version_id=rules.version_id,
        opened_at=now,
    )
    await cases.open_case(session, case)
    extension = Extension(
        id=extension_id,
        case_id=case.id,
        scope=wanted.scope,
        period=str(period) if period else None,
        stage=wanted.stage,
        region_prefix=wanted.region,
        kbli_prefix=wanted.kbli,
        account_ids=[str(account) for account in wanted.account_ids],
        target_case_id=wanted.case_id,
        target_before=target,
        instrument=wanted.instrument.strip(),
        reason=wanted.reason.strip(),
        document_id=wanted.document_id,
        notify=wanted.notify,
        requested_by=actor,
        requested_at=now,
    )
    session.add(extension)
    await cases.record(session, case, "drafted", now=now, actor=actor, data={"scope": wanted.scope})
    return extension


async def _period_of(session: AsyncSession, wanted: ExtensionDraft) -> Period | None:
    if wanted.scope is ExtensionScope.CASE and wanted.case_id is not None:
        case = await session.get(CaseFile, wanted.case_id)
        return Period.parse(case.period) if case is not None and case.period else None
    if wanted.period is None:
        return None
    try:
        return Period.parse(wanted.period)
    except ValueError:
        refusal = N_("“{code}” bukan kode periode, contoh: 2026-Q4.")
        raise InvalidInput(refusal, field="period", code=wanted.period[:20]) from None


async def _problems(
    session: AsyncSession, wanted: ExtensionDraft, target: datetime, now: datetime
) -> list[FieldError]:
    problems = [
        FieldError(name, N_("Wajib diisi."))
        for name, value in (("instrument", wanted.instrument), ("reason", wanted.reason))
        if not value.strip()
    ]
    problems += [
        FieldError(name, N_("Paling banyak {longest} karakter."), {"longest": MAX_TEXT})
        for name, value in (("instrument", wanted.instrument), ("reason", wanted.reason))
        if len(value) > MAX_TEXT
    ]
    if target <= now:
        problems.append(FieldError("target_date", N_("Tanggal baru sudah lewat.")))
    needs = {
        ExtensionScope.PERIOD: ("period", wanted.period),
        ExtensionScope.REGION: ("region", wanted.region),
        ExtensionScope.KBLI: ("kbli", wanted.kbli),
        ExtensionScope.ACCOUNTS: ("account_ids", wanted.account_ids),
        ExtensionScope.CASE: ("case_id", wanted.case_id),
    }
    name, value = needs.get(wanted.scope, ("", True))
    if not value:
        problems.append(FieldError(name, N_("Wajib diisi untuk cakupan ini.")))
    if wanted.region and regions.find(wanted.region) is None:
        unknown = N_("Kode wilayah {code} tidak dikenal.")
        problems.append(FieldError("region", unknown, {"code": wanted.region[:20]}))
    if not problems:
        problems += await _too_early(session, wanted, target)
    return problems


async def _too_early(session: AsyncSession, wanted: ExtensionDraft, target: datetime) -> list[FieldError]:
    """An extension never brings a date forward: the date of the one case, or of the period, must be earlier."""
    if wanted.case_id is not None:
        deadline = await session.get(Deadline, (wanted.case_id, NAME))
        due = deadline.due_before if deadline else None
    else:
        query = text("SELECT due_before FROM reporting_period WHERE code = :code")
        due = (await session.execute(query, {"code": wanted.period})).scalar_one_or_none()
    if due is not None and target <= due:
        return [
            FieldError("target_date", N_("Tanggal baru tidak lebih lambat dari batas waktu yang berlaku."))
        ]
    return []


async def load(session: AsyncSession, extension_id: UUID) -> tuple[CaseFile, Extension]:
    """An extension with its case locked, or NotFound."""
    extension = await session.get(Extension, extension_id)
    if extension is None:
        raise NotFound
    case = await cases.lock(session, extension.case_id)
    await session.refresh(extension)
    return case, extension


async def dry_run(session: AsyncSession, extension_id: UUID, *, actor: str, now: datetime) -> Preview:
    """Say exactly what would happen, and remember it: only what was previewed can be approved."""
    case, extension = await load(session, extension_id)
    if case.status not in (ExtensionStatus.DRAFT, ExtensionStatus.PREVIEWED):
        raise TransitionRefused(N_("Perpanjangan ini sudah disetujui atau dibatalkan."))
    preview = await preview_of(session, extension, now=now)
    if case.status == ExtensionStatus.DRAFT:
        cases.move(case, ExtensionStatus.PREVIEWED)
    extension.status, extension.previewed_at = ExtensionStatus.PREVIEWED, now
    extension.counts = {**extension.counts, "concerned": preview.concerned, "moving": preview.moving}
    data = {"concerned": preview.concerned, "moving": preview.moving, "messages": preview.messages}
    await cases.record(session, case, "previewed", now=now, actor=actor, data=data)
    return preview


async def preview_of(session: AsyncSession, extension: Extension, *, now: datetime) -> Preview:
    """What the extension would do as things stand now; writes nothing."""
    given = _given(extension, now)
    groups = await session.execute(
        text(
            "SELECT d.due_before AS old, count(*) AS cases, count(*) FILTER (WHERE d.met_at IS NULL) AS unsent,"
            " count(*) FILTER (WHERE c.held_at IS NOT NULL) AS held,"
            f" d.due_before < :target AS moves {_SCOPE} GROUP BY d.due_before ORDER BY d.due_before"
        ),
        given,
    )
    rows = groups.all()
    sample = await session.execute(
        text(
            "SELECT c.id, c.title, c.region_code, c.status, d.due_before AS old"
            f" {_SCOPE} AND d.due_before < :target ORDER BY c.region_code, c.title, c.id LIMIT {SAMPLE}"
        ),
        given,
    )
    moving = [row for row in rows if row.moves]
    return Preview(
        concerned=sum(row.cases for row in rows),
        moving=sum(row.cases for row in moving),
        unchanged=sum(row.cases for row in rows if not row.moves),
        messages=sum(row.unsent for row in moving) if extension.notify else 0,
        held=sum(row.held for row in moving),
        earliest_old=min((row.old for row in moving), default=None),
        groups=[
            {"old": row.old, "new": max(row.old, extension.target_before), "cases": row.cases} for row in rows
        ],
        sample=[{**row._mapping, "new": extension.target_before} for row in sample],
    )


async def approve(session: AsyncSession, extension_id: UUID, *, actor: str, now: datetime) -> Extension:
    """Approve what was previewed; above the size set in policy by somebody other than who asked for it."""
    case, extension = await load(session, extension_id)
    if case.status != ExtensionStatus.PREVIEWED:
        raise TransitionRefused(N_("Periksa dahulu akibat perpanjangan (uji coba) sebelum menyetujuinya."))
    preview = await preview_of(session, extension, now=now)
    if preview.moving == 0:
        raise Conflict(N_("Tidak ada batas waktu yang akan bergeser."))
    rules = await rulebook.current(session, now=now)
    limit = rules.policies.second_person_above
    if needs_second_person(extension, preview.moving, limit, actor):
        raise Forbidden(
            N_("Perpanjangan untuk lebih dari {limit} kewajiban harus disetujui orang kedua."), limit=limit
        )
    cases.move(case, ExtensionStatus.APPROVED)
    extension.status, extension.approved_by, extension.approved_at = ExtensionStatus.APPROVED, actor, now
    cases.reach(case, "approved_at", now)
    data = {"moving": preview.moving}
    await cases.record(session, case, "approved", now=now, actor=actor, data=data)
    cases.wake(case, now)
    return extension


def needs_second_person(extension: Extension, moving: int, limit: int, actor: str) -> bool:
    """Above the size set in policy, whoever asked for an extension may not approve it."""
    return moving > limit and actor == extension.requested_by


async def order_undo(session: AsyncSession, extension_id: UUID, *, actor: str, now: datetime) -> Extension:
    """Take an extension back, as long as no old date has passed: nobody becomes late by an undo."""
    case, extension = await load(session, extension_id)
    if case.status == ExtensionStatus.APPROVED:
        raise TransitionRefused(N_("Perpanjangan sedang diterapkan; tunggu sampai selesai."))
    if case.status != ExtensionStatus.APPLIED:
        raise TransitionRefused(N_("Hanya perpanjangan yang sudah diterapkan yang dapat dibatalkan."))
    oldest = await session.execute(
        text("SELECT min(old_before) FROM extension_line WHERE extension_id = :id AND active"),
        {"id": extension.id},
    )
    earliest = oldest.scalar_one_or_none()
    if earliest is not None and earliest <= now:
        raise TransitionRefused(
            N_("Batas waktu lama sudah lewat, sehingga perpanjangan tidak dapat dibatalkan.")
        )
    cases.move(case, ExtensionStatus.UNDOING)
    extension.status, extension.undone_by = ExtensionStatus.UNDOING, actor
    await store.meet(session, case.id, [UNDO_UNTIL], now=now)
    cases.reach(case, "undo_ordered_at", now)
    await cases.record(session, case, "undo_ordered", now=now, actor=actor)
    cases.wake(case, now)
    return extension


async def cancel(session: AsyncSession, extension_id: UUID, *, actor: str, now: datetime) -> Extension:
    """Drop an extension that was not approved."""
    case, extension = await load(session, extension_id)
    cases.move(case, ExtensionStatus.CANCELLED)
    extension.status = ExtensionStatus.CANCELLED
    await cases.record(session, case, "cancelled", now=now, actor=actor)
    cases.close(case, Outcome.REFUSED, now)
    return extension


_LINES = text(
    f"""
    INSERT INTO extension_line (extension_id, case_id, deadline_name, old_before, target_before, active)
    SELECT :extension, c.id, d.name, d.due_before, :target, true {_SCOPE}
      AND c.id = ANY(CAST(:ids AS uuid[])) AND d.due_before < :target
    ON CONFLICT DO NOTHING
    RETURNING case_id, old_before
    """
)
_NEXT = text(
    f"""
    SELECT c.id
    {_SCOPE} AND c.id > :after AND d.due_before < :target
      AND NOT EXISTS (SELECT FROM extension_line l WHERE l.extension_id = :extension AND l.case_id = c.id)
    ORDER BY c.id LIMIT :batch
    """  # noqa: S608 -- built from the constants above
)


async def apply_batch(
    session: AsyncSession, extension: Extension, after: UUID, *, now: datetime, batch: int
) -> tuple[UUID | None, int]:
    """Extend the next cases: lock, then read the dates, write lines, move, record, tell. None when none is left."""
    given = _given(extension, now)
    found = list((await session.execute(_NEXT, {**given, "after": after, "batch": batch})).scalars())
    if not found:
        return None, 0
    return found[-1], await _extend(session, extension, found, now)


async def _extend(session: AsyncSession, extension: Extension, found: list[UUID], now: datetime) -> int:
    locked = await cases.lock_many(session, found)
    rows = (await session.execute(_LINES, {**_given(extension, now), "ids": uuids(locked)})).all()
    old = {row.case_id: row.old_before for row in rows}
    moved = await store.recompute(session, list(old), extension.deadline_name, now=now)
    data = [
        {
            "extension": str(extension.id),
            "from": old[case_id].isoformat(),
            "to": extension.target_before.isoformat(),
        }
        for case_id in moved
    ]
    await cases.record_many(session, moved, "deadline_extended", now=now, data=data)
    if extension.notify:
        await _tell(session, "extension_granted", extension, moved, now)
    return len(moved)


async def _tell(
    session: AsyncSession, template: str, extension: Extension, moved: list[UUID], now: datetime
) -> None:
    unsent = await session.execute(
        text(
            "SELECT case_id FROM deadline"
            " WHERE case_id = ANY(CAST(:ids AS uuid[])) AND name = :name AND met_at IS NULL"
        ),
        {"ids": uuids(moved), "name": extension.deadline_name},
    )
    await intend_many(
        session,
        template=template,
        case_ids=list(unsent.scalars()),
        occurrence=str(extension.id),
        extension_id=extension.id,
        now=now,
    )


async def undo_batch(
    session: AsyncSession, extension: Extension, *, now: datetime, batch: int
) -> tuple[UUID | None, int]:
    """Take the extension back from the next cases; their date in force is recomputed from what remains."""
    found = await session.execute(
        text(
            "SELECT case_id FROM extension_line WHERE extension_id = :id AND active ORDER BY case_id LIMIT :batch"
        ),
        {"id": extension.id, "batch": batch},
    )
    ids = await cases.lock_many(session, list(found.scalars()))
    if not ids:
        return None, 0
    await session.execute(
        text(
            "UPDATE extension_line SET active = false, undone_at = :now"
            " WHERE extension_id = :id AND case_id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"id": extension.id, "ids": uuids(ids), "now": now},
    )
    moved = await store.recompute(session, ids, extension.deadline_name, now=now)
    data = {"extension": str(extension.id)}
    await cases.record_many(session, ids, "extension_undone", now=now, data=data)
    if extension.notify:
        await _tell(session, "extension_undone", extension, moved, now)
    return ids[-1], len(ids)


async def apply_to_newcomers(
    session: AsyncSession, case_ids: list[UUID], period: Period, *, now: datetime
) -> None:
    """Obligations opened after an extension for their period or region get it too."""
    if not case_ids:
        return
    query = (
        select(Extension)
        .where(col(Extension.status).in_([ExtensionStatus.APPROVED, ExtensionStatus.APPLIED]))
        .where(col(Extension.period) == str(period), col(Extension.target_case_id).is_(None))
        .order_by(col(Extension.target_before))
    )
    for extension in (await session.execute(query)).scalars().all():
        await _extend(session, extension, case_ids, now)
