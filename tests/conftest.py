"""Fixtures that every test may ask for: the engine, a fresh database, sessions of the application's role."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.database import Sessions, make_engine, make_sessions
from stack.temporal import Temporal
from tests.engine import Database, Engine, running_postgres, running_temporal
from tests.faults.table import show
from tests.ordering import spread
from tests.world import World, opened


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first: a run ends soon after its longest test."""
    items[:] = spread(items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of all faults that this run brought about."""
    show(terminalreporter)


@pytest.fixture(scope="session")
def pg(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One Postgres per test session, without fsync."""
    with running_postgres(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest.fixture(scope="session")
def engine_temporal(pg: Engine) -> Iterator[Temporal]:
    """One Temporal server per test session, beside the databases; `.address` is host:port."""
    with running_temporal(pg) as server:
        yield server


@pytest.fixture
def temporal(engine_temporal: Temporal) -> str:
    """Address of the session's Temporal server. Every test works in a namespace of its own."""
    return engine_temporal.address


@pytest.fixture
def database(pg: Engine) -> Iterator[Database]:
    """A freshly migrated database that only this test sees."""
    fresh = pg.clone()
    yield fresh
    pg.drop(fresh)


@pytest.fixture
async def sessions(database: Database) -> AsyncIterator[Sessions]:
    """A session factory on the application's role, as the API and the activities have it."""
    engine = make_engine(database.app_url)
    yield make_sessions(engine)
    await engine.dispose()


@pytest.fixture
async def session(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """One session; what the test does not commit is rolled back."""
    async with sessions() as open_session:
        yield open_session


@pytest.fixture
async def world(
    database: Database, temporal: str, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[World]:
    """The rehearsal clock on the real engine. `@pytest.mark.starts("2026-…")` says when it begins."""
    marker = request.node.get_closest_marker("starts")
    start = marker.args[0] if marker else "2026-07-06T08:00:00+07:00"
    async with opened(database, temporal, tmp_path, start) as opened_world:
        yield opened_world
