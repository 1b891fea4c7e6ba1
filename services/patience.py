"""How a process waits at its start for what it cannot work without."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

log = logging.getLogger("tenggat.start")

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 15.0
"""Seconds between two tries: doubled from the first to the longest, and then for ever."""

T = TypeVar("T")


class Stopped(Exception):
    """Told to end while it waited."""


async def until_there(
    what: str,
    ask: Callable[[], Awaitable[T]],
    away: Callable[[Exception], str | None],
    *,
    stopping: asyncio.Event | None = None,
    first: float = FIRST_PAUSE,
) -> T:
    """What `ask` returns, however long `what` is away; one line in the log for each try.

    `away` says in a line why it does not answer, or None for a failure that waiting does not mend: that one is
    raised. Stopped as soon as `stopping` is set.
    """
    stop, pause, tries = stopping or asyncio.Event(), first, 0
    while not stop.is_set():
        tries += 1
        try:
            return await ask()
        except Exception as error:
            reason = away(error)
            if reason is None:
                raise
            log.warning("%s is away: %s (try %d, again in %.1f s)", what, reason, tries, pause)
        try:
            await asyncio.wait_for(stop.wait(), pause)
        except TimeoutError:
            pause = min(2 * pause, LONGEST_PAUSE)
    raise Stopped
