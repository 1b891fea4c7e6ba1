"""Reminding many at once: one message and one event for each case that was not yet told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines.waves import WaveMoment
from services.messages.intents import intend_many


async def queue(
    session: AsyncSession, case_ids: Sequence[UUID], wave: WaveMoment, *, now: datetime
) -> list[UUID]:
    """Queue one wave for locked cases; returns those newly told. A case told of this date and wave is not again."""
    if not case_ids:
        return []
    told = await intend_many(
        session,
        template=wave.template,
        case_ids=case_ids,
        occurrence=str(wave.offset_days),
        now=now,
    )
    data = {"days": -wave.offset_days, "due": wave.due_date.isoformat(), "template": wave.template}
    await cases.record_many(session, told, "reminder_queued", now=now, data=data)
    return told
