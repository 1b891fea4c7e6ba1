"""What an officer decides about a request: so many days, or none, with a reason."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines import single, store
from services.errors import FieldError, InvalidInput, TransitionRefused
from services.extension_requests.asking import MAX_REASON, load
from services.extension_requests.notices import tell_company
from services.extension_requests.possible import Room, room
from services.i18n import N_
from services.models import (
    CaseFile,
    Deadline,
    Document,
    ExtensionRequest,
    ExtensionRequestStatus,
    Outcome,
    ScanState,
)


class Verdict(StrEnum):
    GRANT = "grant"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Decision:
    """`days` None grants what was asked. A refusal needs a reason, which the company reads."""

    verdict: Verdict
    days: int | None = None
    reason: str = ""


async def decide(
    session: AsyncSession, request_id: UUID, decision: Decision, *, actor: str, now: datetime
) -> ExtensionRequest:
    """Carry out an officer's decision. Granting moves the date in the same transaction."""
    target, own, request = await load(session, request_id)
    if own.status != ExtensionRequestStatus.SUBMITTED:
        raise TransitionRefused(N_("Permohonan ini tidak menunggu keputusan lagi."))
    if len(decision.reason) > MAX_REASON:
        raise InvalidInput(N_("Paling banyak {longest} karakter."), field="reason", longest=MAX_REASON)
    request.decided_at, request.decided_by = now, actor
    request.decision_reason = decision.reason.strip() or None
    if decision.verdict is Verdict.GRANT:
        await _grant(session, target, own, request, decision, actor, now)
    else:
        await _refuse(session, target, own, request, actor, now)
    await store.meet(session, own.id, None, now=now)
    cases.reach(own, "decided_at", now)
    return request


async def _grant(
    session: AsyncSession,
    target: CaseFile,
    own: CaseFile,
    request: ExtensionRequest,
    decision: Decision,
    actor: str,
    now: datetime,
) -> None:
    days = request.days if decision.days is None else decision.days
    found = await room(session, target, request.deadline_name, now=now)
    await _grantable(session, request, found, days, now)
    old = found.deadline.due_before
    extension = await single.grant(
        session,
        target,
        single.Grant(
            deadline=request.deadline_name,
            target=found.target(days),
            instrument=f"Permohonan Perpanjangan Nomor {request.number}",
            reason=request.reason,
            requested_by=request.submitted_by,
            document_id=request.document_id,
        ),
        actor=actor,
        now=now,
    )
    cases.move(own, ExtensionRequestStatus.GRANTED)
    request.status, request.granted_days, request.extension_id = (
        ExtensionRequestStatus.GRANTED,
        days,
        extension.id,
    )
    data = {"number": request.number, "days": days}
    await cases.record(session, own, "granted", now=now, actor=actor, data=data)
    await tell_company(
        session, own, request, "extension_request_granted", now=now,
        days=days, old_before=old, due_before=found.target_before(days), note=request.decision_reason,
    )  # fmt: skip
    cases.close(own, Outcome.DONE, now)


async def _grantable(
    session: AsyncSession, request: ExtensionRequest, found: Room, days: int, now: datetime
) -> None:
    if not 1 <= days <= found.most:
        limit = N_("Isi 1 sampai {most} hari ({basis}).")
        params = {"most": found.most, "basis": found.policy.basis}
        raise InvalidInput(N_("Keputusan belum lengkap."), fields=[FieldError("days", limit, params)])
    if found.target_before(days) <= now:
        late = N_("Tanggal baru sudah lewat.")
        raise InvalidInput(late, fields=[FieldError("days", late)])
    document = await session.get(Document, request.document_id) if request.document_id else None
    if document is not None and document.scan_state != ScanState.CLEAN:
        raise TransitionRefused(N_("Dokumen belum lolos pemeriksaan keamanan."))


async def _refuse(
    session: AsyncSession,
    target: CaseFile,
    own: CaseFile,
    request: ExtensionRequest,
    actor: str,
    now: datetime,
) -> None:
    if request.decision_reason is None:
        needed = N_("Tuliskan alasan untuk perusahaan.")
        raise InvalidInput(needed, fields=[FieldError("reason", needed)])
    cases.move(own, ExtensionRequestStatus.REFUSED)
    request.status = ExtensionRequestStatus.REFUSED
    data = {"number": request.number}
    await cases.record(session, own, "refused", now=now, actor=actor, data=data)
    await cases.record(session, target, "extension_request_refused", now=now, actor=actor, data=data)
    due = await session.get_one(Deadline, (target.id, request.deadline_name), populate_existing=True)
    await tell_company(
        session, own, request, "extension_request_refused", now=now,
        due_before=due.due_before, reason=request.decision_reason,
    )  # fmt: skip
    cases.close(own, Outcome.REFUSED, now)
