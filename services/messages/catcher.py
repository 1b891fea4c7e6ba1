"""The development mail catcher: an SMTP server on the loopback that stores a mail before it says 250.

Run as `python -m services.messages.catcher` with TENGGAT_HOME and TENGGAT_SMTP_PORT.
"""

import asyncio
import logging
import os
import signal
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from typing import Any, Final

import uvloop
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from services.database import Sessions, make_engine, make_sessions
from settings import load

log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
LARGEST: Final = 32 * 1024 * 1024
PATIENCE: Final = 20.0

_INSERT: Final = text(
    """
    INSERT INTO caught_mail (id, envelope_from, envelope_to, subject, message_header_id, raw)
    SELECT uuidv7(), * FROM unnest(
        CAST(:senders AS text[]), CAST(:recipients AS text[]), CAST(:subjects AS text[]),
        CAST(:header_ids AS text[]), CAST(:raws AS text[]))
    """
)
_HEADERS: Final = BytesHeaderParser()  # the old policy: the new one takes longer than all the rest


class Shelf:
    """Stores mails in group commits: while one is written the next ones gather."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._arrived: list[tuple[dict[str, str], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def put(self, mail: dict[str, str]) -> None:
        """Returns when the mail is committed. Raises what kept it from being stored."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrived.append((mail, stored))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await asyncio.wait_for(stored, PATIENCE)

    async def _write(self) -> None:
        while self._arrived:
            batch, self._arrived = self._arrived, []
            try:
                await self._store([mail for mail, _ in batch])
            except (SQLAlchemyError, OSError) as error:
                for _, stored in batch:
                    if not stored.done():
                        stored.set_exception(error)
                continue
            for _, stored in batch:
                if not stored.done():
                    stored.set_result(None)

    async def _store(self, mails: list[dict[str, str]]) -> None:
        columns = {
            name: [mail[column] for mail in mails]
            for name, column in (
                ("senders", "from"),
                ("recipients", "to"),
                ("subjects", "subject"),
                ("header_ids", "id"),
                ("raws", "raw"),
            )
        }
        async with self._sessions.begin() as session:
            await session.execute(_INSERT, columns)


class Catcher:
    """The handler that aiosmtpd asks for an answer to each mail."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 -- aiosmtpd's name and arguments
        """250 once every copy is stored, 451 when the database is away."""
        content = envelope.original_content or b""
        try:
            for recipient in envelope.rcpt_tos:
                await self._shelf.put(_row(envelope.mail_from or "", recipient, content))
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("a mail was not stored: %s", type(error).__name__)
            return "451 4.3.0 the catcher cannot reach its database"
        return "250 2.0.0 stored"


def smtp_factory(sessions: Sessions) -> Any:
    """What an event loop's `create_server` needs to serve the catcher."""
    handler = Catcher(Shelf(sessions))
    return lambda: SMTP(
        handler,
        hostname="catcher.tenggat.example",
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
        timeout=120,
    )


def _row(sender: str, recipient: str, content: bytes) -> dict[str, str]:
    raw = content.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    headers = _HEADERS.parsebytes(content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    return {
        "from": sender,
        "to": recipient,
        "subject": _one_line(headers["Subject"]),
        "id": _one_line(headers["Message-ID"]),
        "raw": raw,
    }


def _one_line(header: object) -> str:
    """A header as people read it; one that is not what RFC 2047 allows is shown as it came."""
    text = str(header or "")
    if "=?" in text:
        with suppress(LookupError, UnicodeError, HeaderParseError):
            text = str(make_header(decode_header(text)))
    return " ".join(text.encode("utf-8", "replace").decode().replace("\x00", "").split())


async def serve(database_url: str, port: int) -> None:
    """Catch mail until SIGTERM or SIGINT."""
    engine = make_engine(database_url, pool_size=4, application="tenggat-catcher")
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    server = await loop.create_server(smtp_factory(make_sessions(engine)), HOST, port)
    try:
        log.info("catching mail on %s:%s", HOST, port)
        await stopped.wait()
    finally:
        server.close()
        await engine.dispose()


def main() -> None:
    """The entry point of `python -m services.messages.catcher`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    uvloop.run(serve(load().database_url, int(os.environ["TENGGAT_SMTP_PORT"])))


if __name__ == "__main__":
    main()
