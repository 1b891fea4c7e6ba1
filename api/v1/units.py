"""Units of quantity: the list, what companies propose for it, and what is decided."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1.cases import DEFAULT_PURPOSE
from services.errors import NotFound
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import UnitProposal, UnitProposalStatus
from services.reference import units
from services.unit_proposals import added, deciding, proposing, reading
from services.unit_proposals.deciding import Decision, Verdict
from services.unit_proposals.proposing import Proposed
from services.unit_proposals.reading import Listed

router = routers.programs(tags=["units"])
Proposer = Annotated[Principal, require(Permission.WRITE_REPORT)]
Decider = Annotated[Principal, require(Permission.MANAGE_POLICY)]


class UnitOut(BaseModel):
    """A unit as answers name it by `code`. `kilograms`: what one weighs, null where it depends on the product."""

    code: str
    name: str
    english: str
    kilograms: str | None


class UnitProposalIn(BaseModel):
    """`name`: name or symbol. `used_for`: the product, or where in the form. `reason`: why no listed unit fits."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=400)
    used_for: str = Field(max_length=2000)
    reason: str = Field(max_length=8000)


class UnitDecisionIn(BaseModel):
    """`name`: how the unit is written in the list, "" as proposed. A refusal needs a `reason`; the company reads it."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    name: str = Field(default="", max_length=400)
    reason: str = Field(default="", max_length=8000)


class UnitProposalOut(BaseModel):
    """`unit_code` is what the unit became, once accepted."""

    id: UUID
    number: int
    account_id: UUID
    company: str
    name: str
    used_for: str
    reason: str
    status: UnitProposalStatus
    submitted_at: datetime
    decision_reason: str | None
    decided_at: datetime | None
    unit_code: str | None


@router.get("/units", response_model=list[UnitOut])
async def every(
    session: SessionDep, _: Annotated[Principal, require(Permission.READ_PERIOD)]
) -> list[UnitOut]:
    """Every unit that a report may use: the shipped ones, then the added ones by name."""
    listed = (*units.every(), *await added.every(session))
    return [
        UnitOut(
            code=unit.code,
            name=unit.name,
            english=unit.english,
            kilograms=None if unit.kilograms is None else str(unit.kilograms),
        )
        for unit in listed
    ]


@router.get("/accounts/{account_id}/unit-proposals", response_model=list[UnitProposalOut])
async def of_account(account_id: UUID, session: SessionDep, user: Proposer) -> list[UnitProposalOut]:
    """A company's own proposals, the newest first, at most 100."""
    await _own(session, account_id, user)
    return [_out(one) for one in await reading.of_account(session, account_id)]


@router.post("/accounts/{account_id}/unit-proposals", status_code=201, response_model=UnitProposalOut)
async def propose(
    account_id: UUID, body: UnitProposalIn, session: SessionDep, now: Now, user: Proposer, once: OnceDep
) -> JSONResponse:
    """Propose a unit that the list lacks. One that exists, or was proposed already and waits, is refused."""

    async def command() -> UnitProposalOut:
        await _own(session, account_id, user)
        wanted = Proposed(body.name, body.used_for, body.reason)
        made = await proposing.propose(session, account_id, wanted, actor=user.actor, now=now)
        return _out(await reading.one(session, made.id))

    return await once(command, status=201)


@router.get("/unit-proposals", response_model=list[UnitProposalOut])
async def listed(
    session: SessionDep,
    user: Decider,
    purpose: ReadPurpose,
    status: Annotated[UnitProposalStatus, Query()] = UnitProposalStatus.SUBMITTED,
) -> list[UnitProposalOut]:
    """The proposals of all companies, at most 100: those that wait by age, those decided the newest first."""
    _authorise(user)
    found = await reading.with_status(session, status)
    await log_read(session, user, what="list:unit_proposals", purpose=purpose or DEFAULT_PURPOSE)
    return [_out(one) for one in found]


@router.get("/unit-proposals/{unit_proposal}", response_model=UnitProposalOut)
async def read(
    unit_proposal: UUID, session: SessionDep, user: Decider, purpose: ReadPurpose
) -> UnitProposalOut:
    """One proposal and what was decided."""
    found = await reading.one(session, unit_proposal)
    _authorise(user)
    await log_read(
        session,
        user,
        what="unit_proposal",
        purpose=purpose or DEFAULT_PURPOSE,
        account_id=found.proposal.account_id,
    )
    return _out(found)


@router.post("/unit-proposals/{unit_proposal}/decision", response_model=UnitProposalOut)
async def decide(
    unit_proposal: UUID, body: UnitDecisionIn, session: SessionDep, now: Now, user: Decider, once: OnceDep
) -> JSONResponse:
    """Accept the unit for every company, or refuse it with a reason. Decided once; the company is told by mail."""

    async def command() -> UnitProposalOut:
        if await session.get(UnitProposal, unit_proposal) is None:
            raise NotFound
        _authorise(user)
        decision = Decision(body.verdict, body.name, body.reason)
        await deciding.decide(session, unit_proposal, decision, actor=user.actor, now=now)
        return _out(await reading.one(session, unit_proposal))

    return await once(command)


async def _own(session: AsyncSession, account_id: UUID, user: Principal) -> None:
    policy.authorise(user, Permission.WRITE_REPORT, await policy.account_target(session, account_id))


def _authorise(user: Principal) -> None:
    """The list is one for the whole country: only whoever serves all of it decides."""
    policy.authorise(user, Permission.MANAGE_POLICY, Target())


def _out(found: Listed) -> UnitProposalOut:
    facts = found.proposal.model_dump(exclude={"key", "submitted_by", "decided_by"})
    return UnitProposalOut(**facts, company=found.company, unit_code=found.unit.code if found.unit else None)
