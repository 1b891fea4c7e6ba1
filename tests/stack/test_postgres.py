"""The embedded server: private, password-protected, with roles that can do no more than they need."""

import stat
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from settings import libpq_url
from tests.engine import Database, Engine


async def test_a_session_of_the_application_role_reads_and_writes_but_creates_nothing(
    database: Database, session: AsyncSession
) -> None:
    with psycopg.connect(libpq_url(database.migrator_url)) as owner:
        owner.execute("CREATE TABLE later (id int)")
    await session.execute(text("INSERT INTO later VALUES (1)"))
    assert (await session.execute(text("SELECT count(*) FROM later"))).scalar() == 1
    with (
        psycopg.connect(libpq_url(database.app_url)) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute("CREATE TABLE mine (id int)")


def test_every_test_gets_a_database_of_its_own(pg: Engine, database: Database) -> None:
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("CREATE TABLE only_here ()")
    other = pg.clone()
    with psycopg.connect(other.superuser_url) as connection:
        assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)
    pg.drop(other)


def test_a_wrong_password_is_refused_on_the_socket(pg: Engine) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(pg.postgres.url("tenggat", "tenggat_app", "guess"))


def test_the_temporal_role_cannot_enter_the_application_s_database(pg: Engine) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(pg.postgres.url("tenggat", "temporal", pg.home.secret("database_temporal")))


def test_secrets_sockets_and_data_are_closed_to_everyone_else(pg: Engine) -> None:
    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    assert {mode(path) for path in pg.home.secrets.iterdir()} == {0o600}
    assert mode(pg.postgres.sockets) == mode(pg.postgres.data) == mode(pg.home.path) == 0o700
    with pg.postgres.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
