"""Connections to Postgres: engines and session factories, nothing about the domain."""

import time
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, event, func
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

Sessions = async_sessionmaker[AsyncSession]

# No statement of ours needs longer, lateness is acted on a minute after the moment, and a transaction that
# hangs must not outlive that minute.
SERVER_SETTINGS = (
    "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=30000"
)

# Added to what a statement returns, it spares its transaction the wait for the disk: for what may be lost in a
# crash, such as when somebody was last seen.
UNHURRIED: Final = func.set_config("synchronous_commit", "off", True)

LINE = 300  # so much of what a server says goes into one line of a log

PING_AFTER = 5.0  # seconds of rest after which a connection is asked whether it lives


def make_engine(
    url: str, pool_size: int = 10, application: str = "tenggat", *, ping: bool = True
) -> AsyncEngine:
    """An async engine on `url` (postgresql+psycopg://…), UTC, with bounded statements and transactions.

    `ping` asks a connection that has rested whether it lives before it is used; who retries anyway need not. What
    a statement was given is in no error: errors are logged, and what people type is not for logs.
    """
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_use_lifo=True,
        connect_args={
            "application_name": application,
            "options": f"-c timezone=UTC {SERVER_SETTINGS}",
            "connect_timeout": 5,
        },
    )
    if ping:
        _ping_the_rested(engine.sync_engine)
    return engine


def _ping_the_rested(engine: Engine) -> None:
    """SQLAlchemy's own ping comes before every use: under load, two more round trips for each request."""

    @event.listens_for(engine, "checkin")
    def rest(_connection: Any, record: Any) -> None:
        record.info["rested_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def wake(connection: Any, record: Any, _proxy: Any) -> None:
        rested = time.monotonic() - record.info.get("rested_since", time.monotonic())
        if rested > PING_AFTER and not _lives(engine, connection):
            raise DisconnectionError("the connection ended while it rested")


def _lives(engine: Engine, connection: Any) -> bool:
    try:
        return bool(engine.dialect.do_ping(connection))
    except engine.dialect.loaded_dbapi.Error as error:
        if engine.dialect.is_disconnect(error, connection, None):
            return False
        raise


def make_sessions(engine: AsyncEngine) -> Sessions:
    """A factory of sessions whose objects stay readable after commit."""
    return async_sessionmaker(engine, expire_on_commit=False, autoflush=True)


def away(error: Exception) -> str | None:
    """Why Postgres cannot be reached, in a line of its own words; None for anything that waiting does not mend."""
    if isinstance(error, OperationalError | InterfaceError):
        return in_a_line(error.orig)
    return in_a_line(error) if isinstance(error, PoolTimeout | OSError) else None


def in_a_line(error: BaseException | None) -> str:
    """What an error says, without its line breaks, or its name when it says nothing."""
    return " ".join(str(error).split())[:LINE] or type(error).__name__


def uuids(ids: Iterable[UUID]) -> str:
    """Many ids as one parameter for CAST(… AS uuid[]). The driver's own dump of a list costs more than the insert."""
    return f"{{{','.join(map(str, ids))}}}"
