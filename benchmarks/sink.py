"""A mail server that only counts, in a process of its own: what every sender is measured against.

Prints its port; then answers each line on stdin with the counts since the last one, as JSON.
"""

import asyncio
import json
import sys
from typing import Any

import uvloop
from aiosmtpd.smtp import SMTP, Envelope, Session


class Counter:
    """Mails and distinct Message-IDs."""

    def __init__(self) -> None:
        self.mails = 0
        self.ids: set[bytes] = set()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 -- aiosmtpd's name and arguments
        content = envelope.original_content or b""
        self.mails += 1
        self.ids.add(content.partition(b"Message-ID: ")[2].partition(b"\r\n")[0])
        return "250 2.0.0 counted"

    def report(self) -> dict[str, int]:
        counts = {"mails": self.mails, "distinct": len(self.ids)}
        self.mails, self.ids = 0, set()
        return counts


async def serve() -> None:
    """Count until stdin ends."""
    counter = Counter()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(counter, hostname="sink.example"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while await lines.readline():
        print(json.dumps(counter.report()), flush=True)
    server.close()


def main(run: Any = uvloop.run) -> None:
    run(serve())


if __name__ == "__main__":
    main()
