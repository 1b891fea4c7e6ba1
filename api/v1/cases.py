"""Cases of every kind: lists, one case, its timeline past and future, its dates with their reasons."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api import routers
from api.deps import LocaleDep, Now, SessionDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1 import shapes, versions
from services import search, unissued
from services.deadlines import reasons, store
from services.errors import NotFound
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import CaseFile
from services.search import Filters, Sort
from services.timeline.future import future
from services.timeline.past import past, reads_as_company

router = routers.programs("/cases", tags=["cases"])
Reader = Annotated[Principal, require(Permission.READ_CASE)]
DEFAULT_PURPOSE = "case"


@router.get("", response_model=shapes.CasePage)
async def find(
    session: SessionDep,
    user: Reader,
    purpose: ReadPurpose,
    kind: str | None = None,
    status: Annotated[list[str] | None, Query(max_length=20)] = None,
    region: Annotated[str | None, Query(max_length=20)] = None,
    period: Annotated[str | None, Query(max_length=10)] = None,
    account: UUID | None = None,
    assignee: UUID | None = None,
    due_before: datetime | None = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    stuck: bool | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    sort: Sort = Sort.NEWEST,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=search.MAX_LIMIT)] = search.DEFAULT_LIMIT,
) -> shapes.CasePage:
    """Cases one may see, the newest first or (one kind only) by due date. `q`: part of a name, or a NIB.

    `due_before` keeps those whose open main date lies before that instant. Follow `next_cursor` for more.
    """
    filters = Filters(
        kind, tuple(status or ()), region, period, account, assignee, versions.aware(due_before, "due_before"),
        is_open, stuck, q, sort=sort,
    )  # fmt: skip
    page = await search.cases(session, user, filters, cursor=cursor, limit=limit)
    await log_read(session, user, what="list:cases", purpose=purpose or DEFAULT_PURPOSE)
    return shapes.CasePage(
        items=[shapes.case_line(row, for_company=reads_as_company(user, row.case)) for row in page.rows],
        next_cursor=page.next_cursor,
    )


@router.get("/{case_id}", response_model=shapes.CaseOut)
async def read(
    case_id: UUID, session: SessionDep, user: Reader, purpose: ReadPurpose, response: Response
) -> shapes.CaseOut:
    """One case. Its ETag is its version. An official's reading is logged."""
    case = await load(session, case_id, user)
    await noted(session, user, case, purpose)
    response.headers["ETag"] = versions.etag(case.version)
    return shapes.case_out(case, for_company=reads_as_company(user, case))


@router.get("/{case_id}/timeline", response_model=shapes.TimelineOut)
async def timeline(
    case_id: UUID,
    session: SessionDep,
    now: Now,
    locale: LocaleDep,
    user: Reader,
    purpose: ReadPurpose,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
) -> shapes.TimelineOut:
    """What happened, and what will happen if nobody does anything, in the reader's language.

    `at` is the legal moment, `recorded_at` when it was written down. Lines to come without `at` wait for somebody.
    """
    case = await load(session, case_id, user)
    await noted(session, user, case, purpose)
    mine = reads_as_company(user, case)
    before = await past(session, case, for_company=mine, locale=locale, after=after, limit=limit)
    ahead = await future(session, case, now=now, locale=locale, for_company=mine)
    return shapes.TimelineOut(
        now=now,
        past=[shapes.PastOut.model_validate(line) for line in before],
        future=[shapes.FutureOut.model_validate(line) for line in ahead],
    )


@router.get("/{case_id}/deadlines", response_model=list[shapes.DeadlineOut])
async def deadlines(
    case_id: UUID, session: SessionDep, now: Now, user: Reader, purpose: ReadPurpose
) -> list[shapes.DeadlineOut]:
    """Every date of the case: the strict one people are told, the lenient one, met, acted on, paused."""
    case = await load(session, case_id, user)
    await noted(session, user, case, purpose)
    return [shapes.deadline_out(row, now) for row, _ in await store.of_case(session, case.id)]


@router.get("/{case_id}/deadlines/{name}/explanation", response_model=shapes.ExplanationOut)
async def explanation(
    case_id: UUID, name: str, session: SessionDep, locale: LocaleDep, user: Reader, purpose: ReadPurpose
) -> shapes.ExplanationOut:
    """Why the date is what it is: every step with its legal ground, pauses and extensions included."""
    case = await load(session, case_id, user)
    await noted(session, user, case, purpose)
    found = await reasons.of_deadline(session, case, name, locale=locale)
    return shapes.ExplanationOut.model_validate(found)


async def load(
    session: SessionDep, case_id: UUID, user: Principal, permission: Permission = Permission.READ_CASE
) -> CaseFile:
    """The case, if this principal may; NotFound comes before Forbidden, and for what its office has not issued."""
    case = await session.get(CaseFile, case_id)
    if case is None:
        raise NotFound
    policy.authorise(user, permission, Target.of_case(case))
    if unissued.concerns(user, case):
        raise NotFound
    return case


async def noted(session: SessionDep, user: Principal, case: CaseFile, purpose: str | None) -> None:
    """Log an official's reading of individual data; a period or a campaign concerns no single company."""
    if Target.of_case(case).individual:
        await log_read(
            session, user, what=case.kind, purpose=purpose or DEFAULT_PURPOSE,
            account_id=case.account_id, case_id=case.id,
        )  # fmt: skip
