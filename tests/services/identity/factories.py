"""Accounts and people, valid by default; a test names what matters to it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from services.clock import app_now
from services.identity import passwords, people
from services.models import (
    Account,
    AccountType,
    ApiKey,
    CaseFile,
    CaseKind,
    OneTimeToken,
    Organisation,
    Person,
    RateLimit,
    Role,
    WebSession,
    new_id,
)

PASSWORD = "Kunyit-7-perahu-Layar"


async def account(
    session: AsyncSession,
    *,
    nib: str = "2806220061682",
    region: str = "64.72",
    email: str = "nib@rotan.example",
) -> Account:
    now = await app_now(session)
    organisation = Organisation(id=new_id(), name="PT Contoh Rotan Mahakam")
    session.add(organisation)
    await session.flush()
    number = (await session.execute(text("SELECT coalesce(max(number), 1000) + 1 FROM account"))).scalar_one()
    row = Account(
        id=new_id(),
        number=number,
        organisation_id=organisation.id,
        type=AccountType.INDUSTRY,
        username=f"a{number}",
        name="PT Contoh Rotan Mahakam",
        nib=nib,
        email=email,
        region_code=region,
        address_key=str(number),
        created_at=now,
    )
    session.add(row)
    await session.flush()
    return row


async def company_user(session: AsyncSession, account_id: UUID, *, username: str = "rotan") -> Person:
    person = await people.invite(
        session,
        username=username,
        name="Petugas laporan",
        email=f"{username}@rotan.example",
        account_id=account_id,
    )
    await with_password(session, person)
    return await people.get(session, person.id)


async def official(
    session: AsyncSession, role: Role = Role.UPP_OFFICER, *, username: str = "upp", region: str = ""
) -> Person:
    person = await people.create(
        session, username=username, name="Meja UPP", email=f"{username}@dinas.example"
    )
    await people.grant(session, person.id, role, region_prefix=region, granted_by="system")
    await with_password(session, person)
    return await people.get(session, person.id)


async def with_password(session: AsyncSession, person: Person, password: str = PASSWORD) -> None:
    await people.set_password_hash(session, person.id, await passwords.hash_password(password))


async def case(
    session: AsyncSession,
    *,
    account_id: UUID | None = None,
    region: str | None = "64.72",
    kbli: tuple[str, ...] = ("31001",),
    kind: CaseKind = CaseKind.REPORT,
) -> CaseFile:
    id_ = new_id()
    row = CaseFile(
        id=id_,
        kind=kind,
        key=f"{kind}/{id_}",
        account_id=account_id,
        region_code=region,
        kbli=list(kbli),
        status="draft",
        opened_at=await app_now(session),
    )
    session.add(row)
    await session.flush()
    return row


async def age(session: AsyncSession, table: type[SQLModel], by: timedelta) -> None:
    """Real time goes on by `by` for every row of the table: its instants move into the past."""
    columns = _INSTANTS[table]
    moved = {name: getattr(table, name) - by for name in columns}
    await session.execute(update(table).values(moved).execution_options(synchronize_session=False))


_INSTANTS: dict[type[SQLModel], tuple[str, ...]] = {
    WebSession: ("created_at", "last_seen_at", "expires_at", "reauthenticated_at"),
    OneTimeToken: ("created_at", "expires_at"),
    RateLimit: ("window_start",),
    Person: ("password_set_at",),
    ApiKey: ("created_at", "expires_at", "last_used_at"),
}
