"""How a step of a process runs: lock, check, key, do, commit; a refusal makes the case stuck, not the worker."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from activities.contracts import CaseRef, StepResult
from services import cases, processes
from services.database import Sessions
from services.deadlines import store
from services.errors import DomainError
from services.models import CaseFile
from services.waking import Waker, hand_over, woken

Action = Callable[[AsyncSession, CaseFile, datetime], Awaitable[None]]
Occurrence = Callable[[AsyncSession, CaseFile], Awaitable[str]]
Before = Callable[[AsyncSession, UUID], Awaitable[None]]


async def once(_session: AsyncSession, _case: CaseFile) -> str:
    """A step that happens once in the life of a case."""
    return "once"


def per_deadline(name: str) -> Occurrence:
    """A step that happens once for each date this deadline has had: an extension makes it due again."""

    async def occurrence(session: AsyncSession, case: CaseFile) -> str:
        [deadline] = await store.dates(session, case.id, name)
        return deadline.due_before.isoformat()

    return occurrence


@dataclass(frozen=True)
class StepRunner:
    """Runs the steps of every process on one pool of sessions."""

    sessions: Sessions
    waker: Waker

    async def take(
        self,
        ref: CaseRef,
        step: str,
        action: Action,
        occurrence: Occurrence = once,
        before: Before | None = None,
    ) -> StepResult:
        """Do one step in one transaction. Repeating it does nothing; on a held, stuck or closed case it waits.

        `before` locks what every command on this kind of case locks before the case itself.
        """
        key = "unknown"
        try:
            async with self.sessions() as session, session.begin():
                if before is not None:
                    await before(session, ref.case_id)
                case, now = await cases.lock_now(session, ref.case_id)
                if case.closed_at is not None:
                    case.wake_at = None
                    return StepResult.OVER
                if case.held_at is not None or case.stuck is not None:
                    processes.sleep(case, None, now)  # whoever releases or resolves it wakes it
                    return StepResult.WAIT
                key = await occurrence(session, case)
                if not await cases.done_once(session, case.id, step, key, now):
                    return StepResult.ALREADY
                await action(session, case, now)
                woken(session).cases.pop(case.key, None)  # its own process looks next, without being told
            hand_over(session, self.waker)
        except DomainError as error:
            return await self._stuck(ref, step, key, error)
        return StepResult.DONE

    async def _stuck(self, ref: CaseRef, step: str, occurrence: str, error: DomainError) -> StepResult:
        async with self.sessions() as session, session.begin():
            case, now = await cases.lock_now(session, ref.case_id)
            processes.get_stuck(case, step, occurrence, error, now)
            data = {"step": step, "code": error.code}
            await cases.record(session, case, "step_stuck", now=now, data=data)
        return StepResult.WAIT
