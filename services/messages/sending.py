"""One letter on one connection: write it, address it, mark it, hand it over, and say how it ended."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

import jinja2

from services.messages.attachments import Attachment, Papers, StoreAway, Unsendable
from services.messages.config import MailConfig
from services.messages.journal import Journal, JournalUnwritable
from services.messages.ledger import Ledger
from services.messages.mailer import Connection, Deferred, Lost, Rejected
from services.messages.mime import build, on_the_wire
from services.messages.outcomes import Kind, Letter, Outcome
from services.messages.recipients import is_address
from services.messages.rendering import Renderer, Subject
from services.models import Lane

log = logging.getLogger(__name__)


class Sender:
    """What the connections of a lane share: texts, ledger, journal, papers. `lateness` is the longest one so far."""

    def __init__(
        self, config: MailConfig, ledger: Ledger, journal: Journal, papers: Papers | None = None
    ) -> None:
        self._config = config
        self._papers = papers
        self._ledger = ledger
        self._journal = journal
        self._renderer = renderer_for(config)
        self._head = config.letterhead.headers()
        self.lateness = timedelta(0)

    async def send(self, connection: Connection, letter: Letter) -> Outcome | None:
        """How it ended; None when that is written down. Never raises for what a mail server may do."""
        refusal = await self._objection(letter)
        if refusal is not None:
            return refusal
        try:
            payload = self._write(letter, await self._enclosed(letter))
        except Unsendable as why:
            return Outcome(Kind.HELD, reason=str(why))
        except StoreAway as error:
            return Outcome(Kind.DEFERRED, answer=f"the store of documents does not answer: {error}")
        except (jinja2.TemplateError, LookupError, ValueError, TypeError):
            log.exception("%s cannot be written (message %s)", letter.template, letter.id)
            return Outcome(Kind.HELD, reason="cannot_be_written")
        return await self._post(connection, letter, payload)

    async def _post(self, connection: Connection, letter: Letter, payload: bytes) -> Outcome | None:
        try:
            await connection.address(self._config.letterhead.envelope_from, letter.recipient)
            if await self._ledger.begin(letter) is not None:
                await connection.forget()
                return None
            return await self._hand_over(connection, letter, payload)
        except Deferred as no:
            return Outcome(Kind.DEFERRED, answer=str(no))
        except Rejected as no:
            return Outcome(Kind.BOUNCED, answer=str(no))
        except JournalUnwritable as error:
            await connection.forget()
            return Outcome(Kind.DEFERRED, answer=f"the journal of legal mail cannot be written: {error}")

    async def _objection(self, letter: Letter) -> Outcome | None:
        """Why this letter must not leave, whatever the server would say."""
        if not is_address(letter.recipient):
            return Outcome(Kind.CANCELLED, reason="bad_address")
        if not self._config.allows(letter.recipient):
            return Outcome(Kind.CANCELLED, reason="not_on_allow_list")
        if letter.lane is not Lane.LEGAL or letter.released:
            return None
        noted = await asyncio.to_thread(self._journal.holds, letter.message_id)
        return Outcome(Kind.HELD, reason="in_the_journal") if noted else None

    async def _enclosed(self, letter: Letter) -> list[Attachment]:
        """What goes along: read before the letter is begun, so that a paper that is not there leaves no trace."""
        if letter.attachment_id is None:
            return []
        if self._papers is None:
            raise Unsendable("attachment_missing")
        return [await self._papers.read(letter.attachment_id)]

    def _write(self, letter: Letter, enclosed: Sequence[Attachment]) -> bytes:
        about = Subject(letter.case_id, letter.account_id)
        rendered = self._renderer.render(letter.template, letter.context, now=letter.claimed_at, about=about)
        mail = build(
            self._head,
            rendered,
            recipient=letter.recipient,
            message_id=letter.message_id,
            at=letter.claimed_at,
            attachments=enclosed,
        )
        return on_the_wire(mail)

    async def _hand_over(self, connection: Connection, letter: Letter, payload: bytes) -> Outcome:
        """DATA. A legal letter is in the journal before the first byte, and out of it when refused."""
        legal = letter.lane is Lane.LEGAL
        if legal:
            await asyncio.to_thread(self._journal.sending, letter.message_id)
        try:
            answer = await connection.data(payload)
        except (Deferred, Rejected):
            if legal:
                await asyncio.to_thread(self._journal.refused, letter.message_id)
            raise
        except Lost as lost:
            return Outcome(Kind.UNKNOWN, answer=str(lost))
        self.lateness = max(self.lateness, letter.claimed_at - letter.planned_for)
        return Outcome(Kind.SENT, answer=answer)


_RENDERERS: dict[tuple[str, object], Renderer] = {}


def renderer_for(config: MailConfig) -> Renderer:
    """The texts of an instance, compiled once per process."""
    key = (config.public_url, config.helpdesk)
    if key not in _RENDERERS:
        _RENDERERS[key] = Renderer(config.public_url, config.helpdesk)
    return _RENDERERS[key]
