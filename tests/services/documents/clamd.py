"""A scanner that speaks clamd's protocol as the real one does, and finds the one virus that is no virus."""

import asyncio
import dataclasses
import struct

from services.documents.antivirus import Antivirus
from services.documents.uploads import Intake

# In two halves, so that no scanner takes this file for the real test virus.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """`limit` is its StreamMaxLength, `reply` what it says when told to say something."""

    def __init__(self) -> None:
        self.limit = 100 * 1024 * 1024
        self.reply: str | None = None
        self.received: list[bytes] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def address(self) -> str:
        """As the setting names it."""
        assert self._server is not None
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def before(self, intake: Intake) -> Intake:
        return dataclasses.replace(intake, antivirus=Antivirus.from_address(self.address))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(size)
            if len(content) > self.limit:
                await self._answer(writer, "INSTREAM size limit exceeded. ERROR")
                return
        self.received.append(content)
        found = "stream: Eicar-Test-Signature FOUND" if EICAR in content else "stream: OK"
        await self._answer(writer, self.reply or found)

    async def _answer(self, writer: asyncio.StreamWriter, reply: str) -> None:
        writer.write(reply.encode() + b"\0")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
