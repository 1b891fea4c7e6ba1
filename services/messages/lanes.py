"""What an operator does with mail: hold and release a lane, decide on a held message."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import InvalidInput, NotFound
from services.i18n import N_
from services.messages.outcomes import RELEASED
from services.models import Lane, LaneState, Message, MessageState
from services.waking import wake_lane


async def hold_lane(session: AsyncSession, lane: Lane, *, reason: str, now: datetime) -> None:
    """Nothing more leaves by this lane until it is released; what is queued stays queued."""
    state = await session.get(LaneState, lane, with_for_update=True)
    if state is None:
        state = LaneState(lane=lane)
        session.add(state)
    state.held_at, state.reason = state.held_at or now, reason


async def release_lane(session: AsyncSession, lane: Lane) -> None:
    """Let the lane send again."""
    state = await session.get(LaneState, lane, with_for_update=True)
    if state is not None:
        state.held_at, state.reason = None, None
    wake_lane(session, lane)


async def held_messages(session: AsyncSession, *, limit: int = 100) -> Sequence[Message]:
    """Messages an officer must decide on, oldest first."""
    query = (
        select(Message).where(col(Message.state) == MessageState.HELD).order_by(col(Message.id)).limit(limit)
    )
    return (await session.execute(query)).scalars().all()


async def send_held(session: AsyncSession, message_id: UUID, *, now: datetime) -> Message:
    """An officer decided that it did not arrive: send it under its Message-ID, whatever the journal says."""
    message = await _held(session, message_id)
    message.state, message.state_reason, message.not_before = MessageState.QUEUED, RELEASED, now
    wake_lane(session, message.lane)
    return message


async def settle_held(session: AsyncSession, message_id: UUID, *, arrived: bool, now: datetime) -> Message:
    """An officer knows that it arrived, or that it is not to be sent."""
    message = await _held(session, message_id)
    message.state = MessageState.DONE if arrived else MessageState.CANCELLED
    message.state_reason = "confirmed_by_officer" if arrived else "dropped_by_officer"
    message.done_at = now
    return message


async def _held(session: AsyncSession, message_id: UUID) -> Message:
    message = await session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None:
        raise NotFound
    if message.state != MessageState.HELD:
        raise InvalidInput(N_("Surat ini tidak sedang ditahan."))
    return message
