"""Pengumuman: every notice of an account also stands in the portal, whatever becomes of its mail.

The mail may wait for its reader's working hours; whoever looks before reads it here.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from services.errors import NotFound
from services.messages.catalogue import NOTICES
from services.models import Message, MessageState


async def announcements(
    session: AsyncSession, account_id: UUID, *, before: UUID | None = None, limit: int = 20
) -> Sequence[Message]:
    """The account's notices, newest first; `before` is the last id of the page before."""
    query = select(Message).where(*_standing(account_id)).order_by(col(Message.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Message.id) < before)
    return (await session.execute(query)).scalars().all()


async def unread_count(session: AsyncSession, account_id: UUID) -> int:
    """How many of them nobody has read."""
    query = select(func.count()).where(*_standing(account_id), col(Message.read_at).is_(None))
    return (await session.execute(query.select_from(Message))).scalar_one()


async def announcement(session: AsyncSession, account_id: UUID, message_id: UUID) -> Message:
    """One notice of this account, or NotFound."""
    query = select(Message).where(*_standing(account_id), col(Message.id) == message_id)
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def mark_read(session: AsyncSession, account_id: UUID, message_id: UUID, *, now: datetime) -> None:
    """Remember the first reading. Also proof that a letter was seen."""
    notice = await announcement(session, account_id, message_id)
    await session.execute(
        update(Message)
        .where(col(Message.id) == notice.id, col(Message.read_at).is_(None))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )


def _standing(account_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Message.account_id) == account_id,
        col(Message.template).in_(NOTICES),
        or_(
            col(Message.state) != MessageState.CANCELLED,
            col(Message.state_reason) == "not_on_allow_list",  # the mail may not leave; the notice stands
        ),
    )
