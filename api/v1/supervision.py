"""Compliance monitoring by regions: who has not reported a period, and the contacts with those companies."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
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
from services.models import CaseFile, ContactChannel
from services.periods import planning
from services.supervision import contacts, missing
from services.supervision.contacts import Contact

router = routers.programs(tags=["supervision"])
Officer = Annotated[Principal, require(Permission.RECORD_SERVICE)]


class MissingReportOut(BaseModel):
    """One report that is owed and has not been sent. `due_before` is exclusive."""

    case_id: UUID
    account_id: UUID
    company: str
    region_code: str | None
    stage: str | None
    status: str
    due_before: datetime
    contacts: int
    last_contact_at: datetime | None


class ContactIn(BaseModel):
    """What took place, in words; `at` when it took place, not when it is written down."""

    model_config = ConfigDict(extra="forbid")

    channel: ContactChannel
    at: AwareDatetime
    reached: bool
    summary: str = Field(max_length=8000)


class ContactOut(FromRow):
    """One contact. `recorded_at` is when it was written down."""

    id: UUID
    case_id: UUID
    channel: str
    at: datetime
    reached: bool
    summary: str
    recorded_at: datetime


@router.get("/missing-reports", response_model=list[MissingReportOut])
async def find(
    session: SessionDep,
    user: Officer,
    purpose: ReadPurpose,
    period: Annotated[str, Query(max_length=10)],
    region: Annotated[str | None, Query(max_length=20)] = None,
    after: UUID | None = None,
) -> list[MissingReportOut]:
    """Who has not reported a period, of the companies one may see, 200 at a time; `after` is the last `case_id`."""
    lines = await missing.reports(session, user, str(planning.parse(period)), region=region, after=after)
    await log_read(session, user, what="list:missing_reports", purpose=purpose or DEFAULT_PURPOSE)
    return [
        MissingReportOut(
            case_id=line.case.id,
            account_id=line.account.id,
            company=line.account.name,
            region_code=line.case.region_code,
            stage=line.case.stage,
            status=line.case.status,
            due_before=line.due_before,
            contacts=line.contacts,
            last_contact_at=line.last,
        )
        for line in lines
    ]


@router.get("/cases/{case_id}/contacts", response_model=list[ContactOut])
async def listed(case_id: UUID, session: SessionDep, user: Officer, purpose: ReadPurpose) -> list[ContactOut]:
    """The contacts about one duty, the newest first."""
    case = await _found(session, case_id, user)
    await log_read(
        session,
        user,
        what="contacts",
        purpose=purpose or DEFAULT_PURPOSE,
        account_id=case.account_id,
        case_id=case.id,
    )
    return [ContactOut.model_validate(one) for one in await contacts.of_case(session, case_id)]


@router.post("/cases/{case_id}/contacts", status_code=201, response_model=ContactOut)
async def log(
    case_id: UUID, body: ContactIn, session: SessionDep, now: Now, user: Officer, once: OnceDep
) -> JSONResponse:
    """Write down a contact about a duty. It cannot be changed afterwards; it proves no receipt and moves no date."""

    async def command() -> ContactOut:
        await _found(session, case_id, user)
        contact = Contact(body.channel, body.at, body.reached, body.summary)
        return ContactOut.model_validate(
            await contacts.log(session, case_id, contact, actor=user.actor, now=now)
        )

    return await once(command, status=201)


async def _found(session: AsyncSession, case_id: UUID, user: Principal) -> CaseFile:
    case = await session.get(CaseFile, case_id)
    if case is None:
        raise NotFound
    policy.authorise(user, Permission.RECORD_SERVICE, Target.of_case(case))
    return case
