"""Officials before their pages: signed in with a role, and what lies on their desks."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from api import cookies
from services import rulebook
from services.deadlines.periods import Period
from services.identity import nda, people, sessions
from services.models import Account, CaseFile, Licence, PeriodStatus, Role
from services.periods import obligations, planning
from tests.api.conftest import Api
from tests.api.test_registrations import register
from tests.factories import PERIOD, make_account
from tests.pages.visitor import Visitor
from tests.services.licences.uploads import upload


@asynccontextmanager
async def official(api: Api, role: Role, *, region: str = "", agreed: bool = True) -> AsyncIterator[Visitor]:
    """Somebody with a role, signed in a moment ago; not `agreed`: who has yet to accept the agreement."""
    async with api.transaction() as (session, _):
        name = f"{role.value.replace('_', '-')}-{secrets.token_hex(2)}"
        person = await people.create(
            session, username=name, name=f"Petugas {name}", email=f"{name}@dinas.example"
        )
        await people.grant(session, person.id, role, granted_by="test", region_prefix=region)
        await people.set_password_hash(session, person.id, "not a hash: nobody signs in with it")
        if agreed:
            await nda.accept(session, person.id)
        begun = await sessions.start(session, person.id, official=True)
    async with Visitor.of(api) as visitor:
        visitor.client.cookies.set(cookies.SESSION, begun.token)
        yield visitor


async def registration(api: Api, **typed: Any) -> UUID:
    """A registration that waits for the UPP, with a real document."""
    received = await register(api, **typed)
    assert received.status_code == 201, received.text
    return UUID(received.json()["id"])


async def owing(api: Api, count: int = 1, **facts: Any) -> list[tuple[Account, CaseFile]]:
    """Accounts that owe the report of `PERIOD`, each with its case."""
    made = []
    async with api.transaction() as (session, now):
        rules = await rulebook.current(session, now=now)
        period = Period.parse(PERIOD)
        (await planning.plan(session, period, rules, now=now)).status = PeriodStatus.OPEN
        for number in range(count):
            name = facts.get("name", f"PT Contoh Rotan {number}")
            account = await make_account(session, **{**facts, "name": name})
            duties = await obligations.duties_of(session, account, now=now)
            opened = await obligations.open_duties(session, period, duties, rules, now=now)
            made.append((account, await session.get_one(CaseFile, opened[0])))
    return made


async def licence_in_review(api: Api) -> tuple[Account, Licence]:
    """A licence that waits for the UPP."""
    async with api.transaction() as (session, _):
        account = await make_account(session, licensed=())
        return account, await upload(session, account)
