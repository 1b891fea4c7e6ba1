"""Delivering what is due in one lane: claim, write, send, record, until nothing is left."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.database import Sessions
from services.documents.store import DocumentStore
from services.messages import claiming
from services.messages.attachments import Papers
from services.messages.config import MailConfig
from services.messages.journal import Journal
from services.messages.ledger import Ledger
from services.messages.mailer import Connection, RelayDown
from services.messages.outcomes import Kind, Letter, Outcome
from services.messages.sending import Sender
from services.models import Lane

log = logging.getLogger(__name__)

BATCH: Final = 200
TICK: Final = 5.0
PATIENCE: Final = 2  # broken connections in a row before a worker stops asking


@dataclass(frozen=True)
class DeliverReport:
    """What one run did. `next_not_before` is legal time, `lease_seconds` real; `trouble` is the relay's."""

    sent: int = 0
    cancelled: int = 0
    bounced: int = 0
    retried: int = 0
    unknown: int = 0
    held: int = 0
    recovered: int = 0
    lateness: timedelta = timedelta(0)
    next_not_before: datetime | None = None
    lease_seconds: float | None = None
    trouble: str | None = None


async def deliver_due(
    sessions: Sessions,
    config: MailConfig,
    lane: Lane,
    *,
    store: DocumentStore | None = None,
    heartbeat: Callable[[], object] = lambda: None,
    limit: int | None = None,
) -> DeliverReport:
    """Send everything that is due in a lane (at most `limit` messages), and say when to look again.

    `store` is where the papers are that go along; without it a mail that has one is held.

    Safe to run twice at once, and to be killed at any line. Cancelled, it lets mails on the wire finish for
    `config.grace` seconds.
    """
    papers = Papers(sessions, store) if store else None
    run = _Run(sessions, config, lane, heartbeat, limit, papers)
    task = asyncio.create_task(run.run(), name=f"post office {lane}")
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        run.stop()
        await asyncio.wait({task}, timeout=config.grace)
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("the run ended badly while stopping: %r", error)
        raise


class _Run:
    def __init__(
        self,
        sessions: Sessions,
        config: MailConfig,
        lane: Lane,
        heartbeat: Callable[[], object],
        limit: int | None,
        papers: Papers | None,
    ) -> None:
        self._sessions = sessions
        self._config = config
        self._lane = lane
        self._heartbeat = heartbeat
        self._left = limit
        self._ledger = Ledger(sessions, patience=config.patience)
        self._sender = Sender(config, self._ledger, Journal(config.journal), papers)
        self._waiting: deque[Letter] = deque()
        self._fed = asyncio.Event()
        self._hungry = asyncio.Event()
        self._drained = False
        self._stopping = False
        self._workers: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []
        self._cancelled = 0
        self._trouble: str | None = None

    def stop(self) -> None:
        """Take nothing new; what is on the wire finishes."""
        self._stopping = True
        self._fed.set()
        self._hungry.set()

    async def run(self) -> DeliverReport:
        self._ledger.open()
        try:
            recovered = await self._recover()
            await self._feed()
            await self._finish()
        except Exception:
            self.stop()
            await self._finish()
            raise
        finally:
            await self._dismiss()
            self._give_back()
            await self._ledger.close()
        if self._failures:
            raise self._failures[0]
        return await self._report(recovered)

    async def _recover(self) -> int:
        async with self._sessions.begin() as session:
            return await claiming.recover(
                session,
                self._lane,
                sending_lease=self._config.sending_lease,
                domain=self._config.letterhead.domain,
            )

    async def _feed(self) -> None:
        """Claim batch after batch, the next one when the last is half sent."""
        while not self._stopping and (batch := await self._claim()):
            self._waiting.extend(batch)
            self._hire()
            self._fed.set()
            while len(self._waiting) > BATCH // 2 and self._workers and not self._stopping:
                self._heartbeat()
                self._hungry.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._hungry.wait(), TICK)
            if not self._workers:
                break
        self._drained = True
        self._fed.set()

    async def _claim(self) -> list[Letter]:
        """The next letters that are wanted; empty when nothing is due."""
        self._heartbeat()
        while True:
            size = BATCH if self._left is None else min(BATCH, self._left)
            if size == 0:
                return []
            async with self._sessions.begin() as session:
                letters, cancelled = await claiming.claim(
                    session,
                    self._lane,
                    size=size,
                    lease=self._config.claim_lease,
                    domain=self._config.letterhead.domain,
                )
            self._cancelled += cancelled
            if self._left is not None:
                self._left -= len(letters) + cancelled
            if letters or not cancelled:
                return letters

    async def _finish(self) -> None:
        """Mails on the wire come to their end; every step of theirs is bounded in time."""
        while self._workers:
            self._heartbeat()
            await asyncio.wait(set(self._workers), timeout=TICK)

    def _hire(self) -> None:
        wanted = min(self._config.connections[self._lane], len(self._waiting))
        while len(self._workers) < wanted:
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._left_work)

    def _left_work(self, worker: "asyncio.Task[None]") -> None:
        self._workers.discard(worker)
        self._hungry.set()
        if not worker.cancelled() and (error := worker.exception()) is not None:
            self._failures.append(error)
            self.stop()

    async def _work(self) -> None:
        """One connection: letter after letter."""
        connection = Connection(self._config)
        try:
            while (letter := await self._next()) is not None:
                try:
                    await connection.ready()
                except RelayDown as down:
                    self._waiting.appendleft(letter)
                    self._trouble = str(down)
                    return
                outcome = await self._sender.send(connection, letter)
                if outcome is not None:
                    self._ledger.end(letter, outcome)
                if connection.breaks >= PATIENCE:
                    self._trouble = outcome.answer if outcome else None
                    return
        finally:
            await connection.close()

    async def _next(self) -> Letter | None:
        while not self._stopping:
            if self._waiting:
                if len(self._waiting) <= BATCH // 2:
                    self._hungry.set()
                return self._waiting.popleft()
            if self._drained:
                return None
            self._fed.clear()
            await self._fed.wait()
        return None

    async def _dismiss(self) -> None:
        """No worker outlives its run, however it ended."""
        for worker in self._workers:
            worker.cancel()
        if self._workers:
            await asyncio.wait(set(self._workers))

    def _give_back(self) -> None:
        """Letters nobody got to are due again: at once, or after a pause when the relay is away."""
        reason = "relay_unreachable" if self._trouble and not self._stopping else None
        for letter in self._waiting:
            self._ledger.end(letter, Outcome(Kind.NOT_TRIED, reason=reason))
        self._waiting.clear()

    async def _report(self, recovered: int) -> DeliverReport:
        counts = self._ledger.counts
        async with self._sessions() as session:
            ahead = await claiming.next_moment(session, self._lane, sending_lease=self._config.sending_lease)
        return DeliverReport(
            sent=counts[Kind.SENT],
            cancelled=counts[Kind.CANCELLED] + self._cancelled,
            bounced=counts[Kind.BOUNCED],
            retried=counts[Kind.DEFERRED],
            unknown=counts[Kind.UNKNOWN],
            held=counts[Kind.HELD],
            recovered=recovered,
            lateness=self._sender.lateness,
            next_not_before=ahead.not_before,
            lease_seconds=ahead.lease_seconds,
            trouble=self._trouble,
        )
