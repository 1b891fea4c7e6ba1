"""The processes without Temporal: each runs from the top whenever its row is due, in one event loop, on real rows.

A process may start from the top at any time, so this is what an engine that forgets everything at every wait would
do. For thousands of random histories; the real engine is in `tests.world`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import text
from temporalio import workflow
from temporalio.testing import ActivityEnvironment

from activities.contracts import CaseRef
from services.clock import app_now
from services.database import Sessions
from services.documents.store import DocumentStore
from services.documents.typesetting import Typesetter
from services.periods import planning
from services.warnings.issuing import Press
from tests.services.deadlines.portfolio import Nobody
from worker import WORKFLOWS, Parts, activities_of
from workflows.case_process import CaseProcess
from workflows.contracts import WORKFLOW_TYPES

_DUE = text(
    "SELECT kind, id FROM case_file WHERE wake_at <= app_now() AND stuck IS NULL ORDER BY wake_at, id LIMIT 1"
)
_NEXT = text("SELECT min(wake_at) FROM case_file WHERE wake_at > app_now() AND stuck IS NULL")
_SET = text("UPDATE rehearsal_clock SET instant = :moment")
RESTLESS = 500


class Asleep(Exception):
    """The process waits: for a date, or for somebody."""


class BlankPaper:
    """Sets every letter as one and the same: what letters look like is tested where they are made."""

    async def render(self, _: object) -> bytes:
        return b"%PDF-2.0"


@dataclass(frozen=True)
class Clockwork:
    """One rehearsal and everything that happens in it by itself."""

    sessions: Sessions
    home: Path

    @cached_property
    def steps(self) -> dict[str, Any]:
        store = DocumentStore.from_url(f"file://{self.home}/documents")
        press = Press(store, cast(Typesetter, BlankPaper()), "https://tenggat.example", specimen=True)
        nothing = cast(Any, _Unused())
        parts = Parts(self.sessions, nothing, nothing, nothing, press)
        return {step.__func__.__qualname__: step for step in cast(list[Any], activities_of(parts))}

    async def now(self) -> datetime:
        async with self.sessions() as session:
            return await app_now(session)

    async def rest(self) -> None:
        """Let everything happen that is due now."""
        for _ in range(RESTLESS):
            async with self.sessions() as session:
                due = (await session.execute(_DUE)).one_or_none()
            if due is None:
                return
            await self._run(due.kind, due.id)
        raise AssertionError(f"{due} never comes to rest")

    async def to(self, moment: datetime) -> None:
        """Let time pass, moment by moment."""
        await self.rest()
        while await self._step(moment):
            await self.rest()

    async def _step(self, target: datetime) -> bool:
        async with self.sessions() as session, session.begin():
            if await app_now(session) >= target:
                return False
            waits: datetime | None = (await session.execute(_NEXT)).scalar_one()
            await session.execute(_SET, {"moment": min(waits or target, target)})
        async with self.sessions() as session, session.begin():
            await planning.ensure_planned(session, now=await app_now(session))
        return True

    async def _run(self, kind: str, case_id: UUID) -> None:
        process: CaseProcess = _PROCESSES[WORKFLOW_TYPES[kind]](CaseRef(case_id))
        with self._engine():
            try:
                await process.follow()
            except Asleep:
                return

    @contextmanager
    def _engine(self) -> Iterator[None]:
        """What processes ask of Temporal, done here and now."""

        left = iter(range(RESTLESS))

        async def execute(step: Any, argument: object, **_: object) -> object:
            assert next(left, None) is not None, f"{step.__qualname__} of {argument} goes on for ever"
            return await ActivityEnvironment().run(self.steps[step.__qualname__], argument)

        async def sleep(*_: object) -> None:
            raise Asleep

        async def wait(*_: object, **__: object) -> None:
            return

        with pytest.MonkeyPatch.context() as instead:
            instead.setattr(workflow, "execute_local_activity_method", execute)
            instead.setattr(workflow, "execute_activity_method", execute)
            instead.setattr(workflow, "wait_condition", wait)
            instead.setattr(CaseProcess, "_sleep", sleep)
            yield


class _Unused(Nobody):
    """The parts that no step of a case needs; nudges go nowhere, the rows are looked at anyway."""

    async def nudge_all(self, *_: object) -> int:
        return 0


def _name(process: Any) -> str:
    return str(process.__temporal_workflow_definition.name)


_PROCESSES: dict[str, Any] = {_name(process): process for process in WORKFLOWS}
