"""Connections to Postgres: engines and session factories, nothing about the domain."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

Sessions = async_sessionmaker[AsyncSession]

# No statement of ours needs longer, lateness is acted on a minute after the moment, and a transaction that
# hangs must not outlive that minute.
SERVER_SETTINGS = (
    "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=30000"
)


def make_engine(
    url: str, pool_size: int = 10, application: str = "tenggat", *, ping: bool = True
) -> AsyncEngine:
    """An async engine on `url` (postgresql+psycopg://…), UTC, with bounded statements and transactions.

    `ping` asks a connection whether it lives before each use; who retries anyway need not. What a statement was
    given is in no error: errors are logged, and what people type is not for logs.
    """
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=ping,
        connect_args={
            "application_name": application,
            "options": f"-c timezone=UTC {SERVER_SETTINGS}",
            "connect_timeout": 5,
        },
    )


def make_sessions(engine: AsyncEngine) -> Sessions:
    """A factory of sessions whose objects stay readable after commit."""
    return async_sessionmaker(engine, expire_on_commit=False, autoflush=True)


def uuids(ids: Iterable[UUID]) -> str:
    """Many ids as one parameter for CAST(… AS uuid[]). The driver's own dump of a list costs more than the insert."""
    return f"{{{','.join(map(str, ids))}}}"
