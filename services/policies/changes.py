"""A change of the rules: proposed, tried out, approved by a second person, withdrawn as long as it lies ahead."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.deadlines import store
from services.deadlines.derivation import Derived, Step
from services.deadlines.rules import Edge
from services.deadlines.zones import WIB
from services.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.identity import actors
from services.models import (
    CaseFile,
    CaseKind,
    Outcome,
    PolicyChange,
    PolicyChangeStatus,
    PolicyVersion,
    new_id,
)
from services.policies import settings, versions
from services.policies.bundle import Policies
from services.policies.simulation import Simulation, simulate
from services.policies.source import PolicyError

VALID_FROM: Final = "policy_valid_from"
MAX_TEXT: Final = 2000


@dataclass(frozen=True)
class Proposal:
    """What an administrator asks for: values by the path of their setting, in force from the start of a day."""

    changes: Mapping[str, Any]
    valid_from: date
    instrument: str
    reason: str
    moves_open: bool = True


async def propose(session: AsyncSession, wanted: Proposal, *, actor: str, now: datetime) -> PolicyChange:
    """Write down a version of the rules; nothing comes into force. InvalidInput names every place that is wrong."""
    base = await rulebook.current(session, now=now)
    starts = datetime.combine(wanted.valid_from, time(0), WIB)
    problems = _problems(wanted, starts, now)
    policies = None if problems else checked(base.policies.document, wanted.changes)
    if problems or policies is None:
        raise InvalidInput(N_("Periksa kembali isian yang ditandai."), fields=problems)
    version = await _version(session, policies, actor, now)
    case = CaseFile(
        id=(case_id := new_id()),
        kind=CaseKind.POLICY_CHANGE,
        key=f"policy/{case_id}",
        title=wanted.instrument.strip(),
        status=PolicyChangeStatus.DRAFT,
        policy_version_id=base.version_id,
        opened_at=now,
    )
    await cases.open_case(session, case)
    found = settings.differences(base.policies.document, policies.document)
    change = PolicyChange(
        case_id=case.id,
        base_id=base.version_id,
        version_id=version.id,
        changes=[asdict(difference) for difference in found],
        valid_from=starts,
        instrument=wanted.instrument.strip(),
        reason=wanted.reason.strip(),
        moves_open=wanted.moves_open,
        proposed_by=actor,
        proposed_at=now,
    )
    session.add(change)
    await session.flush()
    data = {"settings": len(found), "version": version.digest[:12]}
    await cases.record(session, case, "policy_proposed", now=now, actor=actor, data=data)
    return change


def checked(document: Mapping[str, Any], changes: Mapping[str, Any]) -> Policies:
    """The version with these values, or InvalidInput that names each place and the rule that is broken there."""
    try:
        wanted = settings.changed(document, changes)
    except settings.UnknownSetting as unknown:
        raise InvalidInput(
            N_("Pengaturan {path} tidak ada."), field=f"changes.{unknown}", path=str(unknown)
        ) from unknown
    if wanted == document:
        raise InvalidInput(N_("Tidak ada pengaturan yang berubah."), field="changes")
    try:
        policies = Policies.from_document(wanted)
    except PolicyError as refused:
        fields = [
            FieldError(
                f"changes.{problem.place}" if problem.place else "changes",
                problem.message,
                dict(problem.params),
            )
            for problem in refused.found
        ]
        raise InvalidInput(N_("Aturan ini tidak dapat berlaku."), fields=fields) from refused
    if gone := versions.removed(policies.document):
        needed = N_("Aturan ini dibutuhkan dan tidak dapat dihapus.")
        raise InvalidInput(needed, fields=[FieldError(f"changes.{path}", needed) for path in gone])
    return policies


def _problems(wanted: Proposal, starts: datetime, now: datetime) -> list[FieldError]:
    problems = []
    for name, value in (("instrument", wanted.instrument), ("reason", wanted.reason)):
        if not value.strip():
            problems.append(FieldError(name, N_("Wajib diisi.")))
        elif len(value) > MAX_TEXT:
            problems.append(FieldError(name, N_("Paling banyak {longest} karakter."), {"longest": MAX_TEXT}))
    if starts <= now:
        late = N_("Aturan baru berlaku paling cepat besok: tidak ada aturan yang berlaku surut.")
        problems.append(FieldError("valid_from", late))
    if not wanted.changes:
        problems.append(FieldError("changes", N_("Tidak ada pengaturan yang berubah.")))
    return problems


async def _version(session: AsyncSession, policies: Policies, actor: str, now: datetime) -> PolicyVersion:
    version = PolicyVersion(
        id=new_id(),
        digest=policies.version,
        content=policies.document,
        note="",
        proposed_by=actor,
        created_at=now,
    )
    session.add(version)
    await session.flush()
    return version


async def load(session: AsyncSession, case_id: UUID) -> tuple[CaseFile, PolicyChange]:
    """A change with its case locked, or NotFound."""
    case = await cases.lock(session, case_id)
    change = await session.get(PolicyChange, case_id, populate_existing=True)
    if change is None:
        raise NotFound
    return case, change


async def try_out(session: AsyncSession, case_id: UUID, *, actor: str, now: datetime) -> Simulation:
    """Say what it would bring about in what is open now, and remember it: only what was tried out can be approved."""
    case, change = await load(session, case_id)
    if case.status not in (PolicyChangeStatus.DRAFT, PolicyChangeStatus.SIMULATED):
        raise TransitionRefused(N_("Perubahan aturan ini sudah disetujui atau dihentikan."))
    result = await simulation_of(session, change, now=now)
    if case.status == PolicyChangeStatus.DRAFT:
        cases.move(case, PolicyChangeStatus.SIMULATED)
    change.status = PolicyChangeStatus.SIMULATED
    change.simulation, change.simulated_at = result.as_json(), now
    data = {"open": result.open_cases, "dates": sum(shift.cases for shift in result.shifts)}
    await cases.record(session, case, "policy_simulated", now=now, actor=actor, data=data)
    return result


async def simulation_of(session: AsyncSession, change: PolicyChange, *, now: datetime) -> Simulation:
    """What a change would bring about from its date; writes nothing."""
    before = await rulebook.of_version(session, change.base_id)
    after = await rulebook.of_version(session, change.version_id)
    return await simulate(
        session, before, after, at=max(change.valid_from, now), moves_open=change.moves_open
    )


async def approve(session: AsyncSession, case_id: UUID, *, actor: str, now: datetime) -> PolicyChange:
    """A second person decides. From its date on the version is in force by itself; then open cases are moved."""
    case, change = await load(session, case_id)
    if case.status != PolicyChangeStatus.SIMULATED:
        raise TransitionRefused(
            N_("Periksa dahulu akibat perubahan aturan (simulasi) sebelum menyetujuinya.")
        )
    if change.proposed_by in await actors.selves(session, actor):
        raise Forbidden(
            N_("Perubahan aturan disetujui oleh orang lain daripada pengusulnya (kebijakan layanan).")
        )
    if change.valid_from <= now:
        raise Conflict(N_("Tanggal berlakunya sudah lewat; usulkan lagi dengan tanggal yang baru."))
    await _still_based(session, change)
    version = await session.get_one(PolicyVersion, change.version_id)
    version.in_force_from, version.approved_by = change.valid_from, actor
    cases.move(case, PolicyChangeStatus.APPROVED)
    change.status, change.approved_by, change.approved_at = PolicyChangeStatus.APPROVED, actor, now
    await store.set_deadline(session, case.id, VALID_FROM, _start(change.valid_from), now=now)
    cases.reach(case, "approved_at", now)
    await cases.record(session, case, "policy_approved", now=now, actor=actor)
    cases.wake(case, now)
    return change


async def _still_based(session: AsyncSession, change: PolicyChange) -> None:
    """Two changes never overtake each other: what is approved follows the version it was made from."""
    query = (
        select(col(PolicyVersion.id))
        .where(col(PolicyVersion.in_force_from).is_not(None))
        .order_by(col(PolicyVersion.in_force_from).desc(), col(PolicyVersion.id).desc())
        .limit(1)
    )
    if (await session.execute(query)).scalar_one_or_none() != change.base_id:
        raise Conflict(
            N_("Aturan lain sudah disetujui sejak usulan ini disusun; susun ulang atas versi itu.")
        )


def _start(valid_from: datetime) -> Derived:
    return Derived(
        name=VALID_FROM,
        due_before=valid_from,
        lenient_before=None,
        base_before=valid_from,
        derivation=(Step("from", {"at": valid_from.astimezone(WIB).isoformat(timespec="seconds")}, None),),
        calendar_version=None,
        edge=Edge.START,
    )


async def withdraw(session: AsyncSession, case_id: UUID, *, actor: str, now: datetime) -> PolicyChange:
    """Take an approved change back before its day: then nothing has happened."""
    case, change = await load(session, case_id)
    if case.status != PolicyChangeStatus.APPROVED:
        raise TransitionRefused(N_("Hanya perubahan yang disetujui dan belum berlaku yang dapat ditarik."))
    if change.valid_from <= now:
        raise TransitionRefused(N_("Aturan ini sudah berlaku; ubah lagi dengan versi baru."))
    version = await session.get_one(PolicyVersion, change.version_id)
    version.in_force_from = None
    cases.move(case, PolicyChangeStatus.WITHDRAWN)
    change.status, change.withdrawn_by, change.withdrawn_at = PolicyChangeStatus.WITHDRAWN, actor, now
    await store.meet(session, case.id, None, now=now)
    await cases.record(session, case, "policy_withdrawn", now=now, actor=actor)
    cases.close(case, Outcome.REFUSED, now)
    return change


async def cancel(session: AsyncSession, case_id: UUID, *, actor: str, now: datetime) -> PolicyChange:
    """Drop a change that was not approved."""
    case, change = await load(session, case_id)
    cases.move(case, PolicyChangeStatus.CANCELLED)
    change.status = PolicyChangeStatus.CANCELLED
    await cases.record(session, case, "cancelled", now=now, actor=actor)
    cases.close(case, Outcome.REFUSED, now)
    return change
