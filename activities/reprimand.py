"""The steps of a reprimand, and the making of its letter."""

from dataclasses import dataclass

from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import StepRunner, per_deadline
from services.reprimands import steps
from services.reprimands.issuing import Issue
from services.reprimands.proposing import REMINDER, TARGET
from services.warnings.issuing import Press


@dataclass(frozen=True)
class ReprimandActivities:
    runner: StepRunner
    press: Press

    @activity.defn(name="reprimand.remind")
    async def remind(self, case: CaseRef) -> StepResult:
        """Half of the office's time is gone."""
        return await self.runner.take(case, "remind", steps.remind, per_deadline(REMINDER))

    @activity.defn(name="reprimand.escalate")
    async def escalate(self, case: CaseRef) -> StepResult:
        """The office's time is over: administrators are told."""
        return await self.runner.take(case, "escalate", steps.escalate, per_deadline(TARGET))

    @activity.defn(name="reprimand.issue")
    async def issue(self, case: CaseRef) -> StepResult:
        """Makes the letter and lets it go; on a held case it waits."""
        done = await Issue(self.runner.sessions, self.runner.waker, self.press).run(case.case_id)
        return StepResult.DONE if done else StepResult.WAIT
