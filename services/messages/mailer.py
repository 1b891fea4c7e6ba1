"""One SMTP connection, kept open from mail to mail, that says exactly what became of each."""

import asyncio
import ssl
from contextlib import suppress

import aiosmtplib

from services.messages.config import MailConfig

_OK = 250
_GO_AHEAD = 354
_CLOSING = 421


class RelayDown(Exception):
    """No connection to the mail server can be had now; says nothing about any mail."""


class Deferred(Exception):
    """The mail was not taken now and may be offered again."""


class Rejected(Exception):
    """The mail was refused for good: the address, or this text."""


class Lost(Exception):
    """The text was handed over and the answer never came: it may have been taken, or not."""


class Connection:
    """A lazily opened connection. Every call is bounded in time; after a failure it reopens on use."""

    def __init__(self, config: MailConfig) -> None:
        self._config = config
        self._client: aiosmtplib.SMTP | None = None
        self._mails = 0
        self.breaks = 0  # in a row

    async def ready(self) -> None:
        """Connect, and sign in when the relay asks for it. RelayDown when that fails."""
        if self._client is not None and self._client.is_connected:
            return
        relay = self._config.relay
        self._mails = 0
        self._client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            use_tls=relay.tls,
            start_tls=relay.starttls,
            username=relay.username,
            password=relay.password,
            timeout=self._config.command_timeout,
        )
        try:
            await self._client.connect()
            await self._client.ehlo()
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, ValueError) as error:
            self._drop()
            raise RelayDown(_words(error)) from error

    async def address(self, sender: str, recipient: str) -> None:
        """MAIL and RCPT. Rejected only for the recipient; what is wrong with us or the relay is Deferred."""
        try:
            code, answer = await self._mail(sender)
            if code != _OK:
                self._hang_up_after(code)
                raise Deferred(f"{code} {answer}")
            code, answer = await self._command(b"RCPT", f"TO:<{recipient}>".encode("ascii"))
        except (aiosmtplib.SMTPException, OSError) as error:
            self._broken()
            raise Deferred(_words(error)) from error
        await self._refuse(code, answer, accepted=(_OK, 251))

    async def data(self, payload: bytes) -> str:
        """Hand over the text (dots doubled, closing dot included); returns the answer that took the mail."""
        try:
            code, answer = await self._command(b"DATA")
        except (aiosmtplib.SMTPException, OSError) as error:
            self._broken()
            raise Deferred(_words(error)) from error
        await self._refuse(code, answer, accepted=(_GO_AHEAD,))
        code, answer = await self._hand_over(payload)
        self._mails += 1
        self.breaks = 0
        await self._refuse(code, answer, accepted=(_OK,), reset=False)
        return f"{code} {answer}"

    async def forget(self) -> None:
        """Take back an envelope that will have no text."""
        try:
            code, _ = await self._command(b"RSET")
        except (aiosmtplib.SMTPException, OSError):
            code = _CLOSING
        if code != _OK:
            self._drop()

    async def close(self) -> None:
        """Say goodbye, briefly."""
        client, self._client = self._client, None
        if client is None:
            return
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit(timeout=min(2.0, self._config.command_timeout))
        client.close()

    async def _mail(self, sender: str) -> tuple[int, str]:
        """MAIL. Servers close a connection that idled or carried its share: then once more on a new one."""
        command = b"MAIL", f"FROM:<{sender}>".encode("ascii")
        if not self._mails:
            return await self._command(*command)
        try:
            code, answer = await self._command(*command)
        except aiosmtplib.SMTPServerDisconnected:
            code, answer = _CLOSING, ""
        if code != _CLOSING:
            return code, answer
        self._drop()
        try:
            await self.ready()
        except RelayDown as error:
            raise Deferred(str(error)) from error
        return await self._command(*command)

    async def _command(self, *words: bytes) -> tuple[int, str]:
        if self._client is None:
            raise aiosmtplib.SMTPServerDisconnected("not connected")
        return await self._client.execute_command(*words, timeout=self._config.command_timeout)

    async def _hand_over(self, payload: bytes) -> tuple[int, str]:
        """The library's own DATA cannot tell a connection lost before the text from one lost after it."""
        protocol = self._client.protocol if self._client else None
        if protocol is None:
            raise Deferred("connection lost before the text")
        try:
            protocol.write(payload)
            return await protocol.read_response(timeout=self._config.data_timeout)
        except asyncio.CancelledError:
            self._drop()
            raise
        except (aiosmtplib.SMTPException, OSError) as error:
            self._broken()
            raise Lost(_words(error)) from error

    async def _refuse(self, code: int, answer: str, *, accepted: tuple[int, ...], reset: bool = True) -> None:
        """Raise what an answer means, leaving the connection fit for the next mail."""
        if code in accepted:
            return
        self._hang_up_after(code)
        if reset and self._client is not None:
            await self.forget()
        raise (Rejected if 500 <= code < 600 else Deferred)(f"{code} {answer}")

    def _hang_up_after(self, code: int) -> None:
        if code == _CLOSING:
            self._drop()

    def _broken(self) -> None:
        self.breaks += 1
        self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _words(error: BaseException) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"
    return f"{type(error).__name__}: {error}"
