"""More time for some deadlines: drafted, previewed, approved, applied in batches, undone as long as it can be."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.deadlines import extension_bounds
from services.deadlines.derivation import moment
from services.deadlines.periods import Period, PeriodKind
from services.deadlines.rules import Edge, Rule
from services.deadlines.zones import WIB
from services.errors import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidInput,
    NotFound,
    TransitionRefused,
)
from services.i18n import N_
from services.identity import actors
from services.models import (
    CaseFile,
    CaseKind,
    Document,
    Extension,
    ExtensionScope,
    ExtensionStatus,
    Outcome,
    new_id,
)
from services.reference import regions
from services.rulebook import Rulebook

NAME = "report_due"
UNDO_UNTIL = "undo_until"
SAMPLE = 50
MAX_TEXT = 2000
CHECK: Final = N_("Periksa kembali isian yang ditandai.")


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
    deadline: str = NAME


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


# Whom an extension concerns. Without a period (everyone, a region, a list): whose date is still to come. The one
# case of a single extension is extended whatever its kind, and also when its date has passed.
SCOPE: Final = """
    FROM case_file c JOIN deadline d ON d.case_id = c.id AND d.name = :name
    WHERE c.closed_at IS NULL AND c.status NOT IN ('excused', 'closed')
      AND CASE WHEN CAST(:case_id AS uuid) IS NOT NULL THEN d.met_at IS NULL
               ELSE c.kind = 'report'
                    AND (CAST(:period AS text) IS NULL AND d.met_at IS NULL AND d.due_before > :now
                         OR c.period = :period) END
      AND (CAST(:stage AS text) IS NULL OR c.stage = :stage)
      AND (CAST(:region AS text) IS NULL OR c.region_code = :region OR c.region_code LIKE :region || '.%')
      AND (CAST(:kbli AS text) IS NULL OR EXISTS (SELECT FROM unnest(c.kbli) k WHERE k LIKE :kbli || '%'))
      AND (CAST(:accounts AS uuid[]) IS NULL OR c.account_id = ANY(:accounts))
      AND (CAST(:case_id AS uuid) IS NULL OR c.id = :case_id)
"""


def given(extension: Extension, now: datetime) -> dict[str, Any]:
    """What `SCOPE` asks for."""
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
    refused = await extension_bounds.refusals(session, wanted, rules, now)
    if refused:
        raise InvalidInput(CHECK, fields=refused)
    target = moment(rule_for(rules, wanted.deadline, period, now), wanted.target)
    extension = _row(wanted, period, target, actor, now)
    problems = await _problems(session, wanted, extension, now)
    if problems:
        raise InvalidInput(CHECK, fields=problems)
    case = CaseFile(
        id=extension.case_id,
        kind=CaseKind.CAMPAIGN,
        key=f"campaign/{extension.id}",
        title=extension.instrument,
        region_code=wanted.region,
        period=extension.period,
        status=ExtensionStatus.DRAFT,
        policy_version_id=rules.version_id,
        opened_at=now,
    )
    await cases.open_case(session, case)
    session.add(extension)
    await cases.record(session, case, "drafted", now=now, actor=actor, data={"scope": wanted.scope})
    return extension


def _row(
    wanted: ExtensionDraft, period: Period | None, target: datetime, actor: str, now: datetime
) -> Extension:
    return Extension(
        id=new_id(),
        case_id=new_id(),
        deadline_name=wanted.deadline,
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


def rule_for(rules: Rulebook, deadline: str, period: Period | None, now: datetime) -> Rule:
    """The rule that says on which clock a date of this name ends. InvalidInput when it cannot be extended.

    What the regulations ask of companies can be extended, not what the office asks of itself.
    """
    at = period or Period.containing(now.astimezone(WIB).date(), PeriodKind.QUARTER)
    if deadline not in {rule.name for rule in rules.policies.deadlines.deadlines if rule.edge is Edge.END}:
        raise InvalidInput(N_("Batas waktu ini tidak dapat diperpanjang."), field="deadline")
    try:
        return rules.policies.rule(deadline, at)
    except LookupError:
        unknown = N_("Tidak ada kewajiban pelaporan untuk periode {code}.")
        raise InvalidInput(unknown, field="period", code=str(at)) from None


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
    session: AsyncSession, wanted: ExtensionDraft, extension: Extension, now: datetime
) -> list[FieldError]:
    texts = (("instrument", wanted.instrument), ("reason", wanted.reason))
    problems = [FieldError(name, N_("Wajib diisi.")) for name, value in texts if not value.strip()]
    problems += [
        FieldError(name, N_("Paling banyak {longest} karakter."), {"longest": MAX_TEXT})
        for name, value in texts
        if len(value) > MAX_TEXT
    ]
    if extension.target_before <= now:
        problems.append(FieldError("target_date", extension_bounds.PAST))
    needs = {
        ExtensionScope.PERIOD: ("period", wanted.period),
        ExtensionScope.REGION: ("region", wanted.region),
        ExtensionScope.KBLI: ("kbli", wanted.kbli),
        ExtensionScope.ACCOUNTS: ("account_ids", wanted.account_ids),
        ExtensionScope.CASE: ("case_id", wanted.case_id),
    }
    if wanted.scope is not ExtensionScope.CASE and wanted.deadline != NAME:
        problems.append(
            FieldError("deadline", N_("Hanya batas waktu laporan yang dapat diperpanjang bersama."))
        )
    name, value = needs.get(wanted.scope, ("", True))
    if not value:
        problems.append(FieldError(name, N_("Wajib diisi untuk cakupan ini.")))
    if wanted.region and regions.find(wanted.region) is None:
        unknown = N_("Kode wilayah {code} tidak dikenal.")
        problems.append(FieldError("region", unknown, {"code": wanted.region[:20]}))
    if not problems:
        problems += await _too_early(session, wanted, extension, now)
    return problems


async def _too_early(
    session: AsyncSession, wanted: ExtensionDraft, extension: Extension, now: datetime
) -> list[FieldError]:
    """An extension never brings a date forward. Where it concerns nobody yet, the period's own date must be earlier."""
    preview = await preview_of(session, extension, now=now)
    if preview.concerned:
        return _without_effect(preview)
    due = await extension_bounds.date_in_force(session, wanted)
    return [extension_bounds.not_later(due)] if due is not None and extension.target_before <= due else []


def _without_effect(preview: Preview) -> list[FieldError]:
    """What is wrong with a day that moves nothing, though it concerns somebody: all have it or a later one."""
    if not preview.concerned or preview.moving:
        return []
    return [extension_bounds.not_later(max(group["old"] for group in preview.groups))]


async def load(session: AsyncSession, extension_id: UUID) -> tuple[CaseFile, Extension]:
    """An extension with its case locked, or NotFound."""
    extension = await session.get(Extension, extension_id)
    if extension is None:
        raise NotFound
    case = await cases.lock(session, extension.case_id)
    await session.refresh(extension)
    return case, extension


async def attach(
    session: AsyncSession, extension_id: UUID, document: Document, *, actor: str, now: datetime
) -> Extension:
    """Put the instrument itself to an extension that was not approved yet."""
    case, extension = await load(session, extension_id)
    if case.status not in (ExtensionStatus.DRAFT, ExtensionStatus.PREVIEWED):
        raise TransitionRefused(N_("Perpanjangan ini sudah disetujui atau dibatalkan."))
    document.case_id, extension.document_id = case.id, document.id
    case.version += 1
    data = {"document": str(document.id)}
    await cases.record(session, case, "instrument_attached", now=now, actor=actor, data=data)
    return extension


async def dry_run(session: AsyncSession, extension_id: UUID, *, actor: str, now: datetime) -> Preview:
    """Say exactly what would happen, and remember it: only what was previewed can be approved.

    InvalidInput when all whom it concerns have that date or a later one by now.
    """
    case, extension = await load(session, extension_id)
    if case.status not in (ExtensionStatus.DRAFT, ExtensionStatus.PREVIEWED):
        raise TransitionRefused(N_("Perpanjangan ini sudah disetujui atau dibatalkan."))
    preview = await preview_of(session, extension, now=now)
    for refused in _without_effect(preview):
        raise InvalidInput(refused.message, field=refused.field, **refused.params)
    if case.status == ExtensionStatus.DRAFT:
        cases.move(case, ExtensionStatus.PREVIEWED)
    extension.status, extension.previewed_at = ExtensionStatus.PREVIEWED, now
    extension.counts = {**extension.counts, "concerned": preview.concerned, "moving": preview.moving}
    data = {"concerned": preview.concerned, "moving": preview.moving, "messages": preview.messages}
    await cases.record(session, case, "previewed", now=now, actor=actor, data=data)
    return preview


async def preview_of(session: AsyncSession, extension: Extension, *, now: datetime) -> Preview:
    """What the extension would do as things stand now; writes nothing."""
    wanted = given(extension, now)
    groups = await session.execute(
        text(
            "SELECT d.due_before AS old, count(*) AS cases, count(*) FILTER (WHERE d.met_at IS NULL) AS unsent,"
            " count(*) FILTER (WHERE c.held_at IS NOT NULL) AS held,"
            f" d.due_before < :target AS moves {SCOPE} GROUP BY d.due_before ORDER BY d.due_before"
        ),
        wanted,
    )
    rows = groups.all()
    sample = await session.execute(
        text(
            "SELECT c.id, c.title, c.region_code, c.status, d.due_before AS old"
            f" {SCOPE} AND d.due_before < :target ORDER BY c.region_code, c.title, c.id LIMIT {SAMPLE}"
        ),
        wanted,
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
    _still_as_tried(extension, preview)
    rules = await rulebook.current(session, now=now)
    limit = rules.policies.second_person_above
    if await awaits_second_person(session, extension, preview.moving, limit, actor):
        raise Forbidden(
            N_(
                "Perpanjangan untuk lebih dari {limit} kewajiban harus disetujui orang kedua (kebijakan layanan)."
            ),
            limit=limit,
        )
    cases.move(case, ExtensionStatus.APPROVED)
    extension.status, extension.approved_by, extension.approved_at = ExtensionStatus.APPROVED, actor, now
    cases.reach(case, "approved_at", now)
    data = {"moving": preview.moving}
    await cases.record(session, case, "approved", now=now, actor=actor, data=data)
    cases.wake(case, now)
    return extension


def _still_as_tried(extension: Extension, preview: Preview) -> None:
    """Nobody approves more than was looked at: a scope that has grown since is tried out again."""
    seen = int(extension.counts.get("moving", 0))
    if preview.moving > seen:
        raise Conflict(
            N_(
                "Sejak uji coba, cakupan bertambah dari {seen} menjadi {moving} batas waktu; yang disetujui ialah "
                "akibat yang diperiksa (kebijakan layanan). Lakukan uji coba lagi."
            ),
            seen=seen,
            moving=preview.moving,
        )


async def awaits_second_person(
    session: AsyncSession, extension: Extension, moving: int, limit: int, actor: str
) -> bool:
    """Above the size set in policy, whoever asked may not approve: in no other role, and by no key of theirs."""
    return needs_second_person(moving, limit) and extension.requested_by in await actors.selves(
        session, actor
    )


def needs_second_person(moving: int, limit: int) -> bool:
    """Whether so many obligations are too many for one person."""
    return moving > limit


async def cancel(session: AsyncSession, extension_id: UUID, *, actor: str, now: datetime) -> Extension:
    """Drop an extension that was not approved."""
    case, extension = await load(session, extension_id)
    cases.move(case, ExtensionStatus.CANCELLED)
    extension.status = ExtensionStatus.CANCELLED
    await cases.record(session, case, "cancelled", now=now, actor=actor)
    cases.close(case, Outcome.REFUSED, now)
    return extension
