"""A morning with both kinds of mail: half of the companies are warned, the other half is given more time."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from services import seeding
from services.identity.principal import Grant, Principal
from services.messages import dedupe
from services.models import ExtensionScope, Lane, Role
from services.warnings import approval
from services.warnings.desk import Filters
from tests.engine import Database
from tests.smtp_sink import Sink
from tests.workflows.test_extension_campaign import extend
from tests.world import World, opened
from workflows.advance import Advance

WARNED, EXTENDED = "64.72", "64.71"  # regencies
BEGINNING = "2026-12-20T08:00:00+07:00"
MORNING = (
    "2027-01-14T09:00:00+07:00"  # a Thursday in everyone's working hours, a day after warnings were proposed
)

# Somebody of the ministry, which may act for every office.
OFFICER = Principal(
    "person:0190aaaa-0000-7000-8000-00000000000f",
    UUID("0190aaaa-0000-7000-8000-00000000000f"),
    roles=(Grant(Role.COMPLIANCE_OFFICER),),
    nda=True,
    recent=True,
)

_MAILS = text(
    """
    SELECT m.id, m.template, m.lane, m.state, m.state_reason, m.recipient, m.dedupe_key, m.attempts, m.case_id,
           coalesce(extract(epoch FROM m.done_at - m.planned_for) / 60, 0)::int AS minutes_late
    FROM message m WHERE m.template IN ('warning_letter', 'extension_granted') ORDER BY m.id
    """
)
_PROPOSED = text(
    """
    SELECT l.case_id FROM warning_ladder l JOIN case_file c ON c.id = l.case_id
    WHERE c.status = 'proposed' AND c.region_code LIKE :region || '%' ORDER BY l.case_id
    """
)


@dataclass(frozen=True)
class Mail:
    """A message of that morning, and how many copies of it the server took in and answered for."""

    id: UUID
    template: str
    legal: bool
    state: str
    reason: str | None
    recipient: str
    attempts: int
    case_id: UUID
    minutes_late: int
    arrived: int
    accepted: int


@dataclass(frozen=True)
class Quarter:
    """A world whose mail server does as it is told."""

    world: World
    sink: Sink

    async def morning(self, count: int) -> None:
        """So many companies were reminded, sent nothing, and half of them lie on the desk as proposals."""
        async with self.world.transaction() as (session, now):
            await seeding.companies(session, count // 2, region=WARNED, now=now)
            await seeding.companies(session, count - count // 2, region=EXTENDED, now=now)
        await self.world.advance_to(MORNING)
        self.sink.received.clear()

    async def addresses(self, region: str) -> list[str]:
        """Where notices to the companies of a regency go."""
        query = text("SELECT email FROM account WHERE region_code LIKE :region || '%' ORDER BY number")
        async with self.world.sessions() as session:
            return list((await session.execute(query, {"region": region})).scalars())

    async def proposed(self, region: str = WARNED) -> list[UUID]:
        """The ladders on the desk."""
        async with self.world.sessions() as session:
            return list((await session.execute(_PROPOSED, {"region": region})).scalars())

    async def write_to_everyone(self) -> None:
        """An officer approves the letters, an administrator extends the date of the others; all of it leaves."""
        ladders = await self.proposed()
        async with self.world.transaction() as (session, now):
            await approval.approve(session, OFFICER, Filters(ids=tuple(ladders)), now=now)
        await extend(self.world, "2027-02-22", scope=ExtensionScope.REGION, region=EXTENDED)
        await self.world.rest()

    async def mails(self) -> list[Mail]:
        """Each letter and notice of the morning, and what reached the server."""
        arrived, accepted = self.sink.copies, Counter(m.message_id for m in self.sink.received if m.accepted)
        async with self.world.sessions() as session:
            rows = (await session.execute(_MAILS)).all()
        domain = "tenggat.example"
        ids = {row.id: dedupe.message_id(row.dedupe_key, domain) for row in rows}
        return [
            Mail(
                row.id, row.template, row.lane == Lane.LEGAL, row.state, row.state_reason, row.recipient,
                row.attempts, row.case_id, row.minutes_late, arrived[ids[row.id]], accepted[ids[row.id]],
            )
            for row in rows
        ]  # fmt: skip


@asynccontextmanager
async def opened_quarter(
    database: Database, temporal: str, home: Path, *, working: bool = True
) -> AsyncIterator[Quarter]:
    """A world before the first reminder, and the mail server between it and the companies."""
    async with (
        Sink().listening() as sink,
        opened(database, temporal, home, BEGINNING, working=working, relay=sink.port) as world,
    ):
        world.advance = Advance(world.sessions, world.gateway, patience=900)
        yield Quarter(world, sink)


def doubled(mails: Sequence[Mail]) -> int:
    """Legal letters beyond the first copy."""
    return sum(max(0, mail.arrived - 1) for mail in mails if mail.legal)
