"""What an operator does with mail: hold and release a lane, decide on a held message."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.cases import SYSTEM
from services.errors import InvalidInput, NotFound
from services.i18n import N_
from services.identity.security_events import Happened, happened
from services.messages.outcomes import RELEASED
from services.models import Lane, LaneState, Message, MessageState
from services.waking import wake_lane

REASON_MOST: Final = 500


async def hold_lane(
    session: AsyncSession, lane: Lane, *, reason: str, now: datetime, by: str = SYSTEM
) -> None:
    """Nothing more leaves by this lane until it is released; what is queued stays queued. The act is recorded."""
    why = _why(reason)
    state = await session.get(LaneState, lane, with_for_update=True)
    if state is None:
        state = LaneState(lane=lane)
        session.add(state)
    state.held_at, state.reason = state.held_at or now, why
    await happened(session, Happened.LANE_HELD, actor=by, data={"lane": lane, "reason": why})


async def release_lane(session: AsyncSession, lane: Lane, *, reason: str, by: str) -> None:
    """Let the lane send again, and record who did it and why. One that sends already stays as it is."""
    why = _why(reason)
    state = await session.get(LaneState, lane, with_for_update=True, populate_existing=True)
    if state is not None and state.held_at is not None:
        data = {"lane": lane, "reason": why, "held_for": state.reason}
        await happened(session, Happened.LANE_RELEASED, actor=by, data=data)
        state.held_at, state.reason = None, None
    wake_lane(session, lane)


def _why(reason: str) -> str:
    why = reason.strip()
    if not why:
        raise InvalidInput(N_("Tuliskan alasan menahan atau melepaskan jalur ini."), field="reason")
    return why[:REASON_MOST]


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
