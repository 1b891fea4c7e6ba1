"""The list of units: what companies propose for it, and the decision that adds a unit for everybody."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import forms
from api.pages.company.units import shown
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.errors import DomainError, InvalidInput
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import UnitProposalStatus
from services.timeline import actors
from services.unit_proposals import deciding, reading
from services.unit_proposals.deciding import Decision, Verdict
from services.unit_proposals.reading import Listed

router = routers.pages()
Decider = Annotated[Principal, require(Permission.MANAGE_POLICY)]
PURPOSE = N_("Keputusan usulan satuan")
"""Opening a proposal is the task itself: nobody has to say why."""


@router.get(PATHS["unit_desk"])
async def desk(request: Request, session: SessionDep, user: Decider) -> Response:
    """What waits, the longest waiting first, and what was decided last."""
    _authorise(user)
    page = await page_for(request, session)
    waiting = await reading.with_status(session, UnitProposalStatus.SUBMITTED)
    decided = [
        one
        for status in (UnitProposalStatus.ACCEPTED, UnitProposalStatus.REFUSED)
        for one in await reading.with_status(session, status, most=25)
    ]
    await log_read(session, user, what="list:unit_proposals", purpose=PURPOSE)
    newest_first = sorted(decided, key=lambda one: str(one.proposal.decided_at), reverse=True)
    context: dict[str, Any] = {
        "waiting": [shown(one) for one in waiting],
        "decided": [shown(one) for one in newest_first],
    }
    return answer("admin/unit_desk.html", page, **context)


@router.get(PATHS["unit_decision"])
async def show(request: Request, session: SessionDep, unit_proposal: UUID, user: Decider) -> Response:
    """One proposal; the reading is logged."""
    found = await _open(session, unit_proposal, user)
    return await _render(request, session, found, Form())


@router.post(PATHS["unit_decision"])
async def decide(
    request: Request, session: SessionDep, now: Now, unit_proposal: UUID, user: Decider
) -> Response:
    """Accept it for every company, or refuse it with a reason."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await _open(session, unit_proposal, user)
        made = await deciding.decide(session, unit_proposal, _decision(typed), actor=user.actor, now=now)
        accepted = made.status == UnitProposalStatus.ACCEPTED
        message = N_("Satuan ditambahkan ke daftar.") if accepted else N_("Usulan tidak diterima.")
        return Done(to=url("unit_desk"), message=message)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    found = await _open(session, unit_proposal, user)
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, found, form, outcome.status)


def _decision(typed: dict[str, Any]) -> Decision:
    verdict = forms.text(typed, "verdict")
    if verdict not in list(Verdict):
        raise InvalidInput(N_("Pilih salah satu keputusan."))
    return Decision(Verdict(verdict), forms.text(typed, "name"), forms.text(typed, "reason"))


def _authorise(user: Principal) -> None:
    """The list is one for the whole country: only whoever serves all of it decides."""
    policy.authorise(user, Permission.MANAGE_POLICY, Target())


async def _open(session: AsyncSession, proposal_id: UUID, user: Principal) -> Listed:
    found = await reading.one(session, proposal_id)
    _authorise(user)
    account_id = found.proposal.account_id
    await log_read(session, user, what="unit_proposal", purpose=PURPOSE, account_id=account_id)
    return found


async def _render(
    request: Request, session: AsyncSession, found: Listed, form: Form, status: int = 200
) -> Response:
    page = await page_for(request, session)
    context: dict[str, Any] = {
        "proposal": shown(found),
        "decidable": found.proposal.status == UnitProposalStatus.SUBMITTED,
        "decided_by": await _by(session, found, translator(page.locale)),
        "form": form,
    }
    return answer("admin/unit_decision.html", page, status=status, **context)


async def _by(session: AsyncSession, found: Listed, words: Translator) -> str:
    by = found.proposal.decided_by
    if by is None:
        return ""
    account_id = found.proposal.account_id
    return (await actors.labels(session, [by], account_id=account_id, for_company=False, speak=words))[by]
