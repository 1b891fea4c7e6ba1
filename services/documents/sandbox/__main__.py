"""The process itself: waits with its parsers loaded, and forks one short-lived child for each file."""

import os
import resource
import signal
import socket
import sys
from typing import Final

from services.documents.sandbox.content import inspect

ADDRESS_SPACE: Final = 512 * 1024 * 1024
CPU_SECONDS: Final = 10
WALL_SECONDS: Final = 15


def serve(control: socket.socket) -> None:
    """Each message carries two descriptors: the file to look at and the socket for the verdict."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; we end with its socket
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 2)
        if not message:
            return
        if len(descriptors) == 2 and os.fork() == 0:
            control.close()
            _child(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _child(file_descriptor: int, reply_descriptor: int) -> None:
    """Dies without an answer when it exceeds a limit; the reader of the socket takes that as one."""
    status = 1
    try:
        _confine()
        with os.fdopen(file_descriptor, "rb") as file:
            verdict = inspect(file)
        os.write(reply_descriptor, verdict.to_bytes())
        status = 0
    finally:
        # Not sys.exit: the child must run nothing of its parent's, and write the trace of no hostile file.
        os._exit(status)


def _confine() -> None:
    for limit, value in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (value, value))
    signal.alarm(WALL_SECONDS)
    os.nice(5)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
