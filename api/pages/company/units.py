"""Usulan satuan: a company proposes a unit that the list lacks, and sees what became of it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import forms
from api.pages.acting import ActingAccount
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.errors import DomainError
from services.i18n import N_, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.unit_proposals import proposing, reading
from services.unit_proposals.proposing import Proposed
from services.unit_proposals.reading import Listed

router = routers.pages()
Proposer = Annotated[Principal, require(Permission.WRITE_REPORT)]


@router.get(PATHS["unit_proposals"])
async def listed(
    request: Request, session: SessionDep, account_id: ActingAccount, user: Proposer
) -> Response:
    """The company's proposals and what was decided."""
    await _own(session, account_id, user)
    page = await page_for(request, session, account_id=account_id)
    found = [shown(one) for one in await reading.of_account(session, account_id)]
    return answer("company/unit_proposals.html", page, proposals=found, propose=url("unit_propose"))


@router.get(PATHS["unit_propose"])
async def new(request: Request, session: SessionDep, account_id: ActingAccount, user: Proposer) -> Response:
    """An empty form."""
    await _own(session, account_id, user)
    return await _form(request, session, account_id, Form())


@router.post(PATHS["unit_propose"])
async def propose(
    request: Request, session: SessionDep, now: Now, account_id: ActingAccount, user: Proposer
) -> Response:
    """Write the proposal down."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await _own(session, account_id, user)
        wanted = Proposed(*(forms.text(typed, name) for name in ("name", "used_for", "reason")))
        made = await proposing.propose(session, account_id, wanted, actor=user.actor, now=now)
        said = N_("Usulan satuan {name} terkirim. Keputusannya dikirim lewat surel dan Pengumuman.")
        return Done(to=url("unit_proposals"), message=said, params={"name": made.name})

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    again = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _form(request, session, account_id, again, outcome.status)


def shown(found: Listed) -> dict[str, Any]:
    """A proposal as pages show it."""
    proposal = found.proposal
    return {
        "id": proposal.id,
        "number": proposal.number,
        "company": found.company,
        "name": proposal.name,
        "listed_as": found.unit.name if found.unit else "",
        "used_for": proposal.used_for,
        "reason": proposal.reason,
        "status": proposal.status,
        "submitted_at": proposal.submitted_at,
        "decision_reason": proposal.decision_reason or "",
        "decided_at": proposal.decided_at,
    }


async def _own(session: AsyncSession, account_id: UUID, user: Principal) -> None:
    policy.authorise(user, Permission.WRITE_REPORT, await policy.account_target(session, account_id))


async def _form(
    request: Request, session: AsyncSession, account_id: UUID, form: Form, status: int = 200
) -> Response:
    page = await page_for(request, session, account_id=account_id)
    return answer("company/unit_propose.html", page, status=status, form=form, back=url("unit_proposals"))
