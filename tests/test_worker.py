"""A worker says that it lives."""

import asyncio
import time
from pathlib import Path

from worker import until_stopped


async def test_its_beat_goes_on_until_it_is_stopped(tmp_path: Path) -> None:
    beat, stopping = tmp_path / "beat", asyncio.Event()
    waiting = asyncio.create_task(until_stopped(stopping, beat, every=0.01))
    for _ in range(2):
        await asyncio.to_thread(seen, beat)
        beat.unlink()
    stopping.set()
    await waiting


def seen(beat: Path) -> None:
    deadline = time.monotonic() + 5
    while not beat.exists():
        assert time.monotonic() < deadline, "no beat"
        time.sleep(0.01)


async def test_a_worker_that_nobody_watches_just_waits() -> None:
    stopping = asyncio.Event()
    waiting = asyncio.create_task(until_stopped(stopping, None, every=0.01))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    stopping.set()
    await waiting
