"""Alembic's entry: migrations run as the migrator role, named by `attributes["url"]` or MIGRATOR_DATABASE_URL."""

import os
import sys
from pathlib import Path

from alembic import context
from sqlalchemy import create_engine, make_url
from sqlmodel import SQLModel

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import services.models  # noqa: F401  -- registers every table

url = make_url(context.config.attributes.get("url") or os.environ["MIGRATOR_DATABASE_URL"])
engine = create_engine(url.set(drivername="postgresql+psycopg"))
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
