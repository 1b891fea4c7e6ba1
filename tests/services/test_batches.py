"""Waves two batches at a time: nobody twice, nobody left out, and an error is the error that happened."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from services import batches
from services.batches import Wave, carry_out

ALL = [UUID(int=number) for number in range(1, 24)]


async def following(after: UUID) -> Sequence[UUID]:
    await asyncio.sleep(0)
    return [one for one in ALL if one > after][:5]


async def test_every_id_is_taken_once_and_in_order_while_batches_overlap() -> None:
    wave, seen, busy, most = Wave(), [], 0, 0

    async def batch() -> int | None:
        nonlocal busy, most
        number, found = await wave.take(following)
        if not found:
            return None
        seen.append((number, *found))
        busy, most = busy + 1, max(most, busy + 1)
        await asyncio.sleep(0.001)
        busy -= 1
        return len(found)

    assert await carry_out(batch) == len(ALL)
    assert [one for _, *found in seen for one in found] == ALL
    assert [number for number, *_ in seen] == [1, 2, 3, 4, 5]
    assert most == batches.AT_ONCE


async def test_the_first_error_ends_the_wave_and_is_raised_as_it_is() -> None:
    cancelled, calls = asyncio.Event(), 0

    async def batch() -> int | None:
        nonlocal calls
        calls += 1
        if calls == 1:
            await asyncio.sleep(0.001)
            raise ConnectionError("the database went away")
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return 1

    with pytest.raises(ConnectionError, match="went away"):
        await carry_out(batch)
    assert cancelled.is_set(), "what ran beside it does not go on"
