"""One process that serves the application: on a socket that it shares with others, or at an address of its own.

`python -m api.serving --socket N` or `python -m api.serving --listen 0.0.0.0:8000`
"""

import argparse
import asyncio
import logging
import socket

import uvicorn
from fastapi import FastAPI

import settings
from api.app import create_app
from api.bodies import Prompt
from services import database
from services.instance import Identity, identity
from services.memory import settle
from services.patience import until_there
from settings import Settings

# Longer than clients and proxies keep a resting connection: whoever reuses one must not meet its end.
KEEP_ALIVE = 75
GRACE = 10


def application(given: Settings | None = None) -> FastAPI:
    """The application, settled in memory."""
    app = create_app(given)
    settle()
    return app


def serve(given: Settings, *, listening: socket.socket | None = None, address: str = "") -> None:
    """Once Postgres answers, answer what arrives at a socket or at host:port, until told to stop."""
    asyncio.run(_awaited(given))
    uvicorn.Server(configured(given, address)).run(sockets=[listening] if listening else None)


def configured(given: Settings, address: str = "") -> uvicorn.Config:
    """How connections are treated."""
    host, _, port = address.rpartition(":")
    # The application itself decides whose forwarded addresses to believe; uvicorn believes every local caller.
    return uvicorn.Config(
        lambda: application(given),
        factory=True,
        http=Prompt,
        host=host or "127.0.0.1",
        port=int(port or given.port),
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )


async def _awaited(given: Settings) -> Identity:
    """Waits here rather than at the application's start, where uvicorn would not hear that it is to end."""
    engine = database.make_engine(given.database_url, 1, "tenggat-web", ping=False)

    async def ask() -> Identity:
        async with database.make_sessions(engine)() as session:
            return await identity(session)

    try:
        return await until_there("Postgres", ask, database.away)
    finally:
        await engine.dispose()


def main() -> None:
    """Read the command line, and serve."""
    asked = argparse.ArgumentParser(description="Serve the application.")
    where = asked.add_mutually_exclusive_group(required=True)
    where.add_argument("--socket", type=int, help="the file descriptor of a socket that is already listening")
    where.add_argument("--listen", metavar="HOST:PORT", help="an address of its own")
    chosen = asked.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    listening = None if chosen.socket is None else socket.socket(fileno=chosen.socket)
    serve(settings.load(), listening=listening, address=chosen.listen or "")


if __name__ == "__main__":
    main()
