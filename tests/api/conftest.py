"""The real application over a real database, reached as HTTP clients reach it."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import create_app
from services import instance
from services.clock import app_now
from services.database import Sessions
from services.identity import api_keys
from services.models import Role, new_id
from settings import Settings
from tests.api.doors import visitor
from tests.engine import Database
from tests.world import World, settings_for

START = "2027-01-04T09:00:00+07:00"  # a Monday after 2026-Q4 has ended and before its due date
NOWHERE = "127.0.0.1:1"  # no Temporal server listens there


@dataclass
class Api:
    """Clients of every role, and the rows behind their answers."""

    app: FastAPI
    clients: contextlib.AsyncExitStack = field(repr=False)

    @property
    def sessions(self) -> Sessions:
        found: Sessions = self.app.state.sessions
        return found

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[tuple[AsyncSession, datetime]]:
        """A command behind the API's back."""
        async with self.sessions() as session, session.begin():
            yield session, await app_now(session)

    async def anonymous(self, **headers: str) -> httpx.AsyncClient:
        """A caller without a key."""
        client = visitor(self.app, url=self.app.state.settings.public_url, **headers)
        return await self.clients.enter_async_context(client)

    async def as_(
        self, role: Role, *, region: str = "", account: UUID | None = None, **headers: str
    ) -> httpx.AsyncClient:
        """A program with a key of that role and scope."""
        async with self.transaction() as (session, _):
            key = await api_keys.create(
                session, role, created_by="test", region_prefix=region, account_id=account, label=role
            )
        return await self.anonymous(authorization=f"Bearer {key.token}", **headers)

    async def company(self, account: UUID, **headers: str) -> httpx.AsyncClient:
        """The program of a company."""
        return await self.as_(Role.COMPANY_USER, account=account, **headers)

    async def clock_at(self, moment: str) -> None:
        """Let the rehearsal stand at a later instant, with nothing having happened on the way."""
        async with self.transaction() as (session, _):
            given = {"moment": datetime.fromisoformat(moment)}
            await session.execute(text("UPDATE rehearsal_clock SET instant = :moment"), given)


def once() -> dict[str, str]:
    """A fresh Idempotency-Key."""
    return {"Idempotency-Key": str(new_id())}


@asynccontextmanager
async def serving(given: Settings) -> AsyncIterator[Api]:
    """The application on these settings, started and stopped as a server would."""
    app = create_app(given)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield Api(app, await stack.enter_async_context(contextlib.AsyncExitStack()))


@pytest.fixture
async def api(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    """The application on a rehearsal database, with Temporal away."""
    marker = request.node.get_closest_marker("starts")
    start = datetime.fromisoformat(marker.args[0] if marker else START)
    instance.create(database.migrator_url, rehearsal=True, start=start)
    async with serving(settings_for(database, tmp_path, 25, NOWHERE)) as served:
        yield served


@pytest.fixture
async def served_world(world: World) -> AsyncIterator[tuple[World, Api]]:
    """The world, and the application beside its worker."""
    async with serving(world.settings) as served:
        yield world, served


@pytest.fixture
async def real(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """The application on a database that is no rehearsal, with Temporal away."""
    instance.create(database.migrator_url)
    given = replace(settings_for(database, tmp_path, 25, NOWHERE), environment="development")
    async with serving(given) as served:
        yield served
