"""Roles and databases of the embedded server: who owns what and who may do what."""

from dataclasses import dataclass

from psycopg import Connection, sql

from stack.home import Home
from stack.postgres import Postgres

DATABASE = "tenggat"
MIGRATOR = "tenggat_migrator"
APPLICATION = "tenggat_app"
TEMPORAL = "temporal"
TEMPORAL_DATABASES = ("temporal", "temporal_visibility")


@dataclass(frozen=True)
class Urls:
    """Addresses of the application's database, as postgresql:// URLs."""

    migrator: str
    app: str


def create_all(postgres: Postgres, home: Home) -> Urls:
    """Roles and databases of one instance; whatever exists is kept, passwords are set anew."""
    passwords = {role: home.secret(f"database_{role}") for role in (MIGRATOR, APPLICATION, TEMPORAL)}
    with postgres.connect() as connection:
        for role, password in passwords.items():
            _create_role(connection, role, password)
        for database in TEMPORAL_DATABASES:
            _create_database(connection, database, TEMPORAL)
        _create_database(connection, DATABASE, MIGRATOR)
    prepare_application_database(postgres, DATABASE)
    return Urls(
        migrator=postgres.url(DATABASE, MIGRATOR, passwords[MIGRATOR]),
        app=postgres.url(DATABASE, APPLICATION, passwords[APPLICATION]),
    )


def prepare_application_database(postgres: Postgres, database: str) -> None:
    """The migrator owns the schema; the application reads and writes rows and may create nothing."""
    with postgres.connect(database) as connection:
        for statement in (
            "ALTER SCHEMA public OWNER TO {migrator}",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            "GRANT USAGE ON SCHEMA public TO {app}",
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {database} TO {app}",
            "ALTER DEFAULT PRIVILEGES FOR ROLE {migrator} IN SCHEMA public"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
            "ALTER DEFAULT PRIVILEGES FOR ROLE {migrator} IN SCHEMA public GRANT USAGE ON SEQUENCES TO {app}",
        ):
            names = {"migrator": MIGRATOR, "app": APPLICATION, "database": database}
            connection.execute(sql.SQL(statement).format(**{k: sql.Identifier(v) for k, v in names.items()}))


def _create_role(connection: Connection, role: str, password: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
    connection.execute(statement)


def _create_database(connection: Connection, database: str, owner: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        names = sql.Identifier(database), sql.Identifier(owner)
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
