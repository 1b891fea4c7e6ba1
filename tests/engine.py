"""The engine for tests: throw-away servers in temporary homes, databases cloned from a migrated template."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from psycopg import sql

from settings import psycopg_url
from stack.databases import APPLICATION, DATABASE, MIGRATOR, create_all
from stack.home import Home
from stack.migrate import migrate
from stack.postgres import FLEETING, Postgres, running
from stack.progress import Progress
from stack.temporal import Temporal
from stack.temporal_build import obtain
from tests.laundry import Laundry

QUICK = {**FLEETING, "shared_buffers": "128MB", "max_connections": "120"}


@dataclass(frozen=True)
class Engine:
    """A running Postgres of one test session, with a migrated template database."""

    home: Home
    postgres: Postgres
    _spare: list["Database"] = field(default_factory=list)
    _laundry: list[Laundry] = field(default_factory=list)

    def clone(self) -> "Database":
        """A migrated database of its own, as new."""
        if self._spare:
            return self._spare.pop()
        name = f"test_{uuid4().hex}"
        with self.postgres.connect() as connection:
            statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
            connection.execute(statement.format(*map(sql.Identifier, (name, MIGRATOR, DATABASE))))
        fresh = Database(
            name,
            app_url=self._url(name, APPLICATION),
            migrator_url=self._url(name, MIGRATOR),
            superuser_url=self.postgres.url(name),
        )
        if not self._laundry:
            self._laundry.append(Laundry.looking_at(fresh.superuser_url))
        return fresh

    def drop(self, database: "Database") -> None:
        """Take a database back: washed for the next test, or dropped when its schema was touched."""
        if self._laundry[0].wash(database.superuser_url):
            self._spare.append(database)
            return
        with self.postgres.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name)))

    def _url(self, database: str, role: str) -> str:
        return psycopg_url(self.postgres.url(database, role, self.home.secret(f"database_{role}")))


@dataclass(frozen=True)
class Database:
    """Addresses of one database, in SQLAlchemy's form (`superuser_url` in libpq's)."""

    name: str
    app_url: str
    migrator_url: str
    superuser_url: str


@contextmanager
def running_postgres(directory: Path, tuning: Mapping[str, str] = QUICK) -> Iterator[Engine]:
    """A server with roles and a migrated database; pass `stack.postgres.DURABLE` where crashes are tested."""
    home = Home(directory)
    home.create()
    with running(home, tuning) as postgres:
        migrate(create_all(postgres, home).migrator)
        yield Engine(home, postgres)


@contextmanager
def running_temporal(engine: Engine, dynamic: dict[str, Any] | None = None) -> Iterator[Temporal]:
    """A Temporal server on the engine's Postgres, built first where this machine has none."""
    server = Temporal(engine.home, engine.postgres, obtain(Progress()), dynamic or {})
    server.prepare()
    server.start()
    try:
        server.wait()
        yield server
    finally:
        server.stop()
