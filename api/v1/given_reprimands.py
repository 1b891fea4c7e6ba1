"""Written reprimands as their company has them: those it was given, and the letter, which is received when opened."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import LocaleDep, Now, PartsDep, SessionDep
from api.permissions import require
from api.principals import ReadPurpose
from api.uploads import attachment
from api.v1.cases import DEFAULT_PURPOSE, load, noted
from api.v1.reprimands import FindingOut
from services.documents import records
from services.errors import NotFound
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import Reprimand
from services.reprimands import issuing, post, proposing
from services.service_proof import evidence
from services.timeline.past import reads_as_company
from services.warnings.competence import office
from services.warnings.wording import office_name

router = routers.programs(tags=["supervision"])
Reader = Annotated[Principal, require(Permission.READ_CASE)]


class GivenReprimandOut(BaseModel):
    """A reprimand that left. `number` is that of its letter; `received_at` when it was received, as far as shown."""

    case_id: UUID
    number: str
    letter_date: date | None
    status: str
    office: str
    sent_at: datetime | None
    received_at: datetime | None
    findings: tuple[FindingOut, ...]


@router.get("/accounts/{account_id}/reprimands", response_model=list[GivenReprimandOut])
async def find(
    account_id: UUID, session: SessionDep, user: Reader, purpose: ReadPurpose, locale: LocaleDep
) -> list[GivenReprimandOut]:
    """The reprimands a company was given, the newest first. Proposals, and letters that have not left, are not here."""
    policy.authorise(user, Permission.READ_CASE, await policy.account_target(session, account_id))
    purpose = purpose or DEFAULT_PURPOSE
    await log_read(session, user, what="list:reprimands", purpose=purpose, account_id=account_id)
    return [await _out(session, one, locale) for one in await issuing.of_account(session, account_id)]


@router.get("/reprimands/{reprimand}/letter", response_class=StreamingResponse)
async def open_letter(
    reprimand: UUID, parts: PartsDep, now: Now, user: Reader, purpose: ReadPurpose
) -> StreamingResponse:
    """The letter as PDF. Its first opening by the company shows that it was received."""
    async with parts.sessions.begin() as session:
        case = await load(session, reprimand, user)
        found = await session.get(Reprimand, reprimand)
        if found is None or found.document_id is None:
            raise NotFound
        await noted(session, user, case, purpose)
        if reads_as_company(user, case):
            await post.opened(session, reprimand, actor=user.actor, now=now)
        document = await records.readable(session, found.document_id)
    return await attachment(parts.store, document)


async def _out(session: AsyncSession, given: Reprimand, locale: str) -> GivenReprimandOut:
    receipts = [one.received_at for one in await evidence.of_case(session, given.case_id)]
    return GivenReprimandOut(
        case_id=given.case_id,
        number=proposing.number_of(given),
        letter_date=given.letter_date,
        status=given.status,
        office=office_name(office(given.authority), locale),
        sent_at=given.sent_at,
        received_at=min(receipts, default=None),
        findings=tuple(map(FindingOut.model_validate, await proposing.findings(session, given.case_id))),
    )
