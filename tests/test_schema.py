"""The migrations make the tables that the models describe: columns, types, indexes and keys."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url
from sqlmodel import SQLModel

import services.models  # noqa: F401  -- registers every table
from tests.engine import Database


def test_the_migrations_make_what_the_models_describe(database: Database) -> None:
    url = make_url(database.migrator_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()
