"""A connection that ended while nobody used it is not noticed by anybody."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services import database as connections
from services.database import make_engine
from tests.engine import Database


async def test_a_connection_that_ended_while_it_rested_is_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PING_AFTER", 0.0)
    engine = make_engine(database.app_url, 1)
    try:
        before = await _backend(engine)
        with psycopg.connect(database.superuser_url, autocommit=True) as operator:
            operator.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
        assert await _backend(engine) != before
    finally:
        await engine.dispose()


async def _backend(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        found: int = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    return found
