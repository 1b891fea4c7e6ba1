"""Perbaikan data: a company asks to correct what it sent, an officer decides."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import LocaleDep, Now, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1.cases import DEFAULT_PURPOSE
from api.v1.reports import authorised
from api.v1.shapes import FromRow, ReasonOut
from services.deadlines.explanation import explain
from services.errors import NotFound
from services.i18n import translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import CaseFile, CaseKind, Rollback
from services.rollbacks import decisions, reading, requesting
from services.rollbacks.requesting import Asked
from services.timeline.sentences import last_second

router = routers.programs(tags=["rollbacks"])
Reader = Annotated[Principal, require(Permission.READ_CASE)]


class RollbackIn(BaseModel):
    """Why, and which sections of the form are wrong: both are compulsory."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=4000)
    sections: list[str] = Field(max_length=100)


class RollbackVerdict(StrEnum):
    GRANT = "grant"
    REFUSE = "refuse"


class RollbackDecisionIn(BaseModel):
    """`reason` is needed to refuse, and read by the company."""

    model_config = ConfigDict(extra="forbid")

    verdict: RollbackVerdict
    reason: str = Field(default="", max_length=4000)


class RollbackOut(FromRow):
    """One request. `shown_before` is what people are told, `refused_from` the first instant that is too late."""

    id: UUID
    report_id: UUID
    n: int
    status: str
    submission: int
    reason: str
    sections: list[str]
    requested_at: datetime
    shown_before: datetime
    refused_from: datetime
    decided_at: datetime | None
    decision_reason: str | None
    granted_at: datetime | None
    reopened_at: datetime | None
    ended_at: datetime | None
    resent_submission: int | None


class RollbacksOut(BaseModel):
    """The requests about a report. `possible`: another may be made now; `refusal` says why not.

    `shown` is the last second that people are told, `accepted_until` the last that is not refused, `why` how both
    follow from the due date.
    """

    items: list[RollbackOut]
    possible: bool
    refusal: str | None
    shown: datetime
    accepted_until: datetime
    why: list[ReasonOut]


@router.get("/reports/{report_id}/rollback-requests", response_model=RollbacksOut)
async def of_report(
    report_id: UUID, session: SessionDep, now: Now, locale: LocaleDep, user: Reader, purpose: ReadPurpose
) -> RollbacksOut:
    """Every request about a report, whether another is possible, and until when."""
    case = await authorised(session, report_id, user, Permission.READ_CASE, lock=False)
    await _noted(session, user, case, purpose)
    may = await requesting.possible(session, report_id, now=now)
    speak = translator(locale).gettext
    return RollbacksOut(
        items=[_out(rollback) for rollback in await reading.of_report(session, report_id)],
        possible=may.refusal is None,
        refusal=speak(may.refusal.message, **may.refusal.params) if may.refusal else None,
        shown=last_second(may.window.due_before),
        accepted_until=last_second(may.window.lenient_before or may.window.due_before),
        why=[ReasonOut.model_validate(step) for step in explain(may.window.derivation, locale)],
    )


@router.post("/reports/{report_id}/rollback-requests", status_code=201, response_model=RollbackOut)
async def request(
    report_id: UUID,
    body: RollbackIn,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.REQUEST_ROLLBACK)],
    once: OnceDep,
) -> JSONResponse:
    """Ask for a correction. Refused, with the rule and its source, unless all four rules hold."""

    async def command() -> RollbackOut:
        await authorised(session, report_id, user, Permission.REQUEST_ROLLBACK)
        asked = Asked(body.reason, body.sections)
        return _out(await requesting.request(session, report_id, asked, actor=user.actor, now=now))

    return await once(command, status=201)


@router.get("/rollback-requests/{rollback_id}", response_model=RollbackOut)
async def read(rollback_id: UUID, session: SessionDep, user: Reader, purpose: ReadPurpose) -> RollbackOut:
    """One request."""
    case = await _authorised(session, rollback_id, user, Permission.READ_CASE)
    await _noted(session, user, case, purpose)
    return _out((await reading.view(session, rollback_id)).rollback)


@router.post("/rollback-requests/{rollback_id}/decision", response_model=RollbackOut)
async def decide(
    rollback_id: UUID,
    body: RollbackDecisionIn,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.DECIDE_ROLLBACK)],
    once: OnceDep,
) -> JSONResponse:
    """Grant a request, once for an account and period, or refuse it with a reason."""

    async def command() -> RollbackOut:
        await _authorised(session, rollback_id, user, Permission.DECIDE_ROLLBACK)
        if body.verdict is RollbackVerdict.GRANT:
            return _out(await decisions.grant(session, rollback_id, actor=user.actor, now=now))
        return _out(await decisions.refuse(session, rollback_id, body.reason, actor=user.actor, now=now))

    return await once(command)


async def _authorised(
    session: AsyncSession, rollback_id: UUID, user: Principal, permission: Permission
) -> CaseFile:
    case = await session.get(CaseFile, rollback_id)
    if case is None or case.kind != CaseKind.ROLLBACK:
        raise NotFound
    policy.authorise(user, permission, Target.of_case(case))
    return case


async def _noted(session: AsyncSession, user: Principal, case: CaseFile, purpose: str | None) -> None:
    await log_read(
        session, user, what="rollback", purpose=purpose or DEFAULT_PURPOSE,
        account_id=case.account_id, case_id=case.id,
    )  # fmt: skip


def _out(rollback: Rollback) -> RollbackOut:
    return RollbackOut.model_validate({**rollback.model_dump(exclude={"before"}), "id": rollback.case_id})
