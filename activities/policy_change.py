"""The steps of a change of the rules."""

from dataclasses import dataclass

from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import StepRunner
from services.policies import entering


@dataclass(frozen=True)
class PolicyChangeActivities:
    runner: StepRunner

    @activity.defn(name="policy.enter")
    async def enter(self, case: CaseRef) -> StepResult:
        """The day has come: the new version is in force."""
        return await self.runner.take(case, "enter", entering.enter)

    @activity.defn(name="policy.carry")
    async def carry(self, case: CaseRef) -> StepResult:
        """Open cases go on under the new version, in batches."""
        carrying = entering.Carrying(self.runner.sessions, self.runner.waker, activity.heartbeat)
        await carrying.run(case.case_id)
        return StepResult.DONE
