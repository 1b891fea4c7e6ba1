"""Games on the real services and the real processes: commands that may be refused, and time that passes.

`TENGGAT_HISTORIES=200` plays more games than the few of every day.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import audit, instance
from services.clock import app_now
from services.database import make_engine, make_sessions
from services.errors import DomainError
from tests.clockwork import Clockwork
from tests.engine import Engine

Work = Callable[[AsyncSession, datetime], Coroutine[Any, Any, Any]]


@dataclass
class Office:
    """One database with its clockwork."""

    run: asyncio.Runner
    clockwork: Clockwork

    def do(self, work: Work) -> Any:
        """One command's transaction; a refusal is None and changes nothing."""

        async def transaction() -> Any:
            try:
                async with self.clockwork.sessions.begin() as session:
                    return await work(session, await app_now(session))
            except DomainError:
                return None

        return self.run.run(transaction())

    @property
    def now(self) -> datetime:
        return self.run.run(self.clockwork.now())

    def rest(self) -> None:
        """Let everything happen that is due."""
        self.run.run(self.clockwork.rest())

    def to(self, moment: datetime) -> None:
        """Let time pass."""
        self.run.run(self.clockwork.to(moment))

    def found(self, query: str, **values: Any) -> Sequence[Any]:
        async def ask() -> Sequence[Any]:
            async with self.clockwork.sessions() as session:
                return (await session.execute(text(query), values)).all()

        return self.run.run(ask())


Openings = Callable[[ExitStack], Office]


@contextmanager
def openings(pg: Engine, home: Path, start: datetime) -> Iterator[Openings]:
    """Opens an office on a database of its own, at this moment, for each game."""
    with asyncio.Runner() as runner:

        def opened(stack: ExitStack) -> Office:
            database = pg.clone()
            stack.callback(pg.drop, database)
            instance.create(database.migrator_url, rehearsal=True, start=start)
            engine = make_engine(database.app_url, 3, ping=False)
            stack.callback(lambda: runner.run(engine.dispose()))
            return Office(runner, Clockwork(make_sessions(engine), home))

        yield opened


class Game(RuleBasedStateMachine):
    """Has an office of its own; at its end every chain of events is unbroken."""

    openings: Openings
    happened: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.office = type(self).openings(self.stack)

    def teardown(self) -> None:
        async def breaks(session: AsyncSession, _: datetime) -> object:
            return (await audit.verify_batch(session, limit=10_000)).breaks

        try:
            assert self.office.do(breaks) == ()
            type(self).happened.update(row.type for row in self.office.found("SELECT type FROM case_event"))
        finally:
            self.stack.close()


def of(game: type[Game], openings: Openings) -> type[Game]:
    """This game, played in offices opened so."""
    return type(game.__name__, (game,), {"openings": staticmethod(openings), "happened": Counter()})


def play(game: type[Game], openings: Openings, *, games: int, acts: int) -> Counter[str]:
    """So many games of so many acts, the same each time; the events that came about."""
    machine = of(game, openings)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(os.environ.get("TENGGAT_HISTORIES", games)),
            stateful_step_count=acts,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # making a failing game shorter would take minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
    return machine.happened
