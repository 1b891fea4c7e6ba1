"""Written reprimands: whose reporting is disorderly, proposing one, deciding it as a second person, taking it back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.deps import Now, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1.cases import DEFAULT_PURPOSE
from api.v1.shapes import FromRow
from services.errors import NotFound
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import CaseFile, Disorder, Reprimand
from services.reprimands import deciding, disorder, proposing
from services.reprimands.deciding import Verdict

router = APIRouter(tags=["supervision"])
Proposer = Annotated[Principal, require(Permission.PROPOSE_REPRIMAND)]


class DisorderlyOut(BaseModel):
    """A company whose reporting is disorderly by the rules in force; `counts` of its reports by disorder."""

    account_id: UUID
    company: str
    region_code: str
    counts: dict[Disorder, int]
    waiting: UUID | None


class FindingOut(FromRow):
    """A report a reprimand names, and why."""

    report_id: UUID
    disorder: str


class ReprimandOut(FromRow):
    """A reprimand. `case_id` is its case and its id; `document_id` its letter, once sent."""

    case_id: UUID
    number: int
    status: str
    account_id: UUID
    authority: str
    reason: str
    proposed_at: datetime
    decision_note: str | None
    decided_at: datetime | None
    document_id: UUID | None
    sent_at: datetime | None
    findings: tuple[FindingOut, ...] = ()


class ReprimandIn(BaseModel):
    """Why this company is to be reprimanded: for whoever decides."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=4000)


class ReprimandDecisionIn(BaseModel):
    """A refusal needs a `note`."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    note: str = Field(default="", max_length=4000)


@router.get("/disorderly-reporting", response_model=list[DisorderlyOut])
async def find(
    session: SessionDep,
    now: Now,
    user: Proposer,
    purpose: ReadPurpose,
    region: Annotated[str | None, Query(max_length=20)] = None,
    after: UUID | None = None,
) -> list[DisorderlyOut]:
    """Whose reporting is disorderly, of the companies one may see, 200 at a time; `after` is the last `account_id`."""
    found = await disorder.listed(session, user, now=now, region=region, after=after)
    await log_read(session, user, what="list:disorderly_reporting", purpose=purpose or DEFAULT_PURPOSE)
    return [
        DisorderlyOut(
            account_id=one.account.id,
            company=one.account.name,
            region_code=one.account.region_code,
            counts=one.counts,
            waiting=one.waiting,
        )
        for one in found
    ]


@router.post("/accounts/{account_id}/reprimands", status_code=201, response_model=ReprimandOut)
async def propose(
    account_id: UUID, body: ReprimandIn, session: SessionDep, now: Now, user: Proposer, once: OnceDep
) -> JSONResponse:
    """Propose a reprimand on everything the rules find; 409 when that is not enough, or one waits already."""

    async def command() -> ReprimandOut:
        target = await policy.account_target(session, account_id)
        policy.authorise(user, Permission.PROPOSE_REPRIMAND, target)
        made = await proposing.propose(session, account_id, body.reason, user, now=now)
        return await _out(session, made)

    return await once(command, status=201)


@router.get("/reprimands/{reprimand}", response_model=ReprimandOut)
async def read(reprimand: UUID, session: SessionDep, user: Proposer, purpose: ReadPurpose) -> ReprimandOut:
    """One reprimand, what it stands on, and what was decided."""
    found = await _found(session, reprimand, user, Permission.PROPOSE_REPRIMAND)
    await log_read(
        session,
        user,
        what="reprimand",
        purpose=purpose or DEFAULT_PURPOSE,
        account_id=found.account_id,
        case_id=found.case_id,
    )
    return await _out(session, found)


@router.post("/reprimands/{reprimand}/decision", response_model=ReprimandOut)
async def decide(
    reprimand: UUID,
    body: ReprimandDecisionIn,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.DECIDE_REPRIMAND)],
    once: OnceDep,
) -> JSONResponse:
    """Approve it as a second person, which prints and mails the letter, or refuse it with a reason."""

    async def command() -> ReprimandOut:
        await _found(session, reprimand, user, Permission.DECIDE_REPRIMAND)
        decided = await deciding.decide(session, reprimand, body.verdict, body.note, user, now=now)
        return await _out(session, decided)

    return await once(command)


@router.post("/reprimands/{reprimand}/withdrawal", response_model=ReprimandOut)
async def withdraw(
    reprimand: UUID, session: SessionDep, now: Now, user: Proposer, once: OnceDep
) -> JSONResponse:
    """Whoever proposed it takes it back."""

    async def command() -> ReprimandOut:
        await _found(session, reprimand, user, Permission.PROPOSE_REPRIMAND)
        return await _out(session, await proposing.withdraw(session, reprimand, user, now=now))

    return await once(command)


async def _found(session: AsyncSession, case_id: UUID, user: Principal, permission: Permission) -> Reprimand:
    found = await session.get(Reprimand, case_id)
    case = await session.get(CaseFile, case_id)
    if found is None or case is None:
        raise NotFound
    policy.authorise(user, permission, Target.of_case(case))
    return found


async def _out(session: AsyncSession, reprimand: Reprimand) -> ReprimandOut:
    kept = [FindingOut.model_validate(one) for one in await proposing.findings(session, reprimand.case_id)]
    return ReprimandOut.model_validate(reprimand).model_copy(update={"findings": tuple(kept)})
