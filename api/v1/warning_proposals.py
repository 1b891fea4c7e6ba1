"""The desk of proposed warnings: listed, tried out, approved by one or thousands, left out with a reason."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import JSONResponse

from api import routers
from api.deps import Now, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1.cases import DEFAULT_PURPOSE
from api.v1.warning_shapes import (
    ApprovalIn,
    ApprovalOut,
    AuthorityIn,
    CountOut,
    ExclusionsIn,
    PreviewIn,
    PreviewOut,
    ProposalPage,
    approval_out,
    preview_out,
    proposal_out,
)
from services.errors import InvalidInput
from services.i18n import N_
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import CaseKind
from services.warnings import approval, desk
from services.warnings.desk import Filters

router = routers.programs("/warning-proposals", tags=["warnings"])
Reader = Annotated[Principal, require(Permission.READ_CASE)]
Approver = Annotated[Principal, require(Permission.APPROVE_WARNING)]
Decider = Annotated[Principal, require(Permission.APPROVE_WARNING, recent=True)]


@router.get("", response_model=ProposalPage)
async def find(
    session: SessionDep,
    now: Now,
    user: Reader,
    purpose: ReadPurpose,
    period: Annotated[str | None, Query(max_length=10)] = None,
    region: Annotated[str | None, Query(max_length=20)] = None,
    authority: Annotated[str | None, Query(max_length=20)] = None,
    letter: Annotated[int | None, Query(ge=1, le=3)] = None,
    kind: CaseKind | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = desk.PAGE,
) -> ProposalPage:
    """What waits for an officer, of what this one may see. Companies see no proposals."""
    if not user.is_official:
        return ProposalPage(items=[], next_cursor=None)
    filters = Filters((), period, region, authority, letter, kind, q)
    lines, after = await desk.page(session, user, filters, now=now, after=_cursor(cursor), limit=limit)
    await log_read(session, user, what="list:warning-proposals", purpose=purpose or DEFAULT_PURPOSE)
    return ProposalPage(
        items=[proposal_out(line) for line in lines], next_cursor=str(after) if after else None
    )


@router.post("/preview", response_model=PreviewOut)
async def preview(
    body: PreviewIn, session: SessionDep, now: Now, user: Approver, once: OnceDep
) -> JSONResponse:
    """What approving would send, in whose name and how; nothing is written."""

    async def command() -> PreviewOut:
        found = await desk.preview(session, user, body.filters(), now=now, channel=body.channel)
        return preview_out(found)

    return await once(command)


@router.post("/approval", status_code=202, response_model=ApprovalOut)
async def approve(
    body: ApprovalIn, session: SessionDep, now: Now, user: Decider, once: OnceDep
) -> JSONResponse:
    """Approve, except what is left out with a reason. Nobody approves what they proposed themselves."""

    async def command() -> ApprovalOut:
        approved = await approval.approve(
            session,
            user,
            body.filters(),
            now=now,
            exclusions={one.id: one.reason for one in body.exclusions},
            channel=body.channel,
            previewed_at=body.previewed_at,
        )
        return approval_out(approved)

    return await once(command, status=202)


@router.post("/exclusion", response_model=CountOut)
async def exclude(
    body: ExclusionsIn, session: SessionDep, now: Now, user: Approver, once: OnceDep
) -> JSONResponse:
    """Leave proposals out for good, each with its reason."""

    async def command() -> CountOut:
        reasons = {one.id: one.reason for one in body.exclusions}
        return CountOut(count=await approval.exclude(session, user, reasons, now=now))

    return await once(command)


@router.post("/authority", response_model=CountOut)
async def determine(
    body: AuthorityIn, session: SessionDep, now: Now, user: Approver, once: OnceDep
) -> JSONResponse:
    """Say whose office is competent where the rules leave it to an officer."""

    async def command() -> CountOut:
        count = await approval.determine(session, user, body.ids, body.level, reason=body.reason, now=now)
        return CountOut(count=count)

    return await once(command)


def _cursor(given: str | None) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError:
        raise InvalidInput(
            N_("Penunjuk halaman tidak sah. Mulai lagi dari halaman pertama."), field="cursor"
        ) from None
