"""Who must be nudged once the transaction has committed: cases' processes and mail lanes.

A nudge carries nothing and may be lost; the sweep repeats it from the rows. It is collected on the session,
and whoever owns the transaction hands it to a `Waker` after the commit.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class Nudge:
    """One case whose process should look at its row; `key` is the workflow id."""

    kind: str
    key: str
    case_id: UUID


@dataclass
class Woken:
    """What one transaction woke."""

    cases: dict[str, Nudge] = field(default_factory=dict)
    lanes: set[str] = field(default_factory=set)


class Waker(Protocol):
    """Delivers nudges. Never raises and never waits for long: a lost nudge costs a minute."""

    def nudge(self, cases: Iterable[Nudge], lanes: Iterable[str]) -> None: ...


def woken(session: AsyncSession) -> Woken:
    """What has been woken in this session so far."""
    result: Woken = session.info.setdefault("woken", Woken())
    return result


def wake_lane(session: AsyncSession, lane: str) -> None:
    """Mail was queued: its post office should look once this commits."""
    woken(session).lanes.add(lane)


def hand_over(session: AsyncSession, waker: Waker) -> None:
    """After the commit: nudge what was woken, once."""
    what = session.info.pop("woken", None)
    if what is not None:
        waker.nudge(what.cases.values(), what.lanes)
