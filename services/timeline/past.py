"""What happened in a case, line by line, as its reader may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.i18n import translator
from services.identity.principal import Principal
from services.models import BaselineCorrection, CaseEvent, CaseFile, Extension, HolidayDecree
from services.timeline import actors
from services.timeline.sentences import INTERNAL, sentence

MAX_LINES = 500


@dataclass(frozen=True)
class PastLine:
    """One event. `at` is the legal moment, `recorded_at` when it was written down; `data` is for officials."""

    seq: int
    type: str
    at: datetime
    recorded_at: datetime
    actor: str
    text: str
    instrument: str | None = None
    reason: str | None = None
    data: dict[str, Any] | None = None


class _Ground(NamedTuple):
    """What an act stands on."""

    instrument: str | None
    reason: str | None


def reads_as_company(principal: Principal, case: CaseFile) -> bool:
    """Whether this reader stands on the company's side of the case."""
    own = case.account_id is not None and case.account_id in principal.accounts
    return own or not principal.is_official


async def past(
    session: AsyncSession,
    case: CaseFile,
    *,
    for_company: bool,
    locale: str,
    after: int = 0,
    limit: int = MAX_LINES,
) -> list[PastLine]:
    """The events after a sequence number, in order. Companies see neither the office's affairs nor names."""
    query = select(CaseEvent).where(col(CaseEvent.case_id) == case.id, col(CaseEvent.seq) > after)
    if for_company:
        query = query.where(col(CaseEvent.type).not_in(INTERNAL))
    query = query.order_by(col(CaseEvent.seq)).limit(min(max(limit, 1), MAX_LINES))
    events = (await session.execute(query)).scalars().all()
    speak, zone = translator(locale), ZoneInfo(case.zone)
    who = await actors.labels(
        session,
        (event.actor for event in events),
        account_id=case.account_id,
        for_company=for_company,
        speak=speak,
    )
    grounds = await _grounds(session, events)
    return [
        PastLine(
            seq=event.seq,
            type=event.type,
            at=event.at,
            recorded_at=event.recorded_at,
            actor=who[event.actor],
            text=sentence(case.kind, event.type, event.data, speak, zone),
            instrument=ground.instrument if (ground := grounds.get(_ground_of(event))) else None,
            reason=ground.reason if ground else None,
            data=None if for_company else event.data,
        )
        for event in events
    ]


def _ground_of(event: CaseEvent) -> str | None:
    return event.data.get("extension") or event.data.get("decree") or event.data.get("correction")


async def _grounds(session: AsyncSession, events: Sequence[CaseEvent]) -> dict[str | None, _Ground]:
    """What events speak of: they hold ids only, instrument and reason stand in the row."""
    grounds: dict[str | None, _Ground] = {}
    if ids := {UUID(event.data["extension"]) for event in events if "extension" in event.data}:
        rows = await session.execute(select(Extension).where(col(Extension.id).in_(ids)))
        grounds |= {str(row.id): _Ground(row.instrument, row.reason) for row in rows.scalars()}
    if ids := {UUID(event.data["decree"]) for event in events if "decree" in event.data}:
        decrees = await session.execute(select(HolidayDecree).where(col(HolidayDecree.case_id).in_(ids)))
        grounds |= {str(row.case_id): _Ground(row.instrument, row.reason) for row in decrees.scalars()}
    if ids := {UUID(event.data["correction"]) for event in events if event.type == "baseline_lowered"}:
        lowered = await session.execute(select(BaselineCorrection).where(col(BaselineCorrection.id).in_(ids)))
        grounds |= {str(row.id): _Ground(None, row.reason) for row in lowered.scalars()}
    return grounds
