"""Written reprimands: whose reporting is disorderly, proposing one, deciding it as a second person, taking it back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import File, Query, UploadFile
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Arrival, Now, PartsDep, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.security import MAX_UPLOAD_BODY
from api.uploads import taken_in
from api.v1 import allowed
from api.v1.cases import DEFAULT_PURPOSE
from api.v1.correspondence import DocumentOut
from api.v1.shapes import FromRow
from services.documents import records
from services.errors import NotFound
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import Disorder, Document, EvidenceKind, LetterChannel, Reprimand
from services.reprimands import deciding, disorder, post, proposing
from services.reprimands.deciding import Verdict
from services.service_proof import evidence
from services.service_proof.evidence import Receipt

router = routers.programs(tags=["supervision"])
Proposer = Annotated[Principal, require(Permission.PROPOSE_REPRIMAND)]
Recorder = Annotated[Principal, require(Permission.RECORD_SERVICE)]
DOCUMENT_KIND = "reprimand_evidence"


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


class ReceiptOut(FromRow):
    """What shows that the letter was received."""

    kind: str
    received_at: datetime
    recorded_at: datetime
    document_id: UUID | None


class ReprimandOut(FromRow):
    """A reprimand. `case_id` is its case and its id; `document_id` its letter, once made.

    By post it waits for a print batch; `posted_at` is when its paper was handed over.
    """

    case_id: UUID
    number: int
    status: str
    account_id: UUID
    authority: str
    reason: str
    proposed_at: datetime
    decision_note: str | None
    decided_at: datetime | None
    channel: str
    document_id: UUID | None
    print_batch_id: UUID | None
    sent_at: datetime | None
    posted_at: datetime | None
    receipts: tuple[ReceiptOut, ...] = ()
    findings: tuple[FindingOut, ...] = ()


class ReprimandIn(BaseModel):
    """Why this company is to be reprimanded: for whoever decides."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=4000)


class ReprimandDecisionIn(BaseModel):
    """A refusal needs a `note`. `channel` null: by mail, or by post where the address refuses our mail."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    note: str = Field(default="", max_length=4000)
    channel: LetterChannel | None = None


class DeliveryIn(BaseModel):
    """`received_at` null: now. A receipt and minutes of a visit need their scan, a call or a statement its note."""

    model_config = ConfigDict(extra="forbid")

    kind: EvidenceKind
    received_at: AwareDatetime | None = None
    note: str = Field(default="", max_length=4000)
    document_id: UUID | None = None


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
    found = await allowed.detail(session, Reprimand, reprimand, user, Permission.PROPOSE_REPRIMAND)
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
        await allowed.detail(session, Reprimand, reprimand, user, Permission.DECIDE_REPRIMAND)
        decided = await deciding.decide(
            session, reprimand, body.verdict, body.note, user, now=now, channel=body.channel
        )
        return await _out(session, decided)

    return await once(command)


@router.post("/reprimands/{reprimand}/withdrawal", response_model=ReprimandOut)
async def withdraw(
    reprimand: UUID, session: SessionDep, now: Now, user: Proposer, once: OnceDep
) -> JSONResponse:
    """Whoever proposed it takes it back."""

    async def command() -> ReprimandOut:
        await allowed.detail(session, Reprimand, reprimand, user, Permission.PROPOSE_REPRIMAND)
        return await _out(session, await proposing.withdraw(session, reprimand, user, now=now))

    return await once(command)


@router.post("/reprimands/{reprimand}/posting", response_model=ReprimandOut)
async def send_by_post(
    reprimand: UUID,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.DECIDE_REPRIMAND)],
    once: OnceDep,
) -> JSONResponse:
    """The mail did not arrive: the same letter waits to be printed."""

    async def command() -> ReprimandOut:
        await allowed.detail(session, Reprimand, reprimand, user, Permission.DECIDE_REPRIMAND)
        await post.require_issuer(session, reprimand, user, Permission.DECIDE_REPRIMAND)
        return await _out(session, await post.by_post_instead(session, reprimand, actor=user.actor, now=now))

    return await once(command)


@router.post(
    "/reprimands/{reprimand}/documents",
    status_code=201,
    response_model=DocumentOut,
    max_body_size=MAX_UPLOAD_BODY,
)
async def upload(
    reprimand: UUID,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    user: Recorder,
    once: OnceDep,
    document: Annotated[UploadFile, File()],
) -> JSONResponse:
    """Take in a scan that a record of delivery will name in `document_id`."""
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await allowed.detail(early, Reprimand, reprimand, user, Permission.RECORD_SERVICE)
    accepted = await taken_in(parts.intake, document, "document")

    async def command() -> DocumentOut:
        found = await allowed.detail(session, Reprimand, reprimand, user, Permission.RECORD_SERVICE)
        row = await records.add(
            session,
            accepted,
            kind=DOCUMENT_KIND,
            uploaded_by=user.actor,
            now=now,
            account_id=found.account_id,
        )
        return DocumentOut.model_validate(row)

    return await once(command, status=201, fingerprint=accepted.sha256)


@router.post("/reprimands/{reprimand}/delivery", response_model=ReprimandOut)
async def delivered(
    reprimand: UUID, body: DeliveryIn, session: SessionDep, now: Now, user: Recorder, once: OnceDep
) -> JSONResponse:
    """Record that the letter was received; refused for a receipt before the sending."""

    async def command() -> ReprimandOut:
        found = await allowed.detail(session, Reprimand, reprimand, user, Permission.RECORD_SERVICE)
        await post.require_issuer(session, reprimand, user, Permission.RECORD_SERVICE)
        scan = await _scan(session, found, body.document_id)
        receipt = Receipt(body.kind, body.received_at, body.note, scan)
        await post.delivered(session, reprimand, receipt, actor=user.actor, now=now, author_id=user.person_id)
        return await _out(session, found)

    return await once(command)


async def _scan(session: AsyncSession, reprimand: Reprimand, document_id: UUID | None) -> Document | None:
    """A file taken in for this company. NotFound for another's."""
    if document_id is None:
        return None
    document = await session.get(Document, document_id)
    if document is None or document.account_id != reprimand.account_id:
        raise NotFound
    return document


async def _out(session: AsyncSession, reprimand: Reprimand) -> ReprimandOut:
    kept = [FindingOut.model_validate(one) for one in await proposing.findings(session, reprimand.case_id)]
    shown = [ReceiptOut.model_validate(one) for one in await evidence.of_case(session, reprimand.case_id)]
    more = {"findings": tuple(kept), "receipts": tuple(shown)}
    return ReprimandOut.model_validate(reprimand).model_copy(update=more)
