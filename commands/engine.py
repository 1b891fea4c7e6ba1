"""What commands that reach the running processes share: a pool of sessions and the way into Temporal."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from commands.console import NOT_RUNNING, fail, settings

if TYPE_CHECKING:
    from temporalio.client import Client

    from services.database import Sessions
    from services.instance import Identity
    from settings import Settings
    from workflows.gateway import Gateway

T = TypeVar("T")
POOL = 4


@dataclass(frozen=True)
class Engine:
    """The instance as a command sees it."""

    sessions: "Sessions"
    client: "Client"
    gateway: "Gateway"
    instance: "Identity"


def with_engine(work: Callable[[Engine], Awaitable[T]], *, home: Path | None = None) -> T:
    """Run `work` against the running instance; a refusal becomes its sentence, an absent engine says so."""
    from temporalio.service import RPCError

    from services.errors import DomainError

    async def run() -> T:
        async with _opened(settings(home)) as engine:
            return await work(engine)

    try:
        return asyncio.run(run())
    except DomainError as error:
        fail(str(error))
    except typer.Exit:  # a RuntimeError too
        raise
    except (RPCError, RuntimeError) as error:  # a lazy client that cannot connect raises RuntimeError
        fail(f"the engine did not answer: {error}", NOT_RUNNING)


@asynccontextmanager
async def _opened(given: "Settings") -> AsyncIterator[Engine]:
    from services.database import make_engine, make_sessions
    from services.instance import identity
    from workflows.gateway import Gateway, connect

    async with AsyncExitStack() as stack:
        engine = make_engine(given.database_url, POOL, "tenggat-cli")
        stack.push_async_callback(engine.dispose)
        sessions = make_sessions(engine)
        async with sessions() as session:
            who = await identity(session)
        client = await connect(given.temporal_address, who.namespace, lazy=True)
        gateway = Gateway(client)
        stack.push_async_callback(gateway.drain)
        yield Engine(sessions, client, gateway, who)
