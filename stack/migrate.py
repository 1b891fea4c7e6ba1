"""Bringing a database to the newest schema, as its owner."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from settings import psycopg_url

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
ONE_AT_A_TIME = 7_230_713


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade the database behind the migrator's URL, one transaction per revision.

    Safe to repeat, and to run from several places at once: the second waits and finds nothing to do.
    """
    engine = create_engine(psycopg_url(url))
    try:
        with engine.connect() as connection:
            connection.execute(text(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})"))
            connection.commit()
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["url"] = psycopg_url(url)
            command.upgrade(config, revision)
    finally:
        engine.dispose()
