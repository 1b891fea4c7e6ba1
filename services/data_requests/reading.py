"""Finding requests: one with its case, its questions and files; a company's; an order's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.data_requests import dates
from services.errors import NotFound
from services.models import (
    AttachmentSide,
    CaseFile,
    DataRequest,
    DataRequestAttachment,
    DataRequestOrder,
    DataRequestQuestion,
    DataRequestStatus,
    Deadline,
    Document,
)


@dataclass(frozen=True)
class Opened:
    """A request whose case is locked, with the question now open."""

    case: CaseFile
    request: DataRequest
    question: DataRequestQuestion


@dataclass(frozen=True)
class Line:
    """A request in a list. `late`: by the strict clock, of an unanswered question or of the last answer."""

    case: CaseFile
    request: DataRequest
    question: DataRequestQuestion
    deadline: Deadline | None
    late: bool


async def lock(session: AsyncSession, case_id: UUID) -> Opened:
    """A request with its case locked, then read. NotFound for a case of another kind."""
    case = await cases.lock(session, case_id)
    request = await session.get(DataRequest, case_id, populate_existing=True)
    if request is None:
        raise NotFound
    question = await session.get(DataRequestQuestion, (case_id, request.question), populate_existing=True)
    if question is None:
        raise NotFound
    return Opened(case, request, question)


async def load(session: AsyncSession, case_id: UUID) -> tuple[CaseFile, DataRequest]:
    """A request as it stands, not locked. NotFound for a case of another kind."""
    case, request = await session.get(CaseFile, case_id), await session.get(DataRequest, case_id)
    if case is None or request is None:
        raise NotFound
    return case, request


async def questions(session: AsyncSession, case_id: UUID) -> Sequence[DataRequestQuestion]:
    """Every question of a request, the first first."""
    query = select(DataRequestQuestion).where(col(DataRequestQuestion.case_id) == case_id)
    found = await session.execute(
        query.order_by(col(DataRequestQuestion.number)).execution_options(populate_existing=True)
    )
    return found.scalars().all()


async def attachments(
    session: AsyncSession, request: DataRequest, side: AttachmentSide, question: int | None = None
) -> list[Document]:
    """The files of the order (side of the question) or of one answer, in the order in which they came."""
    query = select(Document).join(
        DataRequestAttachment, col(DataRequestAttachment.document_id) == col(Document.id)
    )
    if side is AttachmentSide.QUESTION:
        query = query.where(col(DataRequestAttachment.order_id) == request.order_id)
    else:
        query = query.where(
            col(DataRequestAttachment.case_id) == request.case_id,
            col(DataRequestAttachment.question) == (question or request.question),
        )
    return list((await session.execute(query.order_by(col(Document.id)))).scalars())


async def of_account(session: AsyncSession, account_id: UUID, *, now: datetime) -> list[Line]:
    """Every request to a company, the newest first."""
    return await _lines(session, col(DataRequest.account_id) == account_id, now=now)


async def unanswered(session: AsyncSession, account_id: UUID, *, now: datetime) -> list[Line]:
    """What a company still has to read or answer, the newest first."""
    waits = col(CaseFile.status).in_((DataRequestStatus.SENT, DataRequestStatus.RECEIVED))
    of_company = col(DataRequest.account_id) == account_id
    return await _lines(session, of_company, waits, col(CaseFile.closed_at).is_(None), now=now)


async def of_order(session: AsyncSession, order_id: UUID, *, now: datetime, limit: int = 200) -> list[Line]:
    """The requests of an order, those that wait longest first."""
    return await _lines(session, col(DataRequest.order_id) == order_id, now=now, limit=limit)


async def one(session: AsyncSession, case_id: UUID, *, now: datetime) -> Line:
    """One request as lists show it; NotFound for a case of another kind."""
    found = await _lines(session, col(DataRequest.case_id) == case_id, now=now)
    if not found:
        raise NotFound
    return found[0]


async def orders(session: AsyncSession, *, limit: int = 50) -> Sequence[DataRequestOrder]:
    """The latest orders, the newest first."""
    query = select(DataRequestOrder).order_by(col(DataRequestOrder.id).desc()).limit(limit)
    return (await session.execute(query)).scalars().all()


async def counts(session: AsyncSession, order_id: UUID) -> dict[str, int]:
    """How many requests of an order stand in each status."""
    query = (
        select(col(CaseFile.status), func.count())
        .join(DataRequest, col(DataRequest.case_id) == col(CaseFile.id))
        .where(col(DataRequest.order_id) == order_id)
        .group_by(col(CaseFile.status))
    )
    found = await session.execute(query)
    return {status: count for status, count in found}  # noqa: C416 -- a Row is no pair to dict()


async def _lines(session: AsyncSession, *which: object, now: datetime, limit: int = 500) -> list[Line]:
    query = (
        select(CaseFile, DataRequest, DataRequestQuestion, Deadline)
        .join(DataRequest, col(DataRequest.case_id) == col(CaseFile.id))
        .join(
            DataRequestQuestion,
            (col(DataRequestQuestion.case_id) == col(DataRequest.case_id))
            & (col(DataRequestQuestion.number) == col(DataRequest.question)),
        )
        .outerjoin(Deadline, (col(Deadline.case_id) == col(CaseFile.id)) & (col(Deadline.name) == dates.DUE))
        .where(*which)  # type: ignore[arg-type]  # conditions on columns
        .order_by(col(CaseFile.id).desc())
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [
        Line(case, request, question, due, is_late(case, question, due, now))
        for case, request, question, due in await session.execute(query)
    ]


def is_late(case: CaseFile, question: DataRequestQuestion, due: Deadline | None, now: datetime) -> bool:
    """Answered after, or unanswered at, the date in force by the strict reading: computed, never remembered."""
    if question.answered_at is not None and question.due_before is not None:
        return question.answered_at >= question.due_before
    waits = case.status == DataRequestStatus.RECEIVED and due is not None
    return waits and due is not None and due.due_before <= now
