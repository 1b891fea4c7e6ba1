"""The steps of a request for more time."""

from dataclasses import dataclass

from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import StepRunner, per_deadline
from services.extension_requests import steps
from services.extension_requests.asking import REMINDER, TARGET


@dataclass(frozen=True)
class ExtensionRequestActivities:
    runner: StepRunner

    @activity.defn(name="extension_request.remind")
    async def remind(self, case: CaseRef) -> StepResult:
        """Half of the office's time is gone."""
        return await self.runner.take(case, "remind", steps.remind, per_deadline(REMINDER))

    @activity.defn(name="extension_request.escalate")
    async def escalate(self, case: CaseRef) -> StepResult:
        """The office's time is over: administrators are told."""
        return await self.runner.take(case, "escalate", steps.escalate, per_deadline(TARGET))
