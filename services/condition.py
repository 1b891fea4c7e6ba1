"""How well the service keeps up with its own work, as far as everyone may know it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

PATIENCE: Final = timedelta(minutes=10)
"""What waits longer is a disturbance."""

_STUCK_MAIL = text(
    "SELECT EXISTS (SELECT FROM message m JOIN lane_state l USING (lane)"
    " WHERE m.state = 'queued' AND m.not_before <= :before AND l.held_at IS NULL)"
)
_STUCK_WORK = text("SELECT EXISTS (SELECT FROM case_file WHERE wake_at <= :before AND stuck IS NULL)")


@dataclass(frozen=True)
class Condition:
    """Receiving reports needs only the database, which has just answered."""

    mail_flows: bool
    processes_run: bool


async def condition(session: AsyncSession, *, now: datetime) -> Condition:
    """Whether mails leave and processes move in reasonable time."""
    before = {"before": now - PATIENCE}
    mail = (await session.execute(_STUCK_MAIL, before)).scalar_one()
    work = (await session.execute(_STUCK_WORK, before)).scalar_one()
    return Condition(mail_flows=not mail, processes_run=not work)
