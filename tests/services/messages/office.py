"""What the tests of the post office need: rows to write about, and a configuration that does not wait."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.clock import app_now
from services.database import Sessions
from services.messages.config import MailConfig, Relay
from services.messages.intents import intend
from services.messages.mime import Letterhead
from services.messages.post_office import DeliverReport, deliver_due
from services.messages.recipients import Recipient
from services.models import (
    Account,
    CaseFile,
    CaseKind,
    Deadline,
    Delivery,
    Derivation,
    Lane,
    Message,
    MessageState,
    Organisation,
    new_id,
)
from settings import Helpdesk

DUE = datetime(2027, 1, 10, 17, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def config(port: int = 1, **over: Any) -> MailConfig:
    """A configuration that does not wait between tries, and is as patient with a busy machine as a real one."""
    given: dict[str, Any] = {
        "relay": Relay("127.0.0.1", port, starttls=False),
        "letterhead": Letterhead("Tenggat <tenggat@tenggat.example>"),
        "public_url": "https://tenggat.example",
        "helpdesk": Helpdesk(),
        "allow_list": (".example",),
        "journal": Path("/nonexistent/journal"),
        "command_timeout": 20.0,
        "data_timeout": 20.0,
        "grace": 2.0,
        "patience": 5.0,
    }
    return MailConfig(**given | over)


async def an_account(
    session: AsyncSession, *, email: str | None = None, zone: str = "Asia/Makassar"
) -> Account:
    """A visibly fictitious company."""
    organisation = Organisation(name="PT Contoh Rotan Mahakam")
    session.add(organisation)
    await session.flush()
    key = new_id().hex
    account = Account(
        organisation_id=organisation.id,
        type="A",
        username=f"contoh{key}",
        name="PT Contoh Rotan Mahakam",
        email=email or f"{key}@rotan.example",
        region_code="64.72",
        zone=zone,
        address_key=key,
        created_at=LONG_AGO,
    )
    session.add(account)
    await session.flush()
    return account


async def a_report(
    session: AsyncSession,
    account: Account,
    *,
    status: str = "not_started",
    due: datetime = DUE,
    period: str = "2026-Q4",
) -> CaseFile:
    """An obligation that waits."""
    derivation = Derivation(digest=new_id().hex, rule="report_due", due_before=due, steps=[])
    session.add(derivation)
    case = CaseFile(
        kind=CaseKind.REPORT,
        key=f"report/{account.id}/{period}/production",
        account_id=account.id,
        period=period,
        stage="production",
        status=status,
        opened_at=LONG_AGO,
    )
    await cases.open_case(session, case)
    session.add(
        Deadline(
            case_id=case.id,
            name="report_due",
            derivation_id=derivation.id,
            base_before=due,
            due_before=due,
            set_at=LONG_AGO,
        )
    )
    await session.flush()
    return case


async def contact(session: AsyncSession, account: Account, email: str) -> None:
    """The contact person of Data Perusahaan."""
    await session.execute(
        text(
            "INSERT INTO profile_section (account_id, section, data, version, updated_at, updated_by)"
            " VALUES (:id, 'contact_person', jsonb_build_object('email', CAST(:email AS text)), 1, :at, 'x')"
        ),
        {"id": account.id, "email": email, "at": LONG_AGO},
    )


async def letters(
    sessions: Sessions,
    addresses: Sequence[str],
    *,
    lane: Lane = Lane.NOTICES,
    not_before: datetime | None = None,
) -> list[UUID]:
    """Messages that are always wanted, one per address."""
    made = []
    async with sessions.begin() as session:
        now = await app_now(session)
        for number, address in enumerate(addresses):
            made.append(
                await intend(
                    session,
                    template="licence_valid",
                    dedupe_key=f"uji:{new_id()}:{number}",
                    recipient=Recipient(address),
                    context={"company": "PT Contoh Rotan Mahakam", "licence": "Sertifikat Standar"},
                    now=now,
                    lane=lane,
                )
            )
        queued = [message_id for message_id in made if message_id is not None]
        await due(session, queued, not_before or now)
    return queued


async def due(session: AsyncSession, message_ids: Sequence[UUID], moment: datetime) -> None:
    """These go at this moment, whatever the hour at which the tests run."""
    query = update(Message).where(col(Message.id).in_(message_ids))
    await session.execute(query.values(planned_for=moment, not_before=moment))


async def due_now(session: AsyncSession) -> None:
    """Nothing waits for anybody's working hours."""
    ids = await session.execute(select(col(Message.id)).where(col(Message.state) == MessageState.QUEUED))
    await due(session, ids.scalars().all(), await app_now(session))


async def deliver(
    sessions: Sessions, config: MailConfig, lane: Lane = Lane.NOTICES, **given: Any
) -> DeliverReport:
    """One run of the post office."""
    return await deliver_due(sessions, config, lane, **given)


async def message(sessions: Sessions, message_id: UUID) -> Message:
    """A message as it stands."""
    async with sessions() as session:
        return (await session.execute(select(Message).where(col(Message.id) == message_id))).scalar_one()


async def states(sessions: Sessions) -> dict[str, int]:
    """How many messages stand in each state."""
    async with sessions() as session:
        rows = await session.execute(text("SELECT state, count(*) AS many FROM message GROUP BY state"))
        return {row.state: row.many for row in rows}


async def deliveries(sessions: Sessions, message_id: UUID | None = None) -> list[Delivery]:
    """Attempts on the wire, oldest first."""
    query = select(Delivery).order_by(col(Delivery.message_id), col(Delivery.attempt))
    if message_id is not None:
        query = query.where(col(Delivery.message_id) == message_id)
    async with sessions() as session:
        return list((await session.execute(query)).scalars())


async def make_due(sessions: Sessions) -> None:
    """Let every wait and lease run out, as if the time had passed."""
    async with sessions.begin() as session:
        await session.execute(
            text("UPDATE message SET not_before = now() - interval '1 s' WHERE state = 'queued'")
        )
        await session.execute(
            text("UPDATE message SET claimed_until = now() - interval '1 s' WHERE state = 'claimed'")
        )
        await session.execute(
            text("UPDATE delivery SET started_at = now() - interval '1 day' WHERE state = 'sending'")
        )


async def until(condition: Any, seconds: float = 10.0) -> None:
    """Wait for a condition of the test's own making."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it never happened"
        await asyncio.sleep(0.01)


HOUR = timedelta(hours=1)
