"""The vocabulary of every process: `do` a step, wait until a date is `reached`, or `when` a milestone is set.

The rows decide. A process asks what is so, does the next step and sleeps; it may start from the top at any
time: finished steps, set milestones and passed dates let it fall through to where its case stands.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import options
    from activities.cases import CaseActivities
    from activities.contracts import CaseRef, StepResult
    from services.processes import Answer, Question, Sight

Step = Callable[[Any, CaseRef], Awaitable[StepResult]]


class CaseOver(Exception):
    """The case is closed: the process has nothing left to do."""


class StartAgain(Exception):
    """A date that had passed lies ahead again."""


class CaseProcess(ABC):
    """Base of every process. A subclass writes `process()` and hands its `run` to `follow()`."""

    def __init__(self, case: CaseRef) -> None:
        self.case = case
        self._changed = False
        self._passed: list[str] = []
        self._waiting_for = "start"

    @workflow.signal
    def changed(self) -> None:
        """Somebody changed the row: look again. Carries nothing, because the row says it all."""
        self._changed = True

    @workflow.query
    def waiting_for(self) -> str:
        """What this process waits for, for operators."""
        return self._waiting_for

    @abstractmethod
    async def process(self) -> None:
        """The steps, in order."""

    async def follow(self) -> None:
        """Run `process()` until the case is closed, from the top whenever a passed date lies ahead again."""
        while True:
            try:
                await self.process()
                await self._until(Question(self.case.case_id, passed=tuple(self._passed)), "closing")
            except StartAgain:
                self._passed.clear()
            except CaseOver:
                break
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def do(self, step: Step) -> None:
        """Take a step: one short transaction, keyed, safe to repeat. A stuck step waits for an operator."""
        await self._take(
            lambda: workflow.execute_local_activity_method(
                step,
                self.case,
                start_to_close_timeout=options.STEP_TIMEOUT,
                retry_policy=options.DATABASE_RETRY,
                local_retry_threshold=options.LOCAL_RETRY_THRESHOLD,
            )
        )

    async def do_in_batches(self, step: Step) -> None:
        """Take a step that concerns many cases: long, heartbeating, resumed where it stopped."""
        await self._take(
            lambda: workflow.execute_activity_method(
                step,
                self.case,
                start_to_close_timeout=options.BATCH_TIMEOUT,
                heartbeat_timeout=options.BATCH_HEARTBEAT,
                retry_policy=options.BATCH_RETRY,
            )
        )

    async def reached(self, deadline: str) -> bool:
        """True once the date has passed and still matters; False once the matter is settled."""
        return await self.first_of(deadline) is not None

    async def first_of(self, *deadlines: str, unless: str | None = None) -> str | None:
        """The first of these dates to pass while it still matters; None once all are settled, or the milestone
        `unless` is set."""
        waiting = tuple(name for name in deadlines if name not in self._passed)
        if not waiting and unless is None:
            return None
        question = Question(
            self.case.case_id, deadlines=waiting, milestone=unless, passed=tuple(self._passed)
        )
        answer = await self._until(question, " / ".join(waiting))
        if answer.name is not None:
            self._passed.append(answer.name)
        return answer.name

    async def when(self, milestone: str) -> None:
        """Wait for a milestone, which once set stays set."""
        question = Question(self.case.case_id, milestone=milestone, passed=tuple(self._passed))
        await self._until(question, milestone)

    async def _take(self, run: Callable[[], Awaitable[StepResult]]) -> None:
        while True:
            self._changed = False
            result = await run()
            if result is StepResult.OVER:
                raise CaseOver
            if result is not StepResult.WAIT:
                return
            await self._sleep(None, "operator")

    async def _until(self, question: Question, waiting_for: str) -> Answer:
        return await self.until(lambda: self._look(question), waiting_for)

    async def until(self, look: Callable[[], Awaitable[Answer]], waiting_for: str) -> Answer:
        """Look at the row, sleep, look again, until the look says to go on."""
        while True:
            self._changed = False
            answer = await look()
            if answer.sight is Sight.OVER:
                raise CaseOver
            if answer.sight is Sight.AGAIN:
                raise StartAgain
            if answer.sight is not Sight.SLEEP:
                return answer
            await self._sleep(answer.seconds, waiting_for)

    async def _look(self, question: Question) -> Answer:
        return await workflow.execute_local_activity_method(
            CaseActivities.look,
            question,
            start_to_close_timeout=options.STEP_TIMEOUT,
            retry_policy=options.DATABASE_RETRY,
            local_retry_threshold=options.LOCAL_RETRY_THRESHOLD,
        )

    async def _sleep(self, seconds: float | None, waiting_for: str) -> None:
        """Sleep until the hinted moment or a nudge, whichever comes first; then look at the row again."""
        self._waiting_for = waiting_for
        if workflow.info().is_continue_as_new_suggested():
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(self.case)
        timeout = timedelta(seconds=max(seconds, 0.001)) if seconds is not None else None
        try:
            await workflow.wait_condition(
                lambda: self._changed, timeout=timeout, timeout_summary=f"waiting for {waiting_for}"
            )
        except TimeoutError:
            return
