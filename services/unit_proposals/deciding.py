"""An administrator decides: the unit joins the list for every company, or is refused with a reason."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import FieldError, Forbidden, InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.identity.actors import selves
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import Account, AddedUnit, UnitProposal, UnitProposalStatus
from services.reference import units
from services.unit_proposals.proposing import CHECK, MAX_REASON, name_problems, tidy


class Verdict(StrEnum):
    """What may be decided."""

    ACCEPT = "accept"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Decision:
    """`name` is how an accepted unit is written in the list, "" as proposed. `reason` is read by the company."""

    verdict: Verdict
    name: str = ""
    reason: str = ""


_STATUS: Final = {
    Verdict.ACCEPT: UnitProposalStatus.ACCEPTED,
    Verdict.REFUSE: UnitProposalStatus.REFUSED,
}


async def decide(
    session: AsyncSession, proposal_id: UUID, decision: Decision, *, actor: str, now: datetime
) -> UnitProposal:
    """Decide once, as somebody other than who proposed, and tell the company. TransitionRefused when it is decided.

    InvalidInput for a refusal without a reason, and for a name that the list has already.
    """
    proposal = await _lock(session, proposal_id)
    if proposal.status != UnitProposalStatus.SUBMITTED:
        raise TransitionRefused(N_("Usulan ini sudah diputuskan."))
    if proposal.submitted_by in await selves(session, actor):
        raise Forbidden(N_("Usulan diputuskan oleh orang lain daripada yang mengajukannya."))
    name = tidy(decision.name) or proposal.name
    problems = _reason_problems(decision)
    if decision.verdict is Verdict.ACCEPT:
        problems += await name_problems(session, name)
    if problems:
        raise InvalidInput(CHECK, fields=problems)
    proposal.status = _STATUS[decision.verdict]
    proposal.decision_reason = decision.reason.strip() or None
    proposal.decided_at, proposal.decided_by = now, actor
    await session.flush()
    if decision.verdict is Verdict.ACCEPT:
        await _add(session, proposal, name, actor, now)
    await _tell(session, proposal, name, now)
    return proposal


async def _lock(session: AsyncSession, proposal_id: UUID) -> UnitProposal:
    query = select(UnitProposal).where(col(UnitProposal.id) == proposal_id).with_for_update()
    found = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def _reason_problems(decision: Decision) -> list[FieldError]:
    if decision.verdict is Verdict.REFUSE and not decision.reason.strip():
        return [FieldError("reason", N_("Tuliskan alasan untuk perusahaan."))]
    if len(decision.reason) > MAX_REASON:
        return [FieldError("reason", N_("Paling banyak {longest} karakter."), {"longest": MAX_REASON})]
    return []


async def _add(session: AsyncSession, proposal: UnitProposal, name: str, actor: str, now: datetime) -> None:
    """Put the unit into the list, unless another proposal is accepted under that name at this very moment."""
    unit = {
        "code": f"{units.ADDED}{name}",
        "name": name,
        "key": units.key(name),
        "proposal_id": proposal.id,
        "added_at": now,
        "added_by": actor,
    }
    added = insert(AddedUnit).values(unit).on_conflict_do_nothing().returning(col(AddedUnit.code))
    if (await session.execute(added)).scalar_one_or_none() is None:
        raise InvalidInput(CHECK, fields=await name_problems(session, name))


async def _tell(session: AsyncSession, proposal: UnitProposal, name: str, now: datetime) -> None:
    account = await session.get_one(Account, proposal.account_id)
    accepted = proposal.status == UnitProposalStatus.ACCEPTED
    template = "unit_proposal_accepted" if accepted else "unit_proposal_refused"
    facts = {"company": account.name, "number": proposal.number, "unit": proposal.name}
    said = {"listed_as": name} if accepted else {}
    reason = {"reason": proposal.decision_reason} if proposal.decision_reason else {}
    await intend(
        session,
        template=template,
        dedupe_key=dedupe.once_key(template, proposal.id),
        recipient=await recipients.for_notices(session, account.id),
        context=facts | said | reason,
        now=now,
        account_id=account.id,
    )
