"""A real SMTP server that keeps what it is given and misbehaves when told to."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from enum import Enum
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mishap(Enum):
    """What a server may do instead of answering."""

    DROP = "drop"  # cut the connection; at DATA: after the text has arrived
    HANG = "hang"  # say nothing


Reply = str | Mishap | asyncio.Event | None
Script = Callable[[str], Reply]


def _fine(recipient: str) -> Reply:
    return None


@dataclass(frozen=True)
class Received:
    """A mail whose text arrived; `accepted` when it was answered with 250."""

    to: str
    message_id: str
    subject: str
    raw: bytes
    accepted: bool


@dataclass
class Sink:
    """Behaves as `mail`, `rcpt` and `data` say: a reply line, a mishap, an event to wait for before
    saying yes, or None for yes.

    Each is asked with the recipient (`mail`: the sender).
    """

    port: int = 0
    received: list[Received] = field(default_factory=list)
    mail: Script = _fine
    rcpt: Script = _fine
    data: Script = _fine
    connections: int = 0
    keep: bool = True
    counted: int = 0

    @property
    def copies(self) -> Counter[str]:
        """How many copies of each Message-ID arrived."""
        return Counter(mail.message_id for mail in self.received)

    def to(self, recipient: str) -> list[Received]:
        """What arrived for a recipient."""
        return [mail for mail in self.received if mail.to == recipient]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Sink"]:
        """Serve on a free port of the loopback, in this event loop."""
        server = await asyncio.get_running_loop().create_server(self._protocol, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for protocol in self._open:
                if isinstance(protocol.transport, asyncio.WriteTransport):
                    protocol.transport.abort()
            await asyncio.sleep(0)

    def __post_init__(self) -> None:
        self._open: list[SMTP] = []

    def _protocol(self) -> SMTP:
        self.connections += 1
        protocol = SMTP(self, hostname="sink.example", enable_SMTPUTF8=False, timeout=600)
        self._open.append(protocol)
        return protocol

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd's names
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._act(server, self.mail(address))
        if reply is None:
            envelope.mail_from = address
        return reply or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._act(server, self.rcpt(address))
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        planned = self.data(recipient)
        self.counted += 1
        if self.keep and not isinstance(planned, str):
            self._keep(recipient, envelope.original_content or b"", accepted=not isinstance(planned, Mishap))
        return await self._act(server, planned) or "250 2.0.0 taken"

    def _keep(self, recipient: str, raw: bytes, *, accepted: bool) -> None:
        parsed = message_from_bytes(raw, policy=policy.default)
        self.received.append(
            Received(recipient, str(parsed["Message-ID"]), str(parsed["Subject"]), raw, accepted)
        )

    async def _act(self, server: Any, planned: Reply) -> str | None:
        if planned is Mishap.DROP:
            server.transport.abort()
            return "421 gone"
        if planned is Mishap.HANG:
            await asyncio.sleep(3600)
        if isinstance(planned, asyncio.Event):
            await planned.wait()
        return planned if isinstance(planned, str) else None
