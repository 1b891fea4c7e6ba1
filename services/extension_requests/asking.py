"""What a company does: ask for more time with a reason and evidence, and take the request back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.deadlines import store
from services.deadlines.derivation import derive
from services.deadlines.office_time import derive_share
from services.errors import FieldError, InvalidInput, NotFound, TransitionRefused
from services.extension_requests.ending import end
from services.extension_requests.possible import Room, may_ask
from services.i18n import N_
from services.models import (
    CaseFile,
    CaseKind,
    Document,
    ExtensionRequest,
    ExtensionRequestStatus,
    ScanState,
    new_id,
)

TARGET, REMINDER = "extension_request_target", "extension_request_reminder"
MAX_REASON = 2000


@dataclass(frozen=True)
class Asked:
    """What is asked: so many calendar days more for the deadline of this name, and why."""

    deadline: str
    days: int
    reason: str


async def ask(
    session: AsyncSession,
    case_id: UUID,
    asked: Asked,
    document: Document | None,
    *,
    actor: str,
    now: datetime,
) -> ExtensionRequest:
    """Take in a request. InvalidInput names every wrong field; a refusal names the rule and its source."""
    case = await cases.lock(session, case_id)
    if case.account_id is None:
        raise NotFound
    room = await may_ask(session, case, asked.deadline, now=now)
    _check(asked, document, room, case.account_id)
    number = (
        await session.execute(text("SELECT nextval(pg_get_serial_sequence('extension_request', 'number'))"))
    ).scalar_one()
    own = await cases.open_case(session, _case(case, number, now))
    if document is not None:
        document.case_id = document.case_id or own.id
    request = ExtensionRequest(
        case_id=own.id,
        number=number,
        account_id=case.account_id,
        target_case_id=case.id,
        deadline_name=asked.deadline,
        old_before=room.deadline.due_before,
        days=asked.days,
        reason=asked.reason.strip(),
        document_id=document.id if document else None,
        submitted_at=now,
        submitted_by=actor,
    )
    session.add(request)
    await _set_target(session, own, now)
    data = {"number": number, "days": asked.days, "deadline": asked.deadline}
    await cases.record(session, own, "submitted", now=now, actor=actor, data=data)
    await cases.record(session, case, "extension_requested", now=now, actor=actor, data=data)
    cases.wake(own, now)
    await session.flush()
    return request


async def withdraw(session: AsyncSession, request_id: UUID, *, actor: str, now: datetime) -> ExtensionRequest:
    """The company no longer wants it."""
    target, own, request = await load(session, request_id)
    if own.status != ExtensionRequestStatus.SUBMITTED:
        raise TransitionRefused(N_("Permohonan ini tidak menunggu keputusan lagi."))
    await end(session, target, own, request, ExtensionRequestStatus.WITHDRAWN, actor=actor, now=now)
    return request


async def load(session: AsyncSession, request_id: UUID) -> tuple[CaseFile, CaseFile, ExtensionRequest]:
    """The case whose date is asked about, the request's own, and the request; both cases locked, in id order."""
    found = await session.get(ExtensionRequest, request_id)
    if found is None:
        raise NotFound
    await cases.lock_many(session, [found.target_case_id, found.case_id])
    target, own = await cases.lock(session, found.target_case_id), await cases.lock(session, found.case_id)
    await session.refresh(found)
    return target, own, found


def _check(asked: Asked, document: Document | None, room: Room, account_id: UUID) -> None:
    errors = []
    if not 1 <= asked.days <= room.most:
        limit = N_("Isi 1 sampai {most} hari ({basis}).")
        errors.append(FieldError("days", limit, {"most": room.most, "basis": room.policy.basis}))
    if not asked.reason.strip():
        errors.append(FieldError("reason", N_("Wajib diisi.")))
    if len(asked.reason) > MAX_REASON:
        errors.append(FieldError("reason", N_("Paling banyak {longest} karakter."), {"longest": MAX_REASON}))
    if document is None and room.policy.evidence:
        needed = N_("Unggah bukti yang mendukung permohonan ({basis}).")
        errors.append(FieldError("evidence", needed, {"basis": room.policy.basis}))
    if document is not None and document.account_id != account_id:
        raise NotFound
    if document is not None and document.scan_state == ScanState.REJECTED:
        errors.append(FieldError("evidence", N_("Berkas ini tidak lolos pemeriksaan.")))
    if errors:
        raise InvalidInput(N_("Periksa kembali isian yang ditandai."), fields=errors)


def _case(case: CaseFile, number: int, now: datetime) -> CaseFile:
    return CaseFile(
        id=new_id(),
        kind=CaseKind.EXTENSION_REQUEST,
        key=f"extension-request/{number}",
        title=case.title,
        account_id=case.account_id,
        region_code=case.region_code,
        zone=case.zone,
        kbli=case.kbli,
        period=case.period,
        stage=case.stage,
        status=ExtensionRequestStatus.SUBMITTED,
        opened_at=now,
    )


async def _set_target(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The office that decides keeps the working days of the company's region."""
    rules = await rulebook.current(session, now=now)
    case.policy_version_id = rules.version_id
    calendars = rules.calendars(case.region_code)
    target = derive(rules.policies.rule(TARGET), now, calendars)
    hours = rules.policies.targets.office_hours
    half = derive_share(rules.policies.share(REMINDER), target, hours, calendars)
    await store.set_deadline(session, case.id, REMINDER, half, now=now)
    await store.set_deadline(session, case.id, TARGET, target, now=now)
