"""What an officer decides about a letter: the report is not owed, or it is, with a reason."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines import store
from services.errors import FieldError, InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.messages.intents import cancel_for_case
from services.models import CaseFile, Document, NonProductionLetter, NonProductionStatus, Outcome, ScanState
from services.non_production.declaring import MAX_REASON, load
from services.non_production.notices import WAITING, tell_company
from services.warnings import excuses


class Verdict(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Decision:
    """A refusal needs a reason, which the company reads; an acceptance may have one."""

    verdict: Verdict
    reason: str = ""


async def decide(
    session: AsyncSession, letter_id: UUID, decision: Decision, *, actor: str, now: datetime
) -> NonProductionLetter:
    """Carry out an officer's decision. Accepting excuses the report and ends its warnings in the same transaction.

    TransitionRefused when the letter was decided or withdrawn, or the report was sent meanwhile.
    """
    report, own, letter = await load(session, letter_id)
    if own.status != NonProductionStatus.SUBMITTED:
        raise TransitionRefused(N_("Surat ini sudah diputuskan atau ditarik."))
    if len(decision.reason) > MAX_REASON:
        raise InvalidInput(N_("Paling banyak {longest} karakter."), field="reason", longest=MAX_REASON)
    reason = decision.reason.strip() or None
    if decision.verdict is Verdict.ACCEPT:
        await _accept(session, report, own, letter, reason, actor, now)
    else:
        await _refuse(session, report, own, letter, reason, actor, now)
    await store.meet(session, own.id, None, now=now)
    await cancel_for_case(session, own.id, (WAITING,), reason="already_answered", now=now)
    return letter


async def _accept(
    session: AsyncSession,
    report: CaseFile,
    own: CaseFile,
    letter: NonProductionLetter,
    reason: str | None,
    actor: str,
    now: datetime,
) -> None:
    document = await session.get(Document, letter.document_id)
    if document is None:
        raise NotFound
    if document.scan_state != ScanState.CLEAN:
        raise TransitionRefused(N_("Dokumen belum lolos pemeriksaan keamanan."))
    await excuses.excuse(session, report, document.id, actor=actor, now=now)
    _decide(own, letter, NonProductionStatus.ACCEPTED, reason, actor, now)
    await cases.record(session, own, "accepted", now=now, actor=actor, data={"number": letter.number})
    await tell_company(session, own, letter, "non_production_accepted", now=now, note=reason)
    cases.close(own, Outcome.EXCUSED, now)


async def _refuse(
    session: AsyncSession,
    report: CaseFile,
    own: CaseFile,
    letter: NonProductionLetter,
    reason: str | None,
    actor: str,
    now: datetime,
) -> None:
    if reason is None:
        needed = N_("Tuliskan alasan untuk perusahaan.")
        raise InvalidInput(needed, fields=[FieldError("reason", needed)])
    _decide(own, letter, NonProductionStatus.REFUSED, reason, actor, now)
    data = {"number": letter.number}
    await cases.record(session, own, "refused", now=now, actor=actor, data=data)
    await cases.record(session, report, "non_production_refused", now=now, actor=actor, data=data)
    await tell_company(session, own, letter, "non_production_refused", now=now, reason=reason)
    cases.close(own, Outcome.REFUSED, now)


def _decide(
    own: CaseFile,
    letter: NonProductionLetter,
    status: NonProductionStatus,
    reason: str | None,
    actor: str,
    now: datetime,
) -> None:
    cases.move(own, status)
    letter.status, letter.decision_reason = status, reason
    letter.decided_at, letter.decided_by = now, actor
