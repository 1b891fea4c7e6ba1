"""Reading a case's messages and files, as its reader may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.messages.catalogue import NOTICES
from services.models import Delivery, Document, Message

MAX_ROWS = 500


@dataclass(frozen=True)
class MessageLine:
    """A message and the last try to deliver it. `recipient` is masked: "k•••@contoh.example"."""

    id: UUID
    template: str
    lane: str
    recipient: str
    state: str
    state_reason: str | None
    planned_for: datetime
    not_before: datetime
    done_at: datetime | None
    read_at: datetime | None
    delivery: str | None
    message_id: str | None


async def messages(session: AsyncSession, case_id: UUID, *, for_company: bool) -> list[MessageLine]:
    """The messages of a case, the newest first; for its company only notices."""
    last = select(func.max(Delivery.attempt)).where(col(Delivery.message_id) == col(Message.id))
    query = (
        select(Message, Delivery)
        .outerjoin(
            Delivery,
            (col(Delivery.message_id) == col(Message.id))
            & (col(Delivery.attempt) == last.correlate(Message).scalar_subquery()),
        )
        .where(col(Message.case_id) == case_id)
        .order_by(col(Message.id).desc())
        .limit(MAX_ROWS)
    )
    if for_company:
        query = query.where(col(Message.template).in_(NOTICES))
    return [_line(message, delivery) for message, delivery in await session.execute(query)]


async def documents(session: AsyncSession, case_id: UUID) -> Sequence[Document]:
    """The files of a case, the newest first."""
    query = select(Document).where(col(Document.case_id) == case_id).order_by(col(Document.id).desc())
    return (await session.execute(query.limit(MAX_ROWS))).scalars().all()


def masked(address: str) -> str:
    """Enough of an address to recognise it, not enough to use it."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}•••@{domain}"


def _line(message: Message, delivery: Delivery | None) -> MessageLine:
    return MessageLine(
        id=message.id,
        template=message.template,
        lane=message.lane,
        recipient=masked(message.recipient),
        state=message.state,
        state_reason=message.state_reason,
        planned_for=message.planned_for,
        not_before=message.not_before,
        done_at=message.done_at,
        read_at=message.read_at,
        delivery=delivery.state if delivery else None,
        message_id=delivery.message_header_id if delivery else None,
    )
