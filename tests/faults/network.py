"""A cable between the application and Postgres that can be cut, that can hang, and that can trickle."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from sqlalchemy import make_url

from tests.engine import Database

DROP: Final = 16  # bytes at a time while it trickles
PAUSE: Final = 0.02  # seconds between two drops


class Fault(StrEnum):
    """How a network fails: silence, a reset, or a few bytes now and then."""

    STALLS = "stalls"
    RESETS = "resets"
    TRICKLES = "trickles"


@dataclass
class Cable:
    """Passes bytes on to Postgres' socket as long as nothing is wrong with it."""

    socket: str
    fault: Fault | None = None
    port: int = 0
    _passing: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _ends: set[asyncio.StreamWriter] = field(default_factory=set, repr=False)

    @property
    def open_ends(self) -> int:
        """Connections that the application holds through it now."""
        return len(self._ends) // 2

    async def break_(self, fault: Fault) -> None:
        """From now on; a reset tears down what is open and refuses what comes."""
        self.fault = fault
        if fault is Fault.STALLS:
            self._passing.clear()
        if fault is Fault.RESETS:
            for end in list(self._ends):
                end.transport.abort()

    async def mend(self) -> None:
        self.fault = None
        self._passing.set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the application, until either side ends it."""
        if self.fault is Fault.RESETS:
            writer.transport.abort()
            return
        away, back = await asyncio.open_unix_connection(self.socket)
        self._ends |= {writer, back}
        try:
            tasks = [
                asyncio.create_task(self._pass(reader, back)),
                asyncio.create_task(self._pass(away, writer)),
            ]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._ends -= {writer, back}
            for end in (writer, back):
                end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while content := await reader.read(65_536):
                await self._passing.wait()
                size = DROP if self.fault is Fault.TRICKLES else len(content)
                for start in range(0, len(content), size):
                    writer.write(content[start : start + size])
                    await writer.drain()
                    if self.fault is Fault.TRICKLES:
                        await asyncio.sleep(PAUSE)


@asynccontextmanager
async def cable(database: Database) -> AsyncIterator[tuple[Cable, Database]]:
    """The cable, and the database as it is reached through it."""
    direct = make_url(database.app_url)
    made = Cable(f"{direct.query['host']}/.s.PGSQL.{direct.query.get('port') or direct.port or 5432}")
    await made.mend()
    server = await asyncio.start_server(made.connected, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    through = direct.set(host="127.0.0.1", port=made.port, query={})
    try:
        yield made, replace(database, app_url=through.render_as_string(hide_password=False))
    finally:
        server.close()
        for end in list(made._ends):
            end.transport.abort()
