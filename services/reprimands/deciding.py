"""A second official of the office approves a reprimand, which sends its letter, or refuses it with a reason."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.contacts import health
from services.deadlines import store
from services.errors import Forbidden
from services.i18n import N_
from services.identity import actors
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.messages.intents import cancel_for_case
from services.models import CaseFile, LetterChannel, Outcome, Reprimand, ReprimandStatus
from services.reprimands import disorder
from services.reprimands.notices import WAITING
from services.reprimands.proposing import (
    checked,
    findings,
    load,
    offices,
    release,
    require_disorder,
    require_proposed,
)

APPROVED: str = "approved_at"
SECOND_PERSON = N_("Teguran diputuskan oleh orang kedua, bukan oleh pengusulnya (kebijakan layanan).")


class Verdict(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"


async def decide(
    session: AsyncSession,
    case_id: UUID,
    verdict: Verdict,
    note: str,
    principal: Principal,
    *,
    now: datetime,
    channel: LetterChannel | None = None,
) -> Reprimand:
    """Decide once. Forbidden for whoever proposed it and for other offices; what was put right meanwhile is dropped.

    `channel` None: by mail, or by post to a company whose address refuses our mail.
    TransitionRefused when what is left is not enough: then it can only be refused.
    """
    case, reprimand = await load(session, case_id)
    require_proposed(reprimand)
    await _second_person(session, reprimand, principal)
    if verdict is Verdict.APPROVE:
        reprimand.channel = channel or await _channel(session, reprimand.account_id)
        await _approve(session, case, reprimand, principal, now)
    else:
        await _refuse(session, case, reprimand, checked(note, "note"), principal, now)
    await store.meet(session, case.id, None, now=now)
    await cancel_for_case(session, case.id, (WAITING,), reason="already_answered", now=now)
    return reprimand


async def _channel(session: AsyncSession, account_id: UUID) -> LetterChannel:
    refused = await health.unreachable(session, [account_id])
    return LetterChannel.POST if refused else LetterChannel.EMAIL


async def _second_person(session: AsyncSession, reprimand: Reprimand, principal: Principal) -> None:
    own = {office.code for office in offices(principal, Permission.DECIDE_REPRIMAND)}
    if reprimand.authority not in own:
        raise Forbidden(N_("Teguran diputuskan oleh instansi atas nama siapa ia diusulkan (UU 23/2014)."))
    if reprimand.proposed_by in await actors.selves(session, principal.actor):
        raise Forbidden(SECOND_PERSON)


async def _approve(
    session: AsyncSession, case: CaseFile, reprimand: Reprimand, principal: Principal, now: datetime
) -> None:
    kept = await findings(session, case.id)
    still = await disorder.of_account(session, reprimand.account_id, now=now, also=[case.id])
    named = {(one.report_id, one.disorder) for one in kept}
    standing = [one for one in still if (one.report_id, one.disorder.value) in named]
    require_disorder(await rulebook.of_case(session, case, now=now), standing)
    true = {(one.report_id, one.disorder.value) for one in standing}
    await release(session, [one for one in kept if (one.report_id, one.disorder) not in true], now)
    _decide(case, reprimand, ReprimandStatus.APPROVED, principal, now)
    reprimand.approver = principal.name
    data = {"findings": len(standing)}
    await session.flush()
    await cases.record(session, case, "approved", now=now, actor=principal.actor, data=data)
    cases.reach(case, APPROVED, now)
    cases.wake(case, now)


async def _refuse(
    session: AsyncSession,
    case: CaseFile,
    reprimand: Reprimand,
    note: str,
    principal: Principal,
    now: datetime,
) -> None:
    reprimand.decision_note = note
    _decide(case, reprimand, ReprimandStatus.REFUSED, principal, now)
    await session.flush()
    await cases.record(session, case, "refused", now=now, actor=principal.actor)
    cases.close(case, Outcome.REFUSED, now)


def _decide(
    case: CaseFile, reprimand: Reprimand, status: ReprimandStatus, principal: Principal, now: datetime
) -> None:
    cases.move(case, status)
    reprimand.status = status
    reprimand.decided_at, reprimand.decided_by = now, principal.actor
