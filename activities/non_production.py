"""The steps of a letter of non-production."""

from dataclasses import dataclass

from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import StepRunner, per_deadline
from services.non_production import steps
from services.non_production.declaring import REMINDER, TARGET


@dataclass(frozen=True)
class NonProductionActivities:
    runner: StepRunner

    @activity.defn(name="non_production.remind")
    async def remind(self, case: CaseRef) -> StepResult:
        """Half of the office's time is gone."""
        return await self.runner.take(case, "remind", steps.remind, per_deadline(REMINDER))

    @activity.defn(name="non_production.escalate")
    async def escalate(self, case: CaseRef) -> StepResult:
        """The office's time is over: administrators are told."""
        return await self.runner.take(case, "escalate", steps.escalate, per_deadline(TARGET))
