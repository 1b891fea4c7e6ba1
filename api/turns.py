"""Reports are sent in turn: in the rush of a last day each is received whole before the next begins."""

import asyncio
from typing import Final

# Of each web process. Begun all together, a burst would answer nobody before it has answered almost everybody.
AT_ONCE: Final = 2
PATIENCE = 5.0  # seconds, as long as a request waits for a connection


class Overtaken(Exception):
    """Nobody had time for this one before its patience ended."""


class Turns:
    """First come, first served; `waiting` have come and not been served."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = asyncio.Semaphore(at_once)
        self.waiting = 0

    async def take(self) -> None:
        """Wait for a turn. Overtaken."""
        self.waiting += 1
        try:
            async with asyncio.timeout(PATIENCE):
                await self._free.acquire()
        except TimeoutError:
            raise Overtaken from None
        finally:
            self.waiting -= 1

    def give_back(self) -> None:
        """Let the next one in."""
        self._free.release()
