"""Alembic's entry: migrations run as the migrator role, given by MIGRATOR_DATABASE_URL or the caller's connection."""

import os

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlmodel import SQLModel

import services.models  # noqa: F401  -- registers every table


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = create_engine(os.environ["MIGRATOR_DATABASE_URL"])
    with engine.connect() as opened:
        run(opened)
    engine.dispose()
