"""Ports of one instance: asked for, kept from last time, or chosen free."""

import os
import socket
from collections.abc import Collection

from stack.home import StackError

LOOPBACK = "127.0.0.1"
BELOW_EPHEMERAL = range(20_000, 32_000)  # the kernel hands out higher ones to outgoing connections
WINDOW = 32  # more than one instance needs
BACKLOG = 1024
_chosen: set[int] = set()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def listening(port: int) -> socket.socket:
    """A socket that already takes connections: they wait there while what serves them is started again."""
    try:
        return socket.create_server((LOOPBACK, port), backlog=BACKLOG)
    except OSError as error:
        raise StackError(f"port {port} was taken by another program; choose another, or 0 for any") from error


def answers(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def choose(count: int, avoid: Collection[int] = ()) -> list[int]:
    """Free ports, different from each other, from those to avoid and from all that were chosen before.

    Free means free now: whoever chooses takes a moment to use them. Instances that start at the same time have
    neighbouring process numbers, and so begin their search a window apart.
    """
    begin = os.getpid() * WINDOW % len(BELOW_EPHEMERAL)
    found: list[int] = []
    for port in (*BELOW_EPHEMERAL[begin:], *BELOW_EPHEMERAL[:begin]):
        if len(found) == count:
            _chosen.update(found)
            return found
        if port not in avoid and port not in _chosen and is_free(port):
            found.append(port)
    raise StackError(f"no {count} free ports between {BELOW_EPHEMERAL.start} and {BELOW_EPHEMERAL.stop}")


def wanted(name: str, text: str | None, default: int) -> int:
    """The port that was asked for (0: any free one), else the default, else any free one.

    Raises StackError when a port that was asked for is taken or is no port.
    """
    if text is None:
        return default if is_free(default) else choose(1)[0]
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise StackError(f"{name} is {text!r}; it must be a port number, or 0 for any free one")
    if int(text) == 0:
        return choose(1)[0]
    if not is_free(int(text)):
        raise StackError(f"port {text} ({name}) is taken by another program; choose another, or 0 for any")
    return int(text)
