"""Was it served? One date, by the ways that policy accepts, for letters whose clock runs from their service."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.deadlines.zones import WIB
from services.models import EvidenceKind
from services.policies.ladders import ServiceProof

ACCEPTED_BY_SERVER: Final = "accepted_by_server"

# Of a mail and of a letter's entry in the registry, whichever is given: each way in which it was received.
_WAYS: Final = text(
    """
    SELECT e.kind AS how, e.received_at AS at FROM service_evidence e
    WHERE e.message_id = CAST(:message_id AS uuid) OR e.issued_id = CAST(:issued_id AS uuid)
    UNION ALL
    SELECT 'portal_read', m.read_at FROM message m WHERE m.id = CAST(:message_id AS uuid) AND m.read_at IS NOT NULL
    UNION ALL
    SELECT 'accepted_by_server', m.done_at FROM message m
    WHERE m.id = CAST(:message_id AS uuid) AND m.state = 'done' AND m.state_reason IS DISTINCT FROM 'bounced'
    """
)
_BY_KIND: Final = {
    EvidenceKind.PORTAL_READ: "opened_in_portal",
    EvidenceKind.EMAIL_CONFIRMED: "opened_in_portal",
    EvidenceKind.LETTER_RECEIPT: "postal_receipt",
    EvidenceKind.VISIT_MINUTES: "officer_record",
    EvidenceKind.CALL_NOTE: "officer_record",
    EvidenceKind.OFFICER_RECORD: "officer_record",
}


@dataclass(frozen=True)
class Proven:
    """Since when something counts as served, and by what."""

    at: datetime
    how: str

    @property
    def on(self) -> date:
        """The day, by the clock of the law (WIB)."""
        return self.at.astimezone(WIB).date()


async def service_proven(
    session: AsyncSession,
    policy: ServiceProof,
    *,
    now: datetime,
    message_id: UUID | None = None,
    issued_id: UUID | None = None,
) -> date | None:
    """The day on which a mail or a numbered letter was served, by policy; None while nothing proves it.

    Permenperin 13/2025 asks for letters one month apart and says nothing of their service: what proves it is
    written in the ladder's policy.
    """
    found = await proof(session, policy, now=now, message_id=message_id, issued_id=issued_id)
    return found.on if found else None


async def proof(
    session: AsyncSession,
    policy: ServiceProof,
    *,
    now: datetime,
    message_id: UUID | None = None,
    issued_id: UUID | None = None,
) -> Proven | None:
    """As `service_proven`, with the way that was the first."""
    rows = await session.execute(_WAYS, {"message_id": message_id, "issued_id": issued_id})
    ways = [way for row in rows if (way := _way(row.how, row.at, policy)) is not None]
    proven = [way for way in ways if way.at <= now]
    return min(proven, key=lambda way: way.at, default=None)


def provable_at(done_at: datetime, policy: ServiceProof) -> datetime | None:
    """When a mail accepted by its server at `done_at` will count as served if it does not come back."""
    days = policy.days_without_bounce
    return done_at + timedelta(days=days) if days is not None else None


def _way(how: str, at: datetime, policy: ServiceProof) -> Proven | None:
    if how == ACCEPTED_BY_SERVER:
        later = provable_at(at, policy)
        return Proven(later, how) if later is not None else None
    return Proven(at, how) if getattr(policy, _BY_KIND[EvidenceKind(how)]) else None
