"""One process that serves the application: `python -m api.serving --socket N`, beside others on the same socket."""

import argparse
import socket

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from services.memory import settle

# Longer than clients and proxies keep a resting connection: whoever reuses one must not meet its end.
KEEP_ALIVE = 75
GRACE = 10


def application() -> FastAPI:
    """The application, settled in memory."""
    app = create_app()
    settle()
    return app


def serve(listening: socket.socket) -> None:
    """Answer what arrives at a socket until told to stop."""
    # The application itself decides whose forwarded addresses to believe; uvicorn believes every local caller.
    config = uvicorn.Config(
        application,
        factory=True,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    asked = argparse.ArgumentParser(
        description="Serve the application at a socket that is already listening."
    )
    asked.add_argument("--socket", type=int, required=True, help="its file descriptor")
    serve(socket.socket(fileno=asked.parse_args().socket))
