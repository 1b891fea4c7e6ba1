"""Data Lain over HTTP: asked, received, answered through the portal, accepted or asked again."""

from typing import Annotated
from uuid import UUID

from fastapi.responses import JSONResponse

from api import routers
from api.deps import Now, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1.cases import DEFAULT_PURPOSE, noted
from api.v1.data_request_shapes import (
    AcceptanceIn,
    AnswerIn,
    OrderIn,
    OrderOut,
    PreviewOut,
    ReceiptIn,
    RequestLineOut,
    RequestOut,
    WithdrawalIn,
    line_out,
    order_out,
    preview_out,
    request_out,
)
from services.data_requests import answers, creation, decisions, orders, reading, receipt
from services.errors import InvalidInput, NotFound
from services.i18n import N_
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import Account, CaseFile, Document
from services.service_proof.evidence import Receipt
from services.timeline.past import reads_as_company

router = routers.programs("/data-requests", tags=["data requests"])
Reader = Annotated[Principal, require(Permission.READ_CASE)]
Asker = Annotated[Principal, require(Permission.CREATE_DATA_REQUEST)]
Recorder = Annotated[Principal, require(Permission.RECORD_SERVICE)]
Answerer = Annotated[Principal, require(Permission.ANSWER_DATA_REQUEST)]
Decider = Annotated[Principal, require(Permission.ACCEPT_DATA_REQUEST)]


@router.post("/dry-run", response_model=PreviewOut)
async def dry_run(body: OrderIn, session: SessionDep, now: Now, user: Asker, once: OnceDep) -> JSONResponse:
    """Who would be asked by such an order, and who that is named would not; nothing is written."""
    allowed = policy.allowed_filter(user, Permission.CREATE_DATA_REQUEST, Account)

    async def command() -> PreviewOut:
        return preview_out(await orders.dry_run(session, body.order(), allowed, now=now))

    return await once(command)


@router.post("", status_code=201, response_model=OrderOut)
async def give(body: OrderIn, session: SessionDep, now: Now, user: Asker, once: OnceDep) -> JSONResponse:
    """Ask one company or thousands: all of them, or none when anything refuses. `items` are the first 200."""
    allowed = policy.allowed_filter(user, Permission.CREATE_DATA_REQUEST, Account)

    async def command() -> OrderOut:
        documents = [await _own_document(session, user, document) for document in body.document_ids]
        row = await creation.give(
            session, body.order(), allowed, actor=user.actor, now=now, documents=documents
        )
        return order_out(row, await reading.of_order(session, row.id, now=now))

    return await once(command, status=201)


@router.get("", response_model=list[RequestLineOut])
async def find(
    session: SessionDep,
    now: Now,
    user: Reader,
    purpose: ReadPurpose,
    account_id: UUID | None = None,
    order_id: UUID | None = None,
) -> list[RequestLineOut]:
    """The requests to a company, or of an order. What is asked is read one by one: reading is receipt."""
    account = account_id or (next(iter(user.accounts)) if len(user.accounts) == 1 else None)
    if account is not None:
        policy.authorise(user, Permission.READ_CASE, await policy.account_target(session, account))
        lines = await reading.of_account(session, account, now=now)
    elif order_id is not None:
        found = await reading.of_order(session, order_id, now=now)
        lines = [line for line in found if policy.can(user, Permission.READ_CASE, Target.of_case(line.case))]
    else:
        raise InvalidInput(N_("Sebutkan account_id atau order_id."), field="account_id")
    await log_read(
        session, user, what="list:data-requests", purpose=purpose or DEFAULT_PURPOSE, account_id=account
    )
    return [line_out(line) for line in lines]


@router.get("/{request_id}", response_model=RequestOut)
async def read(
    request_id: UUID, session: SessionDep, now: Now, user: Reader, purpose: ReadPurpose
) -> RequestOut:
    """One request with its questions. The company's first reading of a question is its receipt."""
    case = await authorised(session, request_id, user, Permission.READ_CASE)
    if reads_as_company(user, case):
        await receipt.read_by_company(session, request_id, actor=user.actor, now=now)
    await noted(session, user, case, purpose)
    return await request_out(session, request_id, for_company=reads_as_company(user, case), now=now)


@router.post("/{request_id}/receipt", response_model=RequestOut)
async def record_receipt(
    request_id: UUID, body: ReceiptIn, session: SessionDep, now: Now, user: Recorder, once: OnceDep
) -> JSONResponse:
    """Record evidence of receipt: a call note, minutes of a visit, a letter's receipt. The first starts the clock."""

    async def command() -> RequestOut:
        await authorised(session, request_id, user, Permission.RECORD_SERVICE)
        document = await _own_document(session, user, body.document_id) if body.document_id else None
        given = Receipt(body.kind, body.moment(), body.note, document)
        await receipt.record(session, request_id, given, actor=user.actor, now=now, author_id=user.person_id)
        return await request_out(session, request_id, for_company=False, now=now)

    return await once(command)


@router.post("/{request_id}/answer", response_model=RequestOut)
async def answer(
    request_id: UUID, body: AnswerIn, session: SessionDep, now: Now, user: Answerer, once: OnceDep
) -> JSONResponse:
    """Answer the open question with these words and the files beside it. A late answer is taken, and is late."""

    async def command() -> RequestOut:
        await authorised(session, request_id, user, Permission.ANSWER_DATA_REQUEST)
        await answers.send(session, request_id, body.answer, sent_at=now, actor=user.actor, now=now)
        return await request_out(session, request_id, for_company=True, now=now)

    return await once(command)


@router.post("/{request_id}/acceptance", response_model=RequestOut)
async def decide(
    request_id: UUID, body: AcceptanceIn, session: SessionDep, now: Now, user: Decider, once: OnceDep
) -> JSONResponse:
    """Accept the answer, or (`accepted` false) ask a further question, which has three days of its own."""

    async def command() -> RequestOut:
        await authorised(session, request_id, user, Permission.ACCEPT_DATA_REQUEST)
        if body.accepted:
            await decisions.accept(session, request_id, note=body.note, actor=user.actor, now=now)
        else:
            await decisions.ask_again(session, request_id, body.question, actor=user.actor, now=now)
        return await request_out(session, request_id, for_company=False, now=now)

    return await once(command)


@router.post("/{request_id}/withdrawal", response_model=RequestOut)
async def withdraw(
    request_id: UUID, body: WithdrawalIn, session: SessionDep, now: Now, user: Asker, once: OnceDep
) -> JSONResponse:
    """Take the request back, with a reason that the company reads."""

    async def command() -> RequestOut:
        await authorised(session, request_id, user, Permission.CREATE_DATA_REQUEST)
        await decisions.withdraw(session, request_id, reason=body.reason, actor=user.actor, now=now)
        return await request_out(session, request_id, for_company=False, now=now)

    return await once(command)


async def authorised(
    session: SessionDep, request_id: UUID, user: Principal, permission: Permission
) -> CaseFile:
    """The request's case, if this caller may; NotFound comes before Forbidden."""
    case, _ = await reading.load(session, request_id)
    policy.authorise(user, permission, Target.of_case(case))
    return case


async def _own_document(session: SessionDep, user: Principal, document_id: UUID) -> Document:
    """A file that this caller has handed in and that belongs to nothing yet."""
    document = await session.get(Document, document_id)
    if document is None or document.uploaded_by != user.actor or document.case_id is not None:
        raise NotFound
    return document
