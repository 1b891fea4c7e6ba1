"""The rules as data: what is in force, and changing it: proposed, simulated, approved by a second person, withdrawn."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.deps import Now, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.v1.shapes import FromRow
from services import rulebook
from services.errors import NotFound
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import PolicyChange, PolicyVersion
from services.policies import changes, settings
from services.policies.changes import Proposal

router = routers.programs(tags=["policies"])
MAX_CHANGES = 200
Reader = Annotated[Principal, require(Permission.READ_AUDIT)]
Editor = Annotated[Principal, require(Permission.MANAGE_POLICY)]


class SettingOut(FromRow):
    """One value by the path that a change names it by."""

    path: str
    value: Any


class PolicyOut(BaseModel):
    """A version of the rules. `digest` is the SHA-256 of its canonical text."""

    id: UUID
    digest: str
    in_force_from: datetime | None
    settings: list[SettingOut]


class ProposalIn(BaseModel):
    """`changes`: new values by the path of their setting; a whole list or entry may be replaced too."""

    model_config = ConfigDict(extra="forbid")

    changes: dict[str, Any] = Field(max_length=MAX_CHANGES)
    valid_from: date
    instrument: str = Field(max_length=4000)
    reason: str = Field(max_length=4000)
    moves_open: bool = True


class ChangeLine(BaseModel):
    path: str
    before: Any
    after: Any


class ChangeOut(FromRow):
    """A change of the rules and how far it has come."""

    case_id: UUID
    status: str
    base_id: UUID
    version_id: UUID
    changes: list[ChangeLine]
    valid_from: datetime
    instrument: str
    reason: str
    moves_open: bool
    simulation: dict[str, Any] | None
    simulated_at: datetime | None
    proposed_at: datetime
    approved_at: datetime | None
    withdrawn_at: datetime | None
    moved: int
    dates_moved: int
    dates_kept: int


class MeasureOut(FromRow):
    name: str
    before: int
    after: int


class ShiftOut(FromRow):
    deadline: str
    cases: int
    earlier: int
    later: int
    kept: int


class SimulationOut(FromRow):
    """The month from the day on: reminders, letters and decisions under both versions, and the dates that move."""

    since: datetime
    until: datetime
    open_cases: int
    measures: list[MeasureOut]
    shifts: list[ShiftOut]


@router.get("/policies/current", response_model=PolicyOut)
async def in_force(session: SessionDep, now: Now, _: Reader) -> PolicyOut:
    """The rules in force now, setting by setting."""
    rules = await rulebook.current(session, now=now)
    return _version(await session.get_one(PolicyVersion, rules.version_id), rules.policies.document)


@router.get("/policies/{version_id}", response_model=PolicyOut)
async def version(version_id: UUID, session: SessionDep, _: Reader) -> PolicyOut:
    """One version, as it was stored."""
    found = await session.get(PolicyVersion, version_id)
    if found is None:
        raise NotFound
    return _version(found, found.content)


@router.get("/policy-changes", response_model=list[ChangeOut])
async def listed(
    session: SessionDep, _: Reader, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[ChangeOut]:
    """Changes of the rules, the newest first."""
    query = select(PolicyChange).order_by(col(PolicyChange.case_id).desc()).limit(limit)
    return [ChangeOut.model_validate(change) for change in (await session.execute(query)).scalars()]


@router.post("/policy-changes", status_code=201, response_model=ChangeOut)
async def propose(
    body: ProposalIn, session: SessionDep, now: Now, user: Editor, once: OnceDep
) -> JSONResponse:
    """Propose a version. 422 names each place that is wrong: a gap, an overlap, a rule that does not exist."""

    async def command() -> ChangeOut:
        wanted = Proposal(**body.model_dump())
        return ChangeOut.model_validate(await changes.propose(session, wanted, actor=user.actor, now=now))

    return await once(command, status=201)


@router.get("/policy-changes/{change_id}", response_model=ChangeOut)
async def read(change_id: UUID, session: SessionDep, _: Reader) -> ChangeOut:
    """One change of the rules."""
    change = await session.get(PolicyChange, change_id)
    if change is None:
        raise NotFound
    return ChangeOut.model_validate(change)


@router.post("/policy-changes/{change_id}/simulation", response_model=SimulationOut)
async def simulate(
    change_id: UUID, session: SessionDep, now: Now, user: Editor, once: OnceDep
) -> JSONResponse:
    """Say what it would bring about in the cases that are open. Only what was simulated can be approved."""

    async def command() -> SimulationOut:
        return SimulationOut.model_validate(
            await changes.try_out(session, change_id, actor=user.actor, now=now)
        )

    return await once(command)


@router.post("/policy-changes/{change_id}/approval", response_model=ChangeOut)
async def approve(
    change_id: UUID,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.MANAGE_POLICY, recent=True)],
    once: OnceDep,
) -> JSONResponse:
    """Approve, as somebody other than who proposed it. In force from its day by itself."""
    return await once(_step(session, change_id, user, changes.approve, now))


@router.post("/policy-changes/{change_id}/withdrawal", response_model=ChangeOut)
async def withdraw(
    change_id: UUID,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.MANAGE_POLICY, recent=True)],
    once: OnceDep,
) -> JSONResponse:
    """Take an approved change back, as long as its day lies ahead."""
    return await once(_step(session, change_id, user, changes.withdraw, now))


@router.post("/policy-changes/{change_id}/cancellation", response_model=ChangeOut)
async def cancel(change_id: UUID, session: SessionDep, now: Now, user: Editor, once: OnceDep) -> JSONResponse:
    """Drop a change that was not approved."""
    return await once(_step(session, change_id, user, changes.cancel, now))


def _step(
    session: AsyncSession,
    change_id: UUID,
    user: Principal,
    step: Callable[..., Awaitable[PolicyChange]],
    now: datetime,
) -> Callable[[], Awaitable[ChangeOut]]:
    async def command() -> ChangeOut:
        return ChangeOut.model_validate(await step(session, change_id, actor=user.actor, now=now))

    return command


def _version(found: PolicyVersion, document: dict[str, Any]) -> PolicyOut:
    lines = [SettingOut.model_validate(line) for line in settings.settings(document)]
    return PolicyOut(id=found.id, digest=found.digest, in_force_from=found.in_force_from, settings=lines)
