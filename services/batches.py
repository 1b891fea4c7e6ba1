"""A wave over many rows: batches in id order, each a transaction of its own, carried out two at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

FIRST: Final = UUID(int=0)
# Batches are of different cases, so neither waits for the other: while one is being prepared or committed, Postgres
# writes the other. More than two would only take the cores away from whoever is using the service.
AT_ONCE: Final = 2

Find = Callable[[UUID], Awaitable[Sequence[UUID]]]
Batch = Callable[[], Awaitable[int | None]]


@dataclass
class Wave:
    """How far a wave has come. Nothing of it outlives a kill: what was done is told from the rows."""

    after: UUID = FIRST
    taken: int = 0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take(self, find: Find) -> tuple[int, Sequence[UUID]]:
        """The number of the next batch, from 1, and its ids as `find` has them; no id is taken twice."""
        async with self._turn:
            found = await find(self.after)
            if found:
                self.after, self.taken = found[-1], self.taken + 1
            return self.taken, found


async def carry_out(batch: Batch) -> int:
    """Call `batch` again and again, `AT_ONCE` at the same time, until it finds nothing (None); the sum of its answers.

    The first error ends the wave and is raised as it is; a batch that was under way beside it is rolled back.
    """

    async def one_after_another() -> int:
        total = 0
        while (done := await batch()) is not None:
            total += done
        return total

    try:
        async with asyncio.TaskGroup() as group:
            lanes = [group.create_task(one_after_another()) for _ in range(AT_ONCE)]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return sum(lane.result() for lane in lanes)
