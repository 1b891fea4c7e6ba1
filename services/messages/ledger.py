"""Group commit for a lane: one transaction writes the results of mails gone and begins the next ones."""

import asyncio
import logging
from collections import Counter
from typing import Final
from uuid import UUID

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.database import Sessions
from services.messages import recording
from services.messages.claiming import UNWANTED
from services.messages.outcomes import Kind, Letter, Outcome

log = logging.getLogger(__name__)

_BEGIN: Final = recording.begin_statement(UNWANTED)
PAUSE: Final = 0.5


class Ledger:
    """Collects while it commits, so that its transactions grow with the load.

    A result is kept and tried again for `patience` seconds while the database is away: what cannot be written
    down would go out twice.
    """

    def __init__(self, sessions: Sessions, *, patience: float = 60.0) -> None:
        self._sessions = sessions
        self._patience = patience
        self._begins: list[tuple[Letter, asyncio.Future[str | None]]] = []
        self._ends: list[recording.End] = []
        self._work = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None
        self.counts: Counter[Kind] = Counter()

    def open(self) -> None:
        """Start writing."""
        self._task = asyncio.create_task(self._run(), name="mail ledger")

    async def begin(self, letter: Letter) -> str | None:
        """Returns when the letter is durably marked as on the wire: None, or why it must not go."""
        if self._task is None or self._task.done():
            raise RuntimeError("the ledger is closed")
        begun: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._begins.append((letter, begun))
        self._work.set()
        return await begun

    def end(self, letter: Letter, outcome: Outcome) -> None:
        """Hand in a result; it is written with the next transaction."""
        self._ends.append((letter, outcome))
        self._work.set()

    async def close(self) -> None:
        """Write what is left. Raises what kept it from being written."""
        self._closing = True
        self._work.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            begins, self._begins = self._begins, []
            ends, self._ends = self._ends, []
            try:
                await self._write_patiently(begins, ends)
            except BaseException as error:
                for _, begun in begins + self._begins:
                    if not begun.done():
                        begun.set_exception(RuntimeError(f"the ledger could not be written: {error!r}"))
                raise
            if self._closing and not self._begins and not self._ends:
                return

    async def _write_patiently(
        self, begins: list[tuple[Letter, "asyncio.Future[str | None]"]], ends: list[recording.End]
    ) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience
        while True:
            try:
                fates = await self._write([letter for letter, _ in begins], ends)
                break
            except (OperationalError, InterfaceError, PoolTimeout) as error:
                if loop.time() > deadline:
                    raise
                log.warning("mail results wait for the database: %s", _cause(error))
                await asyncio.sleep(PAUSE)
        self.counts.update(outcome.kind for _, outcome in ends)
        for letter, begun in begins:
            fate = fates[letter.id]
            self.counts[Kind.CANCELLED] += fate not in (None, "taken_over")
            if not begun.done():
                begun.set_result(fate)

    async def _write(self, letters: list[Letter], ends: list[recording.End]) -> dict[UUID, str | None]:
        """Idempotent: a transaction whose commit got lost may be written again."""
        for letter, outcome in ends:
            if outcome.kind is Kind.BOUNCED:
                async with self._sessions.begin() as session:
                    await recording.bounce(session, letter, outcome)
        others = [(letter, outcome) for letter, outcome in ends if outcome.kind is not Kind.BOUNCED]
        if not letters and not others:
            return {}
        async with self._sessions.begin() as session:
            await recording.end(session, others)
            return await recording.begin(session, _BEGIN, letters) if letters else {}


def _cause(error: Exception) -> str:
    return type(error.orig if isinstance(error, DBAPIError) else error).__name__
