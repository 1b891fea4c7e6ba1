"""The world a test plays in: the rehearsal clock over a real Postgres, a real Temporal server and real SMTP."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_string, policy
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio.client import Client

from services import instance
from services.clock import app_now
from services.database import Sessions, make_engine, make_sessions
from services.deadlines import undoing
from services.deadlines.zones import zone_of
from services.identity import people
from services.messages.catcher import smtp_factory
from services.models import (
    Account,
    CaseEvent,
    CaseFile,
    CaughtMail,
    Document,
    Organisation,
    Registration,
    Role,
    ScanState,
    new_id,
)
from services.registrations import decisions, form, submission
from services.waking import hand_over
from settings import Helpdesk, Settings
from stack import namespace
from tests.engine import Database
from worker import Parts, make_worker, sandbox
from workflows.advance import Advance
from workflows.gateway import Gateway, connect


@dataclass(frozen=True)
class Event:
    """One line of a timeline, as tests compare it."""

    type: str
    at: datetime
    data: dict[str, Any] = field(compare=False)


@dataclass(frozen=True)
class Mail:
    """One mail that reached the SMTP server."""

    to: str
    subject: str
    text: str
    at: datetime
    message_id: str


def instant(value: str | datetime) -> datetime:
    """An aware instant from ISO text."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


@dataclass
class World:
    """Everything a test needs to act, to let time pass, and to see what happened."""

    sessions: Sessions
    client: Client
    gateway: Gateway
    advance: Advance
    settings: Settings

    @asynccontextmanager
    async def transaction(self, *, nudged: bool = True) -> AsyncIterator[tuple[AsyncSession, datetime]]:
        """A command's transaction: the session and the legal moment; nudges follow the commit."""
        async with self.sessions() as session:
            async with session.begin():
                yield session, await app_now(session)
            if nudged:
                hand_over(session, self.gateway)

    async def now(self) -> datetime:
        async with self.sessions() as session:
            return await app_now(session)

    async def advance_to(self, moment: str | datetime) -> None:
        """Let time pass, moment by moment, until the world is at rest at this instant."""
        await self.advance.to(instant(moment))

    async def rest(self) -> None:
        """Let everything happen that is due now."""
        await self.advance.rest()

    async def events(self, case_id: UUID, *types: str) -> list[Event]:
        """The timeline of a case, or only the events of some types."""
        async with self.sessions() as session:
            query = select(CaseEvent).where(col(CaseEvent.case_id) == case_id).order_by(col(CaseEvent.seq))
            rows = (await session.execute(query)).scalars()
            return [Event(row.type, row.at, row.data) for row in rows if not types or row.type in types]

    async def mail(self, to: str | None = None) -> list[Mail]:
        """What the SMTP server accepted, in order; all of it, or what went to one address."""
        async with self.sessions() as session:
            query = select(CaughtMail).order_by(col(CaughtMail.id))
            if to is not None:
                query = query.where(col(CaughtMail.envelope_to) == to)
            return [_mail(row) for row in (await session.execute(query)).scalars()]

    async def templates_to(self, address: str) -> list[str]:
        """Which templates reached an address, in the order in which they were accepted."""
        async with self.sessions() as session:
            rows = await session.execute(
                text(
                    "SELECT m.template FROM caught_mail c JOIN delivery d ON d.message_header_id = c.message_header_id"
                    " JOIN message m ON m.id = d.message_id WHERE c.envelope_to = :to ORDER BY c.id"
                ),
                {"to": address},
            )
            return list(rows.scalars())

    async def case(self, case_id: UUID) -> CaseFile:
        async with self.sessions() as session:
            return (await session.execute(select(CaseFile).where(col(CaseFile.id) == case_id))).scalar_one()

    async def official(self, role: Role, region: str = "") -> str:
        """Somebody who holds a role; returns the e-mail address."""
        name = f"{role.value}-{secrets.token_hex(3)}"
        async with self.transaction() as (session, _):
            person = await people.create(session, username=name, name="", email=f"{name}@dinas.example")
            await people.grant(session, person.id, role, granted_by="system", region_prefix=region)
            await people.set_password_hash(session, person.id, "not a hash: nobody signs in with it")
        return f"{name}@dinas.example"

    async def register(self, *, nudged: bool = True, **given: str) -> Registration:
        """A registration, valid unless the test says otherwise; `nudged=False` leaves its process to the sweep."""
        unique = f"{secrets.randbelow(10**12):012d}"
        typed = {
            "company_name": f"PT Contoh Rotan {unique[-4:]}",
            "nib": f"9{unique}",
            "npwp": "013456789012345",
            "email": f"pemilik-{unique}@contoh.example",
            "region_code": "64.72",
            "address": f"Jalan Uji Coba No. {unique[-5:]}",
        } | given
        async with self.transaction(nudged=nudged) as (session, now):
            document = Document(
                kind="nib", sha256="0" * 64, size=1, media_type="application/pdf", filename="nib.pdf",
                storage_key=f"test/{unique}", scan_state=ScanState.CLEAN, uploaded_by="test", created_at=now,
            )  # fmt: skip
            session.add(document)
            checked = form.check(form.RegistrationForm(**typed), on=now.date())
            return await submission.submit(session, checked, document, actor="anonymous", now=now)

    async def decide(self, case_id: UUID, verdict: str, **given: Any) -> Registration:
        """The UPP decides; accepting confirms every point of the checklist."""
        given.setdefault("checklist", dict.fromkeys(decisions.CHECKLIST, True))
        if verdict == "accept":
            given.setdefault("account_type", "A")
        else:
            given.setdefault("reason", "Alamat pabrik belum sama dengan NIB.")
        async with self.transaction() as (session, now):
            decision = decisions.Decision(decisions.Verdict(verdict), **given)
            return await decisions.decide(session, case_id, decision, actor="test:upp", now=now)

    async def correct(self, case_id: UUID, **given: str) -> Registration:
        """The company sends its returned registration again."""
        async with self.transaction() as (session, now):
            _, found = await submission.load(session, case_id)
            typed = {
                name: str(getattr(found, name) or "") for name in form.RegistrationForm.__dataclass_fields__
            }
            checked = form.check(form.RegistrationForm(**(typed | given)), on=now.date())
            return await submission.resubmit(session, case_id, checked, None, actor="anonymous", now=now)

    async def undo(self, extension_id: UUID) -> None:
        """An administrator takes an extension back."""
        async with self.transaction() as (session, now):
            await undoing.order_undo(session, extension_id, actor="test:admin", now=now)

    async def companies(self, count: int, region: str = "64.72", kind: str = "A") -> list[Account]:
        """Active accounts, as if registered long ago."""
        async with self.transaction() as (session, now):
            accounts = [_account(index, region, kind, now) for index in range(count)]
            for organisation, account in accounts:
                session.add(organisation)
                await session.flush()
                session.add(account)
        return [account for _, account in accounts]


def _account(index: int, region: str, kind: str, now: datetime) -> tuple[Organisation, Account]:
    unique = f"{secrets.randbelow(10**12):012d}"
    organisation = Organisation(id=new_id(), nib=f"8{unique}", name=f"PT Contoh {index}")
    account = Account(
        id=new_id(),
        organisation_id=organisation.id,
        type=kind,
        username=f"{kind.lower()}{unique}",
        name=f"PT Contoh {index}",
        nib=organisation.nib,
        email=f"kontak-{unique}@contoh.example",
        region_code=region,
        zone=str(zone_of(region)),
        address=f"Jalan Uji {index}",
        address_key=f"jl uji {index}",
        created_at=now,
    )
    return organisation, account


def _mail(row: CaughtMail) -> Mail:
    parsed = message_from_string(row.raw, policy=policy.default)
    body = parsed.get_body(("plain",))
    return Mail(
        row.envelope_to,
        row.subject,
        body.get_content() if body else "",
        row.accepted_at,
        row.message_header_id,
    )


def settings_for(database: Database, home: Path, smtp_port: int, temporal: str) -> Settings:
    """Settings of a test's instance."""
    return Settings(
        home=home,
        environment="rehearsal",
        public_url="http://127.0.0.1:8000",
        port=8000,
        database_url=database.app_url,
        migrator_database_url=database.migrator_url,
        temporal_address=temporal,
        smtp_url=f"smtp://127.0.0.1:{smtp_port}",
        mail_catcher=True,
        mail_from="Tenggat <tenggat@tenggat.example>",
        mail_allow_list=(".example",),
        mail_journal=home / "legal-mail.journal",
        documents_url=f"file://{home}/documents",
        secret_key=secrets.token_hex(32),
        helpdesk=Helpdesk(),
    )


@asynccontextmanager
async def opened(
    database: Database,
    temporal: str,
    home: Path,
    start: str,
    *,
    working: bool = True,
    relay: int | None = None,
    sandboxed: bool = True,
) -> AsyncIterator[World]:
    """A world that starts at an instant, with a worker of its own and a mail catcher, or a `relay` on this port.

    `sandboxed`: its workflows are kept from whatever may differ when they are replayed; in service they are not.
    """
    who = instance.create(database.migrator_url, rehearsal=True, start=instant(start))
    async with AsyncExitStack() as stack:
        engine = make_engine(database.app_url, 20, ping=False)
        stack.push_async_callback(engine.dispose)
        sessions = make_sessions(engine)
        if relay is None:
            catcher = await asyncio.get_running_loop().create_server(smtp_factory(sessions), "127.0.0.1", 0)
            stack.push_async_callback(catcher.wait_closed)
            stack.callback(catcher.close)
            relay = catcher.sockets[0].getsockname()[1]
        given = settings_for(database, home, relay, temporal)
        await namespace.ensure(temporal, who.namespace)
        client = await connect(temporal, who.namespace)
        gateway = Gateway(client)
        if working:
            runner = sandbox() if sandboxed else None
            worker = make_worker(client, Parts.of(sessions, gateway, given), runner)
            await stack.enter_async_context(worker)
        yield World(sessions, client, gateway, Advance(sessions, gateway, patience=60), given)
        await gateway.drain()


WorldFactory = Callable[..., Any]
