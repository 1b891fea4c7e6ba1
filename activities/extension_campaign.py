"""The steps of an extension campaign."""

from dataclasses import dataclass

from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import StepRunner
from services.deadlines import campaigns


@dataclass(frozen=True)
class CampaignActivities:
    runner: StepRunner

    @activity.defn(name="campaign.apply")
    async def apply(self, case: CaseRef) -> StepResult:
        """Extends every case in scope, in batches."""
        await self._campaign().apply(case.case_id)
        return StepResult.DONE

    @activity.defn(name="campaign.undo")
    async def undo(self, case: CaseRef) -> StepResult:
        """Takes the extension back, in batches."""
        await self._campaign().undo(case.case_id)
        return StepResult.DONE

    @activity.defn(name="campaign.settle")
    async def settle(self, case: CaseRef) -> StepResult:
        """The window for an undo is over."""
        return await self.runner.take(case, "settle", campaigns.settle)

    def _campaign(self) -> campaigns.Campaign:
        return campaigns.Campaign(self.runner.sessions, self.runner.waker, activity.heartbeat)
